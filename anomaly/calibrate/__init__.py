"""p-values comparable across detectors; the false discovery rate controlled over everything that was
tested.
"""

from anomaly.calibrate.discovery import expected_false, q_values

__all__ = ["expected_false", "q_values"]
