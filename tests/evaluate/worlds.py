"""Lists and truths small enough to score by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from anomaly.evaluate.listing import ENTRIES, EVIDENCE, Listing
from anomaly.evaluate.truth import Truth

LOG = "log.csv"
SCENARIOS = pl.Schema(
    {
        "scenario_id": pl.String(),
        "pattern": pl.String(),
        "misuse": pl.Boolean(),
        "agencies": pl.List(pl.String()),
        "users": pl.List(pl.String()),
        "subjects": pl.List(pl.String()),
        "first": pl.Datetime("ms"),
        "last": pl.Datetime("ms"),
        "form": pl.String(),
    }
)
EVENTS = pl.Schema({"source": pl.String(), "row": pl.Int64(), "scenario_id": pl.String()})


@dataclass(frozen=True)
class Entry:
    """One entry: its rows, its users, and the rest where a test needs it."""

    rows: Collection[int]
    users: Collection[str] = ("ann",)
    kind: str = "person"
    agencies: Collection[str] = ()
    subjects: Collection[str] = ()
    q_value: float | None = None


@dataclass(frozen=True)
class Scenario:
    """One scenario: its rows, its users, and the rest where a test needs it."""

    rows: Collection[int]
    users: Collection[str] = ("ann",)
    misuse: bool = True
    pattern: str = "stalking"
    agency: str = ""
    subjects: Collection[str] = ()
    form: str | None = None


def listing(*entries: Entry, name: str = "a list") -> Listing:
    """Build a list, worst first."""
    rows = [
        [k, e.kind, list(e.users), list(e.agencies), list(e.subjects), 1 / k, e.q_value]
        for k, e in enumerate(entries, start=1)
    ]
    evidence = [[k, LOG, row] for k, e in enumerate(entries, start=1) for row in e.rows]
    return Listing(
        name,
        pl.DataFrame(rows, schema=ENTRIES, orient="row"),
        pl.DataFrame(evidence, schema=EVIDENCE, orient="row"),
    )


def told(found: Listing, users: Mapping[int, str | None]) -> Listing:
    """The same list, its evidence saying of whom each row is."""
    of_whom = pl.col("row").replace_strict(users, default=None, return_dtype=pl.String)
    return Listing(found.name, found.entries, found.evidence.with_columns(user=of_whom))


def truth(**scenarios: Scenario) -> Truth:
    """Build a truth; each scenario under its id."""
    known = [
        [
            name,
            s.pattern,
            s.misuse,
            [s.agency] * bool(s.agency),
            [*s.users],
            [*s.subjects],
            None,
            None,
            s.form,
        ]
        for name, s in sorted(scenarios.items())
    ]
    events = [[LOG, row, name] for name, s in scenarios.items() for row in s.rows]
    rows = pl.DataFrame(events, schema=EVENTS, orient="row")
    return Truth(pl.DataFrame(known, schema=SCENARIOS, orient="row"), rows)


def pairs(matches: pl.DataFrame) -> list[tuple[int, str]]:
    """Return rank and scenario of each match."""
    return matches.select("rank", "scenario_id").rows()


def write_folder(folder: Path, tables: Mapping[str, str | pl.DataFrame]) -> Path:
    """Write tables under their file names: text as it is, frames as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        if isinstance(content, pl.DataFrame):
            content.write_parquet(folder / name)
        else:
            (folder / name).write_text(content)
    return folder


def stalkers(count: int, at: Sequence[int], size: int) -> tuple[Listing, Truth]:
    """A list of `size` entries, of which those at ranks `at` are the first scenarios of `count`, one each."""
    known = {f"S{k:03d}": Scenario(range(10 * k, 10 * k + 4)) for k in range(count)}
    hits = dict(zip(sorted(at), range(count), strict=False))
    entries = [
        Entry(range(10 * hits[k], 10 * hits[k] + 4)) if k in hits else Entry([100_000 + k])
        for k in range(1, size + 1)
    ]
    return listing(*entries), truth(**known)
