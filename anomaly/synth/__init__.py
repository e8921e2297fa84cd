"""Synthetic worlds whose every misuse is known: invented people, their work, and the truth about it."""
