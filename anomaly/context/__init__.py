"""What an agency knows beside the log: rosters, cases, calls, bulletins; optional tables, each validated
(design.md 3.2).
"""

from anomaly.context.tables import Context, load_context

__all__ = ["Context", "load_context"]
