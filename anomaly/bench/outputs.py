"""A measurement as a file: JSON for programs, CSV for tables, Markdown for documents."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from anomaly import __version__
from anomaly.bench.run import STAGES, Measured
from anomaly.bench.words import heading, pace, seconds, times
from anomaly.errors import InputError
from anomaly.report.staging import base_of
from anomaly.report.tables import write_csv

SUFFIXES = (".json", ".csv", ".md")
COLUMNS = ("part", "name", "seconds", "rows_per_second", "of_decoding", "tested", "signals", "why_not")


def checked(out: Path) -> Path:
    """Return the name of the file where it can be written; raises InputError where it cannot."""
    if out.is_dir():
        raise InputError("this is a folder", str(out), "give --out the name of a file in it")
    if out.suffix not in SUFFIXES:
        raise InputError(
            f"`{out.name}` does not say in which format to write",
            "--out",
            f"give a name that ends in {', '.join(SUFFIXES)}",
        )
    base_of(out.parent)
    return out


def to_json(measured: Measured) -> dict[str, Any]:
    """Return all of a measurement as plain values; `runs` holds the seconds of each run."""
    facts, rows = measured.facts, measured.rows()
    return {
        "versions": {
            "anomaly": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("numba", "numpy", "polars", "scikit-learn", "scipy")},
        },
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "processor": platform.machine()},
        "log": {
            "seeded": measured.written is not None,
            "files": list(facts.files),
            "bytes": facts.bytes_on_disk,
            "columns": list(facts.columns),
            "rows": facts.rows,
            "users": facts.users,
            "actions": facts.actions,
        },
        "runs": len(measured.passes),
        "entries": facts.entries,
        "kernels": {"compiled": measured.compiled.kernels, "loaded": measured.compiled.loaded},
        "memory": {"base_bytes": measured.base, "peak_bytes": measured.peak},
        "stages": [
            {**_without(row, "part", "tested", "signals"), "what": STAGES.get(row["name"])}
            for row in rows
            if row["part"] == "stage"
        ],
        "detectors": [_without(row, "part") for row in rows if row["part"] == "detector"],
    }


def write_measured(measured: Measured, out: Path) -> None:
    """Write the file, whole or not at all, as its suffix says; the folder is made where it is missing.

    Raises InputError where it cannot be written.
    """
    out = checked(out).resolve()
    try:
        with tempfile.TemporaryDirectory(prefix=".anomaly-", dir=base_of(out.parent)) as room:
            staged = Path(room, out.name)
            if out.suffix == ".json":
                text = json.dumps(to_json(measured), indent=2, allow_nan=False) + "\n"
                staged.write_bytes(text.encode("ascii"))
            elif out.suffix == ".csv":
                write_csv(pl.DataFrame(measured.rows(), infer_schema_length=None).select(COLUMNS), staged)
            else:
                staged.write_text(markdown(measured), encoding="utf-8")
            out.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(out)
    except OSError as error:
        raise InputError(
            f"the measurement cannot be written here ({error.strerror or error})",
            str(out),
            "choose a folder you may write to with --out",
        ) from error


def markdown(measured: Measured) -> str:
    """Return the table of what ran as Markdown, under a line that says of what."""
    lines = [
        f"{heading(measured)}.",
        "",
        "| | seconds | M rows/s | × decoding | tested | signals |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in measured.rows():
        if row["seconds"] is None:
            lines.append(f"| {row['name']} | abstains: {row['why_not']} | | | | |")
            continue
        figures = (seconds(row["seconds"]), pace(row["rows_per_second"]), times(row["of_decoding"]))
        counts = ["" if row[name] is None else f"{row[name]:,}" for name in ("tested", "signals")]
        lines.append(f"| {' | '.join((row['name'], *figures, *counts))} |")
    return "\n".join(lines) + "\n"


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
