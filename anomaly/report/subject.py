"""Who looked one person up, for answering that person's request: a page and a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from anomaly import __version__
from anomaly.incidents.model import Day
from anomaly.report import words
from anomaly.report.tables import as_csv
from anomaly.report.templating import environment
from anomaly.report.timeline import timeline
from anomaly.report.zones import Zones

SHOWN_ROWS = 500


@dataclass(frozen=True)
class Searched:
    """All rows that were looked through for the subject, and their first and last local day."""

    rows: int
    first: date
    last: date


@dataclass(frozen=True)
class Asked:
    """Who looked one subject up.

    subject: its token, or its key where clear values are asked for. rows: one a row of the log, in time
    order: source, row, event_id, time (UTC), user, agency, unit, asked (message key), purpose, reason,
    case_number; explained: names of the explanations of why this person was asked about that cover it, joined
    by ", ", null for none; beside: of the circumstances that cover it (a shift, a role), which say nothing of
    the person. not_tried: titles of the explanations of the first kind that could not be tried, and why.
    titles: name -> title of each explanation. files: what was read. zone: where the log's hours are judged;
    zones: agency -> zone, of those that have one of their own. searched: what the rows were found among.
    """

    subject: str
    rows: pl.DataFrame
    not_tried: tuple[tuple[str, str], ...]
    titles: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    zone: str
    zones: tuple[tuple[str, str], ...] = ()
    searched: Searched | None = None


def subject_files(asked: Asked) -> Mapping[str, bytes]:
    """Return the page and the table: file name -> content, the same for the same rows."""
    return {"subject.html": render_subject(asked).encode(), "subject.csv": as_csv(asked.rows)}


def render_subject(asked: Asked) -> str:
    """Return the page as HTML text: self-contained, no script."""
    rows = asked.rows
    zones = Zones(words.zone(asked.zone), {name: words.zone(zone) for name, zone in asked.zones})
    users = (
        rows.group_by("agency", "user")
        .agg(
            pl.len().alias("rows"),
            pl.col("explained").is_not_null().sum().alias("explained"),
            pl.col("time").min().alias("first"),
            pl.col("time").max().alias("last"),
        )
        .sort("agency", "user", nulls_last=True)
    )
    said = pl.concat([rows["explained"], rows["beside"]]).drop_nulls().unique()
    used = {name for names in said for name in names.split(", ")}
    unit, picture = timeline(_days(rows, zones))
    shown = rows.head(SHOWN_ROWS).to_dicts()
    everyone = rows["agency"].unique().to_list()
    return (
        environment("anomaly.report")
        .get_template("subject.html.j2")
        .render(
            asked=asked,
            rows=shown,
            stamps=zones.stamps(shown),
            n_rows=len(rows),
            n_explained=int(rows["explained"].is_not_null().sum()),
            n_agencies=rows["agency"].drop_nulls().n_unique(),
            users=users.to_dicts(),
            legend=[(name, title) for name, title in asked.titles if name in used],
            unit=unit,
            picture=picture,
            first=rows["time"].min() or datetime.min.replace(tzinfo=UTC),
            last=rows["time"].max() or datetime.min.replace(tzinfo=UTC),
            zones=zones,
            local=zones.of(everyone),
            note=zones.note(everyone),
            circumstances=rows["beside"].is_not_null().any(),
            version=__version__,
        )
    )


def _days(rows: pl.DataFrame, zones: Zones) -> list[Day]:
    """Count the rows of each day, each on its own agency's clock."""
    agency = pl.col("agency")
    day = pl.col("time").dt.convert_time_zone(str(zones.log)).dt.date()
    for name, zone in zones.own.items():
        theirs = pl.col("time").dt.convert_time_zone(str(zone)).dt.date()
        day = pl.when(agency == name).then(theirs).otherwise(day)
    each = (
        rows.with_columns(day.alias("day"))
        .group_by("day")
        .agg(
            pl.col("explained").is_null().sum().alias("supports"),
            pl.col("explained").is_not_null().sum().alias("explains"),
        )
        .sort("day")
    )
    return [Day(**one) for one in each.iter_rows(named=True)]
