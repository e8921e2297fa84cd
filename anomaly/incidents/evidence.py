"""The second, filtered pass: the text of the few rows that reached an incident (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, key_rank, subject_keys

Batches = Callable[[Collection[str]], Iterator[pl.DataFrame]]
SomeRows = Callable[[Collection[str], Mapping[int, NDArray[np.int64]]], Iterator[pl.DataFrame]]


def fetch(
    log: CodedLog,
    events: NDArray[np.integer],
    batches: Batches,
    columns: Collection[str],
    some_rows: SomeRows | None = None,
) -> pl.DataFrame:
    """Fetch what the log says of some events.

    events: (k,) distinct; batches: columns -> batches of the log as the first pass read them; columns:
    canonical columns of the log; some_rows: columns, file -> data rows -> batches of these rows, where they
    can be had without the others. Returns a frame of k rows, by file and row: event, file, row, event_id and
    subject_key (String, null when absent).
    """
    wanted = pl.DataFrame(
        {
            "event": np.asarray(events, np.int64),
            "file": log.events.file[events].astype(np.uint32),
            "row": log.events.row[events].astype(np.int64),
        }
    ).sort("file", "row")
    keys = subject_keys(columns)
    parts = {"event_id", "dob", *("name" if kind == "name only" else kind for kind, _ in keys)} & set(columns)
    found = []
    for batch in _read(wanted, parts, batches, some_rows) if parts else ():
        low, high = batch["row"][0], batch["row"][-1]
        here = wanted.filter((pl.col("file") == batch["file"][0]) & pl.col("row").is_between(low, high))
        if here.height:
            found.append(here.join(batch, on=["file", "row"], how="inner", maintain_order="left"))
    frame = (
        pl.concat(found) if found else wanted.with_columns(pl.lit(None, pl.String).alias(n) for n in parts)
    )
    subject = pl.coalesce(expr for _, expr in keys) if keys else pl.lit(None, pl.String)
    event_id = pl.col("event_id") if "event_id" in parts else pl.lit(None, pl.String)
    return frame.select("event", "file", "row", event_id.alias("event_id"), subject.alias("subject_key"))


def _read(
    wanted: pl.DataFrame, parts: Collection[str], batches: Batches, some_rows: SomeRows | None
) -> Iterator[pl.DataFrame]:
    if some_rows is None:
        return batches(parts)
    files = wanted.partition_by("file", as_dict=True, maintain_order=True)
    return some_rows(parts, {file: rows["row"].to_numpy() for (file,), rows in files.items()})


def subject_names(log: CodedLog, fetched: pl.DataFrame) -> dict[int, str]:
    """Choose one key for each subject among the fetched rows: the kind that names a person best, then the
    first in the alphabet.

    Returns subject code -> key; the same for any order of rows.
    """
    codes = log.events.subject[fetched["event"].to_numpy()]
    pairs = pl.DataFrame({"code": codes, "key": fetched["subject_key"]}).drop_nulls().unique()
    ranked = pairs.with_columns(rank=key_rank("key")).sort("code", "rank", "key")
    best = ranked.unique("code", keep="first", maintain_order=True)
    return dict(zip(best["code"].to_list(), best["key"].to_list(), strict=True))
