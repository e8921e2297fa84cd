"""Files put into a folder, whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from anomaly.errors import InputError


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


def write_files(files: Mapping[str, bytes], out: Path, *, gone: Collection[str] = ()) -> None:
    """Write files into the folder `out`, made where it is missing.

    files: name -> content. gone: patterns of names that an older run may have left and that go with it. Files
    of the same names are replaced, others are left alone. A write that fails leaves everything as it was.
    Raises InputError where `out` is not a folder one may write to.
    """
    out = out.resolve()
    base = base_of(out)
    try:
        # Staged beside the place where it will stand: only a move inside one file system is atomic.
        with tempfile.TemporaryDirectory(prefix=".anomaly-", dir=base) as room:
            staged = Path(room, "new", out.relative_to(base))
            staged.mkdir(parents=True)
            for name, content in files.items():
                (staged / name).write_bytes(content)
            if base == out:
                _replace(staged, out, Path(room, "old"), list(files), gone)
            else:
                first = out.relative_to(base).parts[0]
                Path(room, "new", first).replace(base / first)
    except OSError as error:
        raise InputError(
            f"the outputs cannot be written here ({error.strerror or error})",
            str(out),
            "choose a folder you may write to, on a disk with room, with --out",
        ) from error


def as_json(value: Mapping[str, Any]) -> bytes:
    """Write sorted ASCII, so that a control sequence or a broken file name in a log reaches no terminal
    through `cat`.
    """
    return (json.dumps(dict(value), indent=2, sort_keys=True, allow_nan=False) + "\n").encode("ascii")


def _replace(staged: Path, out: Path, old: Path, names: list[str], gone: Collection[str]) -> None:
    """Put every staged file in place of its old self, or, when one move fails, all old ones back."""
    for name in names:
        if (out / name).is_dir():
            raise InputError(
                "this is a folder where an output file should go", str(out / name), "move it away"
            )
    before = {name for name in names if (out / name).exists()}
    before |= {path.name for pattern in gone for path in out.glob(pattern) if path.is_file()}
    old.mkdir()
    moved: list[str] = []
    kept: list[str] = []
    try:
        for name in sorted(before):
            (out / name).replace(old / name)
            kept.append(name)
        for name in names:
            (staged / name).replace(out / name)
            moved.append(name)
    except OSError:
        for name in moved:
            (out / name).unlink()
        for name in kept:
            (old / name).replace(out / name)
        raise
