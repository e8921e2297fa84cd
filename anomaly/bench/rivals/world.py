"""The files that everybody reads: a synthetic world brought to one row an action and one key a person."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.merged import SAME_ACTION
from anomaly.synth import load, size_of, write_world

ZONE = "America/Los_Angeles"
DAYS, ROWS_A_USER, SEED = 365, 1_250, 77
ROWS_AN_ACTION = 1.72  # of such a world
COLUMNS = ("agency", "unit", "terminal", "user", "message_key", "purpose", "reason", "case_number")
TABLES = ("users", "agencies", "leave")


def make(folder: Path, rows: int, files: int = 1) -> tuple[int, float]:
    """Write `log/` in so many Parquet files, `context/`, and the `tables/` that the ten read, times in UTC.

    rows: about how many the log has; the raw one has more, of which the answers of a switch drop out.
    Returns how many rows were generated, and the seconds it took.
    """
    raw = folder / "raw"
    parameters = load()
    events = round(ROWS_AN_ACTION * rows)
    size = size_of(parameters, events=events, days=DAYS, users=max(160, events // ROWS_A_USER), seed=SEED)
    begin = time.perf_counter()
    written = write_world(raw, size, parameters, clean=False)
    seconds = time.perf_counter() - begin
    plain(raw, folder, files)
    shutil.rmtree(raw)
    return written.n_rows, seconds


def plain(raw: Path, folder: Path, files: int = 1) -> None:
    """Rewrite a raw world so that its rows are its actions, by the engine's own rule (`kernels.collapse`).

    A scan reads rows as actions by itself, and ties plates, licences and names of one person together; a
    rival would have to do so, too, and nobody writes that in a query. Here all are spared it.
    """
    log = pl.scan_parquet(raw / "log" / "*.parquet").select(
        "event_id", _utc("time"), *COLUMNS, _subject(), "cascade_id"
    )
    kept = _opens(log)
    for name in ("log", "tables"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copytree(raw / "context", folder / "context")
    for number, rows in enumerate(np.array_split(np.arange(len(kept)), files)):
        part = log.drop("cascade_id").slice(int(rows[0]), len(rows)).collect()
        part.filter(pl.Series(kept[rows])).sort("time", maintain_order=True).write_parquet(
            folder / "log" / f"queries-{number:02}.parquet"
        )
    for name in TABLES:
        table = pl.read_parquet(raw / "context" / f"{name}.parquet")
        moments = [column for column, kind in table.schema.items() if isinstance(kind, pl.Datetime)]
        table.with_columns(_utc(column) for column in moments).write_parquet(
            folder / "tables" / f"{name}.parquet"
        )


def _utc(column: str) -> pl.Expr:
    local = pl.col(column).dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC").dt.cast_time_unit("ms")


def _subject() -> pl.Expr:
    """Name the person by one key, the licence before name and birth, before the plate."""
    named = pl.concat_str(pl.col("name"), pl.col("dob"), separator="|")
    keys = {"license": pl.col("license"), "name": named, "plate": pl.col("plate")}
    return pl.coalesce(pl.concat_str(pl.lit(f"{kind}:"), key) for kind, key in keys.items()).alias("subject")


def _opens(log: pl.LazyFrame) -> NDArray[np.bool_]:
    """Say which rows open an action, (n,) bool: the first of its cascade, no repeat of a moment before."""
    told = log.select(
        pl.col("time").to_physical(),
        cascade=pl.when(pl.col("cascade_id").is_not_null()).then(pl.struct("user", "cascade_id").hash()),
        pair=pl.when(pl.col("subject").is_not_null()).then(pl.struct("user", "subject").hash()),
    ).collect()
    kept = (told["cascade"].is_null() | told["cascade"].is_first_distinct()) & told["time"].is_not_null()
    opens = kept.to_numpy().copy()
    rows = np.flatnonzero(opens & told["pair"].is_not_null().to_numpy())
    times, pairs = told["time"].to_numpy()[rows], told["pair"].fill_null(0).to_numpy()[rows]
    order = np.lexsort((times, pairs))
    again = (np.diff(pairs[order]) == 0) & (np.diff(times[order]) <= SAME_ACTION)
    opens[rows[order[1:][again]]] = False
    return opens
