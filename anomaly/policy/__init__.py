"""Policy as data: what message keys reach, what purposes and reasons say, and which rules apply when."""

from __future__ import annotations

from anomaly.policy.codes import MATTERS, REACH_CLASSES, REASON_CLASSES
from anomaly.policy.load import load_policy
from anomaly.policy.policy import Policy
from anomaly.policy.tables import Rule

__all__ = ["MATTERS", "REACH_CLASSES", "REASON_CLASSES", "Policy", "Rule", "load_policy"]
