"""Files written whole or not at all: staged beside their place, then moved into it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
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


def write_whole(out: Path, names: Sequence[str], write: Callable[[Path], None]) -> None:
    """Let `write` make the files `names` in a staged folder, and move them into `out`, made where missing.

    Files of the same names are replaced, others are left alone. A write that fails leaves everything as it
    was. Raises InputError where `out` is not a folder one may write to.
    """
    out = out.resolve()
    base = base_of(out)
    try:
        # Staged beside the place where it will stand: only a move inside one file system is atomic.
        with tempfile.TemporaryDirectory(prefix=".anomaly-", dir=base) as room:
            staged = Path(room, "new", out.relative_to(base))
            staged.mkdir(parents=True)
            write(staged)
            if base == out:
                _replace(names, staged, out, Path(room, "old"))
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
    """ASCII, so that a control sequence or a broken file name in a log reaches no terminal through `cat`."""
    return (json.dumps(dict(value), indent=2, sort_keys=True, allow_nan=False) + "\n").encode("ascii")


def _replace(names: Sequence[str], staged: Path, out: Path, old: Path) -> None:
    """Put every staged file in place of its old self, or, when one move fails, all old ones back."""
    for name in names:
        if (out / name).is_dir():
            raise InputError(
                "this is a folder where an output file should go", str(out / name), "move it away"
            )
    old.mkdir()
    moved: list[str] = []
    kept: list[str] = []
    try:
        for name in names:
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
