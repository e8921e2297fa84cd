"""Synthetic worlds whose every misuse is known: invented people, their work, and the truth about it."""

from anomaly.synth.county import County, write_county

__all__ = ["County", "write_county"]
