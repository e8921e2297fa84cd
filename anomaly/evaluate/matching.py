"""Which entry of a list is about which scenario, and which entries bring something new."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import polars as pl

from anomaly.evaluate.contents import of_entries, of_scenarios, unread
from anomaly.evaluate.listing import Listing
from anomaly.evaluate.truth import Truth

MATCHES = pl.Schema(
    {
        "rank": pl.Int64(),
        "scenario_id": pl.String(),
        "misuse": pl.Boolean(),
        "common": pl.Int64(),
        "focused": pl.Boolean(),
        "fresh": pl.Boolean(),
    }
)


def match(listing: Listing, truth: Truth) -> pl.DataFrame:
    """Return every pair of an entry and a scenario that match (docs/contracts.md), as a frame of `MATCHES`.

    They match when they share a user (a unit or an agency entry: a user or the agency; a subject entry: a
    user or the subject) and at least half of the entry's rows, or half of the scenario's rows, are common to
    both. Subjects in a list may be tokens, which no truth knows: then the user of a common row stands in.
    Where the evidence says of whom its rows are, a user who has none in the entry is not shared. A scenario
    about the records of an agency is matched by an entry about them (`contents`).
    common: rows in both; focused: the common rows are at least half of the entry's, so that who opens the
    entry reads mostly this scenario; fresh: at least half of the entry's rows are in no entry above it, of
    whatever kind. By rank, then scenario.
    """
    rows, events = of_entries(listing), of_scenarios(truth)
    common = rows.join(events, on=["source", "row"]).group_by("rank", "scenario_id").len("common")
    entries = unread(listing, truth).select("rank", "fresh", pl.col("size").alias("of_entry"))
    pairs = (
        common.join(entries, on="rank")
        .join(events.group_by("scenario_id").len("of_scenario"), on="scenario_id")
        .cast({"common": pl.Int64, "of_scenario": pl.Int64})
        .with_columns(focused=2 * pl.col("common") >= pl.col("of_entry"))
        .filter(pl.col("focused") | (2 * pl.col("common") >= pl.col("of_scenario")))
        .join(_named(listing), on="rank")
        .join(truth.scenarios, on="scenario_id", suffix="_of_scenario")
    )
    kind = pl.col("kind")
    shares = (
        _shares("users")
        | (kind.is_in(["unit", "agency"]) & _shares("agencies"))
        | ((kind == "subject") & _shares("subjects"))
    )
    return (
        pairs.filter(shares).select(pl.col(n).cast(t) for n, t in MATCHES.items()).sort("rank", "scenario_id")
    )


def _named(listing: Listing) -> pl.DataFrame:
    """The entries; of the users they list only those who have a row in them, where the evidence tells."""
    entries = listing.entries.select("rank", "kind", "users", "agencies", "subjects")
    if "user" not in listing.evidence.columns:
        return entries
    told = listing.evidence.drop_nulls("user").group_by("rank").agg(pl.col("user").unique().alias("told"))
    backed = pl.col("users").list.set_intersection("told")
    return entries.join(told, on="rank", how="left").with_columns(
        pl.when(pl.col("told").is_null()).then("users").otherwise(backed).alias("users")
    )


def _shares(what: str) -> pl.Expr:
    return pl.col(what).list.set_intersection(pl.col(f"{what}_of_scenario")).list.len() > 0


def brought(matches: pl.DataFrame) -> dict[int, str]:
    """Say which entries bring misuse that no entry above them brings: rank -> scenario_id, ascending.

    An entry brings nothing unless it is fresh: what has been read already is not found again, so neither a
    copy nor the whole log handed in over and over brings a second scenario. An entry brings one scenario at
    most, and a scenario is brought once: whoever lists a whole agency in one entry has found one thing,
    however much stands in its rows. Among entries 1 … k as many bring one as is
    possible at all (a maximum matching of every prefix), so nothing depends on how rival claims are settled.
    Of several new scenarios an entry brings that with most rows in common.
    """
    claims = (
        matches.filter("misuse", "fresh")
        .sort(["rank", "common", "scenario_id"], descending=[False, True, False])
        .group_by("rank", maintain_order=True)
        .agg("scenario_id")
    )
    wanted = dict(claims.iter_rows())
    holder: dict[str, int] = {}
    first: dict[int, str] = {}
    settled: set[str] = set()
    for rank in wanted:
        new = _augment(rank, wanted, holder, settled)
        if new is not None:
            first[rank] = new
    return first


def of_records(listing: Listing, truth: Truth) -> set[int]:
    """Return the ranks of the entries that bring misuse seen in an agency's records and not in the log."""
    return set(brought(match(listing, truth.of_records)))


def _augment(
    rank: int, wanted: Mapping[int, Sequence[str]], holder: dict[str, int], settled: set[str]
) -> str | None:
    """Find the shortest chain of entries that make room for one more scenario; return that scenario.

    Scenarios reached by a search that fails stay taken for good (Hall): they are settled, and no later search
    goes there, which keeps all searches together linear in the number of matches.
    """
    came: dict[str, str | None] = {}
    queue: deque[tuple[int, str | None]] = deque([(rank, None)])
    while queue:
        entry, through = queue.popleft()
        for scenario in wanted[entry]:
            if scenario in came or scenario in settled:
                continue
            came[scenario] = through
            if scenario in holder:
                queue.append((holder[scenario], scenario))
                continue
            _pass_on(rank, scenario, came, holder)
            return scenario
    settled.update(came)
    return None


def _pass_on(rank: int, free: str, came: Mapping[str, str | None], holder: dict[str, int]) -> None:
    scenario: str | None = free
    while scenario is not None:
        through = came[scenario]
        holder[scenario] = rank if through is None else holder[through]
        scenario = through
