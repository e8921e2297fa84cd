"""What a scan leaves behind, written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anomaly.errors import InputError
from anomaly.incidents.model import ScanResult
from anomaly.report import tables
from anomaly.report.page import render

FILES = (
    "incidents.parquet",
    "incidents.csv",
    "evidence.parquet",
    "rejects.csv",
    "report.html",
    "summary.json",
    "manifest.json",
)


def base_of(out: Path) -> Path:
    """Return the folder in which `out` is, or is to be made; InputError where none can be written."""
    out = out.resolve()
    base = next(folder for folder in (out, *out.parents) if folder.exists())
    if not base.is_dir():
        raise InputError("this is a file, not a folder", str(base), "give --out the name of a folder")
    if not os.access(base, os.W_OK | os.X_OK):
        raise InputError(
            "the outputs cannot be written here (no permission)", str(base), "choose a folder with --out"
        )
    return base


def write_outputs(result: ScanResult, out: Path, *, budget: int) -> None:
    """Write the outputs of a scan (docs/contracts.md) into the folder `out`, made where it is missing.

    budget: how many entries get a dossier in the page; the others stand in its table only. Files of the
    same names are replaced, others are left alone. A write that fails leaves everything as it was. The bytes
    depend on the result and the budget alone. Raises InputError where `out` is not a folder one may write to.
    """
    out = out.resolve()
    base = base_of(out)
    try:
        # Staged beside the place where it will stand: only a move inside one file system is atomic.
        with tempfile.TemporaryDirectory(prefix=".anomaly-", dir=base) as room:
            staged = Path(room, "new", out.relative_to(base))
            staged.mkdir(parents=True)
            _write(result, staged, budget)
            if base == out:
                _replace(staged, out, Path(room, "old"))
            else:
                first = out.relative_to(base).parts[0]
                Path(room, "new", first).replace(base / first)
    except OSError as error:
        raise InputError(
            f"the outputs cannot be written here ({error.strerror or error})",
            str(out),
            "choose a folder you may write to, on a disk with room, with --out",
        ) from error


def _write(result: ScanResult, folder: Path, budget: int) -> None:
    incidents = tables.incidents_frame(result.incidents)
    incidents.write_parquet(folder / "incidents.parquet")
    tables.write_csv(incidents, folder / "incidents.csv")
    tables.conform(result.evidence, tables.EVIDENCE).write_parquet(folder / "evidence.parquet")
    tables.write_csv(tables.conform(result.rejects, tables.REJECTS), folder / "rejects.csv")
    (folder / "report.html").write_bytes(render(result, budget=budget).encode())
    (folder / "summary.json").write_bytes(_json(result.summary))
    (folder / "manifest.json").write_bytes(_json(result.manifest))


def _json(value: Mapping[str, Any]) -> bytes:
    """ASCII, so that a control sequence or a broken file name in a log reaches no terminal through `cat`."""
    return (json.dumps(dict(value), indent=2, sort_keys=True, allow_nan=False) + "\n").encode("ascii")


def _replace(staged: Path, out: Path, old: Path) -> None:
    """Put every staged file in place of its old self, or, when one move fails, all old ones back."""
    for name in FILES:
        if (out / name).is_dir():
            raise InputError(
                "this is a folder where an output file should go", str(out / name), "move it away"
            )
    old.mkdir()
    moved: list[str] = []
    kept: list[str] = []
    try:
        for name in FILES:
            if (out / name).exists():
                (out / name).replace(old / name)
                kept.append(name)
            (staged / name).replace(out / name)
            moved.append(name)
    except OSError:
        for name in moved:
            (out / name).unlink()
        for name in kept:
            (old / name).replace(out / name)
        raise
