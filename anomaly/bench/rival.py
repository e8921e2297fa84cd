"""What every stage is measured against: polars decoding the same columns of the same files, and no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from anomaly.sources.delimited import Delimited
from anomaly.sources.files import LogFile

BATCH = 250_000  # rows, as a scan asks for them
PACKED = (".gz", ".zst")


def decode(files: Sequence[LogFile], headers: Collection[str]) -> str | None:
    """Decode some columns of the files, batch by batch, and let go of them.

    headers: as the files write them. Returns None when it is done, and why not where polars cannot read a
    file as it lies: a workbook, a packed Parquet, an object, a text that only our own sifting gets through.
    """
    for file in files:
        scanned = _scan(file)
        if scanned is None:
            return f"polars does not read {file.name} batch by batch"
        wanted = [header for header in file.reader.headers if header in headers]
        try:
            for batch in scanned.select(wanted).collect_batches(chunk_size=BATCH, maintain_order=True):
                del batch
        except (pl.exceptions.PolarsError, OSError) as error:
            return f"polars stops at {file.name}: {str(error).splitlines()[0]}"
    return None


def _scan(file: LogFile) -> pl.LazyFrame | None:
    if file.path is None or (file.format not in ("csv", "tsv") and file.path.suffix.lower() in PACKED):
        return None
    match file.format:
        case "parquet":
            return pl.scan_parquet(file.path, glob=False, hive_partitioning=False)
        case "jsonl":
            return pl.scan_ndjson(file.path)
        case _ if isinstance(file.reader, Delimited):
            return pl.scan_csv(file.path, glob=False, separator=file.reader.delimiter, infer_schema=False)
    return None
