"""What entries and scenarios consist of: rows of the log or, without any, the records of an agency.

A missing or implausible filing leaves no row. The records of an agency stand here as row 0 of a source named
as the agency is (rows of a log count from 1), so that every rule about rows holds for them as well.
"""

from __future__ import annotations

import polars as pl

from anomaly.evaluate.listing import EVIDENCE, Listing
from anomaly.evaluate.truth import Truth

RECORDS = 0


def of_entries(listing: Listing) -> pl.DataFrame:
    """Return rank, source, row of everything in each entry, once.

    An entry of kind agency without supporting rows is about the records of the agencies it names.
    """
    rows = listing.evidence.select(*EVIDENCE).unique()
    bare = listing.entries.filter(pl.col("kind") == "agency").join(rows, on="rank", how="anti")
    records = bare.select("rank", pl.col("agencies").alias("source")).explode("source").drop_nulls()
    return pl.concat([rows, records.with_columns(row=pl.lit(RECORDS, pl.Int64)).unique()])


def of_scenarios(truth: Truth) -> pl.DataFrame:
    """Return source, row, scenario_id of everything in each scenario, once.

    A scenario without a row and without a user is about the records of its agency. One without a row that
    names users has nothing that a list could show.
    """
    rows = truth.events.select("source", "row", "scenario_id").unique()
    records = truth.of_records.scenarios.select(pl.col("agencies").alias("source"), "scenario_id")
    records = records.explode("source").drop_nulls().unique()
    return pl.concat([rows, records.select("source", pl.lit(RECORDS, pl.Int64).alias("row"), "scenario_id")])


def first_entry(contents: pl.DataFrame) -> pl.DataFrame:
    """Return source, row, first: the rank of the topmost entry that holds it. contents: of `of_entries`."""
    return contents.group_by("source", "row").agg(pl.col("rank").min().alias("first"))


def unread(listing: Listing, truth: Truth) -> pl.DataFrame:
    """Say of each entry that holds anything how much of it is new to who reads from the top, and is misuse.

    Returns by rank: rank, size (Int64, rows or records in it), fresh (Boolean: at least half of them are in
    no entry above it), focused (Boolean: at least half of them are of misuse, of any scenarios together).
    """
    contents = of_entries(listing)
    misuse = of_scenarios(truth).join(truth.misuse, on="scenario_id", how="semi").select("source", "row")
    return (
        contents.join(first_entry(contents), on=["source", "row"])
        .join(misuse.unique().with_columns(bad=True), on=["source", "row"], how="left")
        .group_by("rank")
        .agg(
            pl.len().cast(pl.Int64).alias("size"),
            (2 * (pl.col("first") == pl.col("rank")).sum() >= pl.len()).alias("fresh"),
            (2 * pl.col("bad").count() >= pl.len()).alias("focused"),
        )
        .sort("rank")
    )


def shown(listing: Listing, truth: Truth) -> pl.DataFrame:
    """Say which share of each misuse scenario each entry shows that no entry above it shows.

    Returns by rank, then scenario: rank, scenario_id, share (Float64, of the rows of the scenario). Whether
    the entry matches the scenario does not matter: a row is shown by whatever holds it.
    """
    of_misuse = of_scenarios(truth).join(truth.misuse, on="scenario_id", how="semi")
    size = of_misuse.group_by("scenario_id").len("size")
    return (
        of_misuse.join(first_entry(of_entries(listing)), on=["source", "row"])
        .group_by(pl.col("first").alias("rank"), "scenario_id")
        .len("rows")
        .join(size, on="scenario_id")
        .select("rank", "scenario_id", (pl.col("rows") / pl.col("size")).alias("share"))
        .sort("rank", "scenario_id")
    )
