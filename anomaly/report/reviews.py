"""A review record to fill in: a line for each entry, blank where people decide."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from anomaly.incidents.model import Incident
from anomaly.report.tables import as_csv
from anomaly.schema import CONTEXT


def to_reviews(incidents: Sequence[Incident]) -> bytes:
    """Return the table `reviews` as CSV, by rank; agency and user stand where an entry is about one."""
    names = [column.name for column in CONTEXT["reviews"]]
    known = [
        {
            "incident_id": one.incident_id,
            "agency": one.agencies[0] if len(one.agencies) == 1 else None,
            "user": one.users[0] if len(one.users) == 1 and one.n_users == 1 else None,
            "category": one.category,
        }
        for one in sorted(incidents, key=lambda one: one.rank)
    ]
    rows = [{name: row.get(name) for name in names} for row in known]
    return as_csv(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)))
