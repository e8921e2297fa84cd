"""What a scan, or any other program that keeps the contract, left in a folder, read back and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.errors import InputError
from anomaly.evaluate.files import as_texts, integers, require, table
from anomaly.evaluate.listing import ENTRIES, EVIDENCE, Listing


@dataclass(frozen=True)
class Scanned:
    """A folder of outputs: the list for review and, where they are there, the summary and the manifest."""

    folder: Path
    listing: Listing
    summary: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def promised_fdr(self) -> float | None:
        """The share of chance findings that the scan promised not to exceed."""
        fdr = self.manifest.get("settings", {}).get("fdr", self.summary.get("fdr"))
        return None if fdr is None else float(fdr)

    @property
    def most_rows(self) -> dict[str, int]:
        """The most rows each file can have: those scanned, and all that were rejected or seen twice.

        Where the summary does not count them by file, all rows that the manifest counts.
        """
        log = self.summary.get("log", {})
        lost = int(log.get("rows_rejected", 0)) + int(log.get("duplicates", 0))
        by_file = {str(one["name"]): int(one["rows"]) + lost for one in log.get("files", [])}
        if by_file or self.rows_read is None:
            return by_file
        return dict.fromkeys(self.files, self.rows_read)

    @property
    def files(self) -> list[str]:
        """Names of the files scanned, where the manifest has them."""
        return [str(one["name"]) for one in self.manifest.get("inputs", [])]

    @property
    def rows_read(self) -> int | None:
        """Rows of all files together, where the manifest or the summary has them."""
        counts = self.manifest.get("counts", {})
        read = counts.get("rows_read", self.summary.get("log", {}).get("rows_read"))
        return None if read is None else int(read)


def read_scanned(folder: Path, name: str = "this scan") -> Scanned:
    """Read `incidents` and `evidence` (Parquet or CSV), `summary.json` and `manifest.json` where they are.

    Only the rows whose role is `supports` are evidence; without `role` all are. Raises InputError when the
    folder is no such folder, a column is missing, ranks are not 1 … n, or evidence is of a file or of a row
    that the log does not have, as far as manifest and summary tell.
    """
    if not folder.is_dir():
        raise InputError("is no folder", str(folder), "give the folder that `anomaly scan --out` wrote")
    incidents, at = table(folder, "incidents", next="give the folder that `anomaly scan --out` wrote")
    require(incidents, ("incident_id", "rank", "kind", "users", "score"), at)
    entries = incidents.select(
        pl.col("incident_id").cast(pl.String),
        integers(incidents, "rank", at),
        pl.col("kind").cast(pl.String),
        *(as_texts(incidents, column) for column in ("users", "agencies", "subjects")),
        *(_number(incidents, column, at) for column in ("score", "q_value")),
    ).sort("rank")
    if entries["rank"].to_list() != list(range(1, len(entries) + 1)):
        raise InputError(
            f"ranks are not 1 to {len(entries):,}, each once", at, "rank the incidents, worst first"
        )
    if entries["incident_id"].n_unique() != len(entries) or entries["incident_id"].has_nulls():
        raise InputError("an incident_id is missing or stands twice", at, "give each incident its own id")
    evidence, at = _evidence(folder, entries.select("incident_id", "rank"))
    listing = Listing(name, entries.select(*ENTRIES), evidence)
    scanned = Scanned(folder, listing, _json(folder / "summary.json"), _json(folder / "manifest.json"))
    _of_this_log(scanned, at)
    return scanned


def _of_this_log(scanned: Scanned, at: str) -> None:
    """Rows that are not there match nothing: unsaid, they would only make entries look larger."""
    evidence, next = scanned.listing.evidence, "give incidents, evidence and manifest of the same scan"
    if scanned.files:
        others = evidence.filter(~pl.col("source").is_in(scanned.files))
        if len(others):
            raise InputError(f"holds rows of {others['source'][0]}, which was not scanned", at, next)
    for source, most in scanned.most_rows.items():
        beyond = evidence.filter(pl.col("source") == source, pl.col("row") > most)
        if len(beyond):
            raise InputError(
                f"holds row {beyond['row'][0]:,} of {source}, which has at most {most:,}", at, next
            )


def _evidence(folder: Path, ranks: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    rows, at = table(
        folder, "evidence", next="an entry is judged by its rows: write evidence.parquet beside the incidents"
    )
    require(rows, ("incident_id", "source", "row"), at)
    if "role" in rows.columns:
        rows = rows.filter(pl.col("role") == "supports")
    user = pl.col("user").cast(pl.String) if "user" in rows.columns else pl.lit(None, pl.String).alias("user")
    rows = rows.select(
        pl.col("incident_id").cast(pl.String),
        pl.col("source").cast(pl.String),
        integers(rows, "row", at),
        user,
    )
    strangers = rows.join(ranks, on="incident_id", how="anti")
    if len(strangers):
        raise InputError(
            f"holds rows of incident {strangers['incident_id'][0]}, which is not listed",
            at,
            "give incidents and evidence of the same scan",
        )
    joined = rows.join(ranks, on="incident_id").select(*EVIDENCE, "user")
    return joined.unique(["rank", "source", "row"], keep="any").sort("rank", "source", "row"), at


def _number(frame: pl.DataFrame, column: str, at: str) -> pl.Expr:
    if column not in frame.columns:
        return pl.lit(None, pl.Float64).alias(column)
    bad = frame.filter(pl.col(column).cast(pl.Float64, strict=False).is_null() & pl.col(column).is_not_null())
    if len(bad):
        raise InputError(f"`{column}` holds {bad[column][0]!r}, which is no number", at, "write it again")
    return pl.col(column).cast(pl.Float64)


def _json(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", str(path), "scan again, or remove the file") from None
    if not isinstance(value, dict):
        raise InputError("is no JSON object", str(path), "scan again, or remove the file")
    return value
