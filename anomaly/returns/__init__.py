"""The annual misuse return: what agencies filed about a year, agency by agency and statewide."""

from anomaly.returns.make import Return, annual_return, read_tables

__all__ = ["Return", "annual_return", "read_tables"]
