"""Innocent explanations: tried on every action before anything is scored, and shown even when they clear
only part.
"""

from anomaly.explain.contract import Explanation
from anomaly.explain.missing import MissingFact, missing_fact
from anomaly.explain.records import Records
from anomaly.explain.templates import EXPLANATIONS
from anomaly.explain.trial import Explained, try_all

__all__ = ["EXPLANATIONS", "Explained", "Explanation", "MissingFact", "Records", "missing_fact", "try_all"]
