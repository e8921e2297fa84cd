"""Find suspected misuse in police database query logs, explain it, and put it before a person for review."""

__version__ = "0.1.0"
