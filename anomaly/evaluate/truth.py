"""What is true of a synthetic world: who did what, in which rows, and whether this truth is of this log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from anomaly.errors import InputError
from anomaly.evaluate.files import as_texts, integers, require, stands, table
from anomaly.evaluate.scanned import Scanned

ANOTHER = "give the truth folder of the world whose log was scanned"
WANTED = "give the truth folder of a world: scenarios.csv and events.csv (docs/contracts.md)"
SCENARIO_COLUMNS = ("scenario_id", "pattern", "misuse", "agency", "users", "subjects", "first", "last")


@dataclass(frozen=True)
class Truth:
    """The scenarios of a world.

    scenarios: frame of scenario_id, pattern (String), misuse (Boolean), agencies, users, subjects (lists of
    String), first, last (Datetime, local, null where unknown), form (String, null where not told: which form
    of the pattern; evasions begin with "evasive "), by scenario_id. events: frame of source, row
    (Int64, 1-based), scenario_id, each combination once; a row may belong to several scenarios.
    """

    scenarios: pl.DataFrame
    events: pl.DataFrame

    @property
    def misuse(self) -> pl.DataFrame:
        """The scenarios a reviewer should find."""
        return self.scenarios.filter("misuse")

    @property
    def hard_negatives(self) -> pl.DataFrame:
        """The scenarios that look like misuse and are none."""
        return self.scenarios.filter(~pl.col("misuse"))

    @property
    def of_records(self) -> Truth:
        """What is true of an agency's records, without a row of the log: scenarios without rows and users."""
        bare = self.scenarios.join(self.events, on="scenario_id", how="anti")
        return Truth(bare.filter(pl.col("users").list.len() == 0), self.events.clear())


def read_truth(folder: Path) -> Truth:
    """Read `scenarios`, `events` and, where it is there, `forms` (CSV or Parquet) of a truth folder.

    Raises InputError when a table or column is missing, an id stands twice, `misuse` is not true or false, a
    time is none, or an event or a form names a scenario that is not listed.
    """
    if not folder.is_dir():
        raise InputError("is no folder", str(folder), WANTED)
    scenarios, at = table(folder, "scenarios", next=WANTED)
    require(scenarios, SCENARIO_COLUMNS, at)
    misuse = pl.col("misuse").cast(pl.String).str.to_lowercase()
    wrong = scenarios.filter(misuse.is_in(["true", "false"]).not_() | misuse.is_null())
    if len(wrong):
        raise InputError(
            f"misuse of {wrong['scenario_id'][0]} is {wrong['misuse'][0]!r}", at, "write true or false"
        )
    if scenarios["scenario_id"].has_nulls() or scenarios["scenario_id"].n_unique() != len(scenarios):
        raise InputError("a scenario_id is missing or stands twice", at, "give each scenario its own id")
    known = scenarios.select(
        pl.col("scenario_id").cast(pl.String),
        pl.col("pattern").cast(pl.String).fill_null(""),
        (misuse == "true").alias("misuse"),
        as_texts(scenarios, "agency").alias("agencies"),
        as_texts(scenarios, "users"),
        as_texts(scenarios, "subjects"),
        *(_moment(scenarios, column, at) for column in ("first", "last")),
    ).sort("scenario_id")
    events = _events(folder, known)
    return Truth(
        known.join(_forms(folder, known), on="scenario_id", how="left", maintain_order="left"), events
    )


def _forms(folder: Path, scenarios: pl.DataFrame) -> pl.DataFrame:
    if not stands(folder, "forms"):
        return pl.DataFrame(schema={"scenario_id": pl.String, "form": pl.String})
    forms, at = table(folder, "forms", next=WANTED)
    require(forms, ("scenario_id", "form"), at)
    forms = forms.select(pl.col("scenario_id", "form").cast(pl.String))
    _strangers(forms, scenarios, at)
    if forms["scenario_id"].n_unique() != len(forms):
        twice = forms.filter(pl.col("scenario_id").is_duplicated())["scenario_id"][0]
        raise InputError(f"{twice} stands twice", at, "give each scenario one form")
    return forms


def _events(folder: Path, scenarios: pl.DataFrame) -> pl.DataFrame:
    events, at = table(folder, "events", next=WANTED)
    require(events, ("source", "row", "scenario_id"), at)
    events = events.select(
        pl.col("source").cast(pl.String), integers(events, "row", at), pl.col("scenario_id").cast(pl.String)
    )
    _strangers(events, scenarios, at)
    return events.unique().sort("source", "row", "scenario_id")


def _strangers(rows: pl.DataFrame, scenarios: pl.DataFrame, at: str) -> None:
    strangers = rows.join(scenarios, on="scenario_id", how="anti")
    if len(strangers):
        raise InputError(
            f"names scenario {strangers['scenario_id'][0]!r}, which is not in scenarios", at, WANTED
        )


def _moment(frame: pl.DataFrame, column: str, at: str) -> pl.Expr:
    if frame.schema[column].is_temporal():
        return pl.col(column).cast(pl.Datetime("ms"))
    text = pl.when(pl.col(column).cast(pl.String) != "").then(pl.col(column).cast(pl.String))
    moment = pl.coalesce(
        text.str.replace(" ", "T").str.to_datetime(form, time_unit="ms", strict=False)
        for form in ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
    )
    bad = frame.filter(text.is_not_null() & moment.is_null())
    if len(bad):
        raise InputError(
            f"`{column}` of {bad['scenario_id'][0]} is {bad[column][0]!r}",
            at,
            "write local times in ISO 8601, without a zone",
        )
    return moment.alias(column)


def belongs(truth: Truth, scanned: Scanned, folder: Path) -> None:
    """Raise InputError when the truth in `folder` is not of the log that was scanned.

    It is not when it speaks of a file that was not scanned, of a row that the file does not have, of days
    before or after the log, or of a row whose user is none of the scenario's. Without a manifest, the files
    of the evidence stand for the files scanned, and must share one with the truth.
    """
    at = str(folder)
    spoken = truth.events["source"].unique().sort().to_list()
    read = {str(one["name"]) for one in scanned.manifest.get("inputs", [])}
    unread = [source for source in spoken if source not in read] if read else []
    if unread:
        raise InputError(f"speaks of {unread[0]}, which {scanned.folder} has not scanned", at, ANOTHER)
    seen = set(scanned.listing.evidence["source"].unique())
    if not read and seen and spoken and not seen & set(spoken):
        raise InputError(
            f"speaks of {spoken[0]}, and the evidence of {min(seen)}: no file in common", at, ANOTHER
        )
    last = dict(truth.events.group_by("source").agg(pl.col("row").max()).sort("source").iter_rows())
    for source, most in scanned.most_rows.items():
        if last.get(source, 0) > most:
            raise InputError(
                f"speaks of row {last[source]:,} of {source}, which has at most {most:,}", at, ANOTHER
            )
    _same_days(truth, scanned, at)
    _same_users(truth, scanned, at)


def in_common(truth: Truth, scanned: Scanned) -> bool:
    """Whether any row listed is of a scenario: only then can it be told by its user whose truth this is."""
    return bool(len(scanned.listing.evidence.join(truth.events, on=["source", "row"], how="semi")))


def _same_days(truth: Truth, scanned: Scanned, at: str) -> None:
    log, day = scanned.summary.get("log", {}), timedelta(days=1)  # a day: zones may differ
    if not log.get("first") or not log.get("last"):
        return
    low, high = date.fromisoformat(log["first"]) - day, date.fromisoformat(log["last"]) + day
    outside = truth.scenarios.filter((pl.col("first").dt.date() < low) | (pl.col("last").dt.date() > high))
    if len(outside):
        one = outside.row(0, named=True)
        raise InputError(
            f"says that {one['scenario_id']} was from {one['first']} to {one['last']}, and the log scanned is"
            f" from {log['first']} to {log['last']}",
            at,
            ANOTHER,
        )


def _same_users(truth: Truth, scanned: Scanned, at: str) -> None:
    evidence = scanned.listing.evidence
    if "user" not in evidence.columns:
        return
    shared = (
        evidence.filter(pl.col("user").is_not_null())
        .join(truth.events, on=["source", "row"])
        .join(truth.scenarios.select("scenario_id", "users"), on="scenario_id")
        .filter((pl.col("users").list.len() > 0) & ~pl.col("users").list.contains(pl.col("user")))
        .sort("source", "row", "scenario_id")
    )
    if len(shared):
        one = shared.row(0, named=True)
        raise InputError(
            f"says that row {one['row']:,} of {one['source']} is of scenario {one['scenario_id']}, and in the"
            f" scan it is of {one['user']}, who is none of its users",
            at,
            ANOTHER,
        )
