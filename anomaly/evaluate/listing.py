"""The ranked list that any detector hands in, ours or a rival's: all that a scorecard looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from anomaly.incidents import ScanResult

TEXTS = pl.List(pl.String())
ENTRIES = pl.Schema(
    {
        "rank": pl.Int64(),
        "kind": pl.String(),
        "users": TEXTS,
        "agencies": TEXTS,
        "subjects": TEXTS,
        "score": pl.Float64(),
        "q_value": pl.Float64(),
    }
)
EVIDENCE = pl.Schema({"rank": pl.Int64(), "source": pl.String(), "row": pl.Int64()})


@dataclass(frozen=True)
class Listing:
    """What one detector lists for review, worst first.

    entries: frame of `ENTRIES`, one row an entry; rank is 1 … n; q_value is null where there is no chance
    model. evidence: frame of `EVIDENCE`, the distinct rows of the log that support an entry; source is a file
    name without folders, row is 1-based; it may hold `user` as well, the user of that row. An entry may have
    no row: of kind agency, it is about the records of the agencies it names.
    """

    name: str
    entries: pl.DataFrame
    evidence: pl.DataFrame


@dataclass(frozen=True)
class Abstained:
    """A detector that could not be run on this log, and why."""

    name: str
    reason: str


def listing_of(result: ScanResult, name: str = "this scan") -> Listing:
    """Return the list of a scan that has just been run."""
    from anomaly.report.tables import incidents_frame

    incidents = incidents_frame(result.incidents)
    rows = (
        result.evidence.filter(pl.col("role") == "supports")
        .join(incidents.select("incident_id", "rank"), on="incident_id")
        .select(*EVIDENCE, "user")
        .unique(["rank", "source", "row"])
        .sort("rank", "source", "row")
    )
    return Listing(name, incidents.select(*ENTRIES).sort("rank"), rows)
