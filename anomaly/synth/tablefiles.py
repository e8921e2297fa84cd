"""The files of the context tables, appended to by a thread of their own while the log is made."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow.parquet as pq

from anomaly.synth.tables import Tables

ENOUGH = 250_000  # rows that are worth a row group: small ones cost twice the time and half again the room
FEW = {"agency", "kind", "user", "unit", "role", "relation", "purpose", "class"}  # columns of few values


class TableFiles:
    """One file for each table in `folder`, in the order in which rows are added."""

    def __init__(self, folder: Path, format: str) -> None:
        self.folder, self.format = folder, format
        self._held: dict[str, list[pl.DataFrame]] = {}
        self._open: dict[str, IO[bytes] | pq.ParquetWriter] = {}
        self._clerk = ThreadPoolExecutor(max_workers=1)
        self._work: deque[Future[None]] = deque()

    def add(self, tables: Tables) -> None:
        """Take rows of some tables; what was written wrongly before is raised here."""
        for name, rows in tables.items():
            held = self._held.setdefault(name, [])
            held.append(rows)
            if sum(one.height for one in held) >= ENOUGH:
                self._hand_over(name)

    def finish(self) -> None:
        """Write what is left; all of it is on disk then."""
        for name in list(self._held):
            self._hand_over(name)
        while self._work:
            self._work.popleft().result()
        self.close()

    def close(self) -> None:
        """Close all files, whole or not."""
        self._clerk.shutdown(cancel_futures=True)
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _hand_over(self, name: str) -> None:
        while len(self._work) > 4:
            self._work.popleft().result()
        rows = self._held.pop(name)
        self._work.append(self._clerk.submit(self._write, name, pl.concat(rows)))

    def _write(self, name: str, rows: pl.DataFrame) -> None:
        first = name not in self._open
        path = self.folder / f"{name}.{self.format}"
        if first:
            self.folder.mkdir(parents=True, exist_ok=True)
        if self.format == "csv":
            file = self._open.setdefault(name, path.open("ab"))
            rows.write_csv(file, include_header=first, datetime_format="%Y-%m-%dT%H:%M:%S")
            return
        arrow = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
        if first:
            few = [column for column in rows.columns if column in FEW]
            self._open[name] = pq.ParquetWriter(
                path, arrow.schema, compression="zstd", use_dictionary=few, write_statistics=False
            )
        self._open[name].write_table(arrow)  # type: ignore[union-attr]
