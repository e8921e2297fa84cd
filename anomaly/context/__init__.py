"""What an agency knows beside the log: rosters, cases, calls, bulletins; optional tables, each validated
(docs/contracts.md).
"""

from anomaly.context.tables import Context, load_context

__all__ = ["Context", "load_context"]
