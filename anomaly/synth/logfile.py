"""One file of a log, written a row group at a time: what is in memory as text is never more than that."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from anomaly.synth.columns import Coded, Columns
from anomaly.synth.render import frame, table

GROUP = 125_000  # rows that are put into words at once, at most
DIFFERENT = ("event_id", "cascade_id", "license", "plate")


class LogFile:
    """A Parquet or CSV file that columns are added to, in order."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._csv: IO[bytes] | None = path.open("wb") if path.suffix == ".csv" else None
        self._parquet: pq.ParquetWriter | None = None
        self._first = True

    def __enter__(self) -> LogFile:
        """The file is there."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it, whole or not."""
        for file in (self._csv, self._parquet):
            if file is not None:
                file.close()

    def add(self, log: Columns, only: NDArray[np.bool_] | None = None) -> None:
        """Append columns; only: which of the rows, (n,)."""
        if self._csv is not None:
            text = frame(log) if only is None else frame(log).filter(pl.Series(only))
            text.write_csv(self._csv, include_header=self._first, datetime_format="%Y-%m-%dT%H:%M:%S")
            self._first = False
            return
        rows = table(log) if only is None else table(log).filter(pa.array(only))
        if self._parquet is None:
            repeated = [name for name, one in log.items() if isinstance(one, Coded)]
            # lz4: half again the room of zstd, in five sixths of the time. What is seldom the same twice is
            # left as it is: a third less room for it cost 9 ms of the 65 of a row group.
            squeezed = {name: "none" if name in DIFFERENT else "lz4" for name in rows.column_names}
            self._parquet = pq.ParquetWriter(
                self.path,
                rows.schema,
                compression=squeezed,
                use_dictionary=[*repeated, "reason", "attention", "case_number"],
                write_statistics=False,
                store_schema=False,  # a reader sees texts, not the dictionaries they were written from
            )
        self._parquet.write_table(rows)
