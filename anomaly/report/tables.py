"""Incidents, evidence and rejects as tables, in the columns other programs rely on (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import polars as pl

from anomaly.incidents.model import Incident
from anomaly.report import neutral

TIME = pl.Datetime("ms", "UTC")
INCIDENTS = pl.Schema(
    {
        "rank": pl.Int64(),
        "incident_id": pl.String(),
        "kind": pl.String(),
        "category": pl.String(),
        "detectors": pl.List(pl.String()),
        "agencies": pl.List(pl.String()),
        "users": pl.List(pl.String()),
        "subjects": pl.List(pl.String()),
        "first_at": TIME,
        "last_at": TIME,
        "n_events": pl.Int64(),
        "n_days": pl.Int64(),
        "n_users": pl.Int64(),
        "n_subjects": pl.Int64(),
        "score": pl.Float64(),
        "p_value": pl.Float64(),
        "q_value": pl.Float64(),
        "explained_share": pl.Float64(),
        "summary": pl.String(),
        "marking": pl.String(),
    }
)
EVIDENCE = pl.Schema(
    {
        "incident_id": pl.String(),
        "detector": pl.String(),
        "source": pl.String(),
        "row": pl.Int64(),
        "event_id": pl.String(),
        "time": TIME,
        "user": pl.String(),
        "role": pl.String(),
        "explanation": pl.String(),
    }
)
REJECTS = pl.Schema({"file": pl.String(), "row": pl.Int64(), "column": pl.String(), "reason": pl.String()})


def incidents_frame(incidents: Sequence[Incident]) -> pl.DataFrame:
    """Return one row per incident, by rank, in the columns and types of `INCIDENTS`.

    p_value and q_value are null for a rule, which has no chance model.
    """
    rows = [
        [list(value) if isinstance(value := getattr(one, name), tuple) else value for name in INCIDENTS]
        for one in sorted(incidents, key=lambda one: one.rank)
    ]
    return pl.DataFrame(rows, schema=INCIDENTS, orient="row")


def conform(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return the frame with exactly the columns and types of the schema.

    A column that is missing, or a value that does not fit, is an error of ours and raises polars' own.
    """
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def as_parquet(frame: pl.DataFrame) -> bytes:
    """Return the frame as a Parquet file."""
    file = BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def as_csv(frame: pl.DataFrame) -> bytes:
    """Return a CSV that is safe to open: lists joined with "; ", texts neutralised, times ISO 8601 in UTC."""
    columns = [
        neutral.cell(pl.col(name).list.join("; "))
        if isinstance(dtype, pl.List)
        else neutral.cell(pl.col(name))
        if dtype == pl.String
        else pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
        if isinstance(dtype, pl.Datetime)
        else pl.col(name)
        for name, dtype in frame.schema.items()
    ]
    return frame.select(columns).write_csv(quote_style="non_numeric", line_terminator="\n").encode()
