"""What a scan left, read again: a report in another form needs no second scan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from anomaly import __version__
from anomaly.errors import InputError
from anomaly.incidents.model import ScanResult
from anomaly.report import tables
from anomaly.report.outputs import READ_AGAIN
from anomaly.report.record import from_json

_AGAIN = "scan again, then report"
_NAME = "name the folder a scan wrote (its --out)"


def reopen(folder: Path) -> ScanResult:
    """Return what `write_outputs` wrote into a folder.

    Raises InputError where the folder holds no scan, is incomplete, was made by another version, or holds a
    file that is not the one the scan wrote.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", str(folder), _NAME)
    if other := _other(folder):
        raise InputError(f"this folder holds no scan: {other}", str(folder), _NAME)
    manifest = _object(folder / "manifest.json")
    made_by = _of(manifest, "versions").get("anomaly")
    if made_by != __version__:
        raise InputError(
            f"these files are of version {made_by or 'unknown'}, this is {__version__}", str(folder), _AGAIN
        )
    digests = _of(manifest, "outputs")
    for name in READ_AGAIN:
        if hashlib.sha256(_read(folder / name)).hexdigest() != digests.get(name):
            raise InputError("this is not the file that the scan wrote", str(folder / name), _AGAIN)
    return ScanResult(
        from_json(_read(folder / "incidents.json"), str(folder / "incidents.json")),
        pl.read_parquet(folder / "evidence.parquet"),
        pl.read_csv(folder / "rejects.csv", schema=tables.REJECTS),
        _object(folder / "summary.json"),
        {name: value for name, value in manifest.items() if name != "outputs"},
        pl.read_parquet(folder / "federal_requests.parquet"),
    )


def _other(folder: Path) -> str | None:
    """Say what else of this program a folder without a scan holds, if anything."""
    if (folder / "manifest.json").exists():
        return None
    if (folder / "return.json").exists():
        return "a return"
    left = folder / "summary.json"
    return "a public edition" if left.exists() and "public" in _object(left) else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"the folder is incomplete ({error.strerror})", str(path), _AGAIN) from None


def _of(manifest: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = manifest.get(name)
    return value if isinstance(value, dict) else {}


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_read(path))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InputError("this is not what a scan writes", str(path), _AGAIN)
    return found
