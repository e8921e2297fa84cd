"""Innocent explanations: tried on every action before anything is scored, and shown even when they clear
only part.
"""

from anomaly.explain.contract import Explanation
from anomaly.explain.templates import EXPLANATIONS
from anomaly.explain.trial import Explained, try_all

__all__ = ["EXPLANATIONS", "Explained", "Explanation", "try_all"]
