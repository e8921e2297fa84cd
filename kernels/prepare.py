"""All kernels compiled before the first scan, some on each core: in one process numba compiles one at a time.

`signatures.txt` has a line for each kind of arguments with which scans call a kernel. What it lacks compiles
when it is called; a test scans logs and finds nothing that it lacks.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import __version__, from_dtype, types
from numba.core.registry import cpu_target
from numpy import dtype

from kernels.compile import settings

HERE = Path(__file__).parent
PROCESSES = 2  # each takes 250 MB
SCALARS: dict[str, Any] = {"int": types.int64, "float": types.float64, "bool": types.boolean}
ARRAY, FROZEN = "[]", "-"  # behind the element of an array, and behind one that may not be written to

Signature = tuple[str, tuple[Any, ...]]


def prepare(tell: Callable[[int], None]) -> int:
    """Compile all kernels, unless that has been done; afterwards each is loaded in 0.01 s.

    tell: told how many there are, before they compile. Returns how many were compiled: none where it cannot
    be done, or another process is at it; they compile as they are called then.
    """
    if settings.DISABLE_JIT or not sys.executable:
        return 0
    done = Path(settings.CACHE_DIR or HERE / "__pycache__") / f"prepared-{_version()}"
    if done.exists():
        return 0
    begun = done.with_suffix(".begun")
    try:
        done.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        begun.touch(exist_ok=False)
    except OSError:
        return 0
    try:
        tell(len(signatures()))
        if not _compiled():
            return 0
        done.touch()
        return len(signatures())
    finally:
        begun.unlink(missing_ok=True)


def signatures() -> list[Signature]:
    """Read `signatures.txt`: the name of a kernel and the types of its arguments on each line."""
    lines = (HERE / "signatures.txt").read_text(encoding="utf-8").splitlines()
    named = (line.split() for line in lines if line and not line.startswith("#"))
    return [(name, tuple(map(_read, arguments))) for name, *arguments in named]


def spelled(name: str, arguments: tuple[Any, ...]) -> str:
    """Write a kernel's name and the numba types of its arguments as `signatures.txt` has them."""
    scalars = {kind: word for word, kind in SCALARS.items()}
    arrays = (one for one in arguments if isinstance(one, types.Array))
    words = {one: f"{one.dtype.name}{ARRAY}{'' if one.mutable else FROZEN}" for one in arrays}
    return " ".join([name, *({**scalars, **words}[one] for one in arguments)])


def compile_some(part: int) -> None:
    """Compile the kernels of one process, or load them where that has been done."""
    for name, arguments in signatures()[part::PROCESSES]:
        getattr(importlib.import_module("kernels"), name).compile(arguments)


def _read(word: str) -> Any:
    if word in SCALARS:
        return SCALARS[word]
    element = from_dtype(dtype(word.removesuffix(FROZEN).removesuffix(ARRAY)))
    return types.Array(element, 1, "C", readonly=word.endswith(FROZEN))


def _compiled() -> bool:
    known = dict(os.environ, PYTHONPATH=os.pathsep.join([str(HERE.parent), *filter(None, sys.path)]))
    if settings.CACHE_DIR:
        known["NUMBA_CACHE_DIR"] = settings.CACHE_DIR
    command, quiet = [sys.executable, "-m", "kernels.prepare"], subprocess.DEVNULL
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for part in range(PROCESSES):
            processes.append(subprocess.Popen([*command, str(part)], env=known, stdout=quiet, stderr=quiet))
        return not any(one.wait() for one in processes)
    except OSError:
        return False
    finally:
        for one in processes:
            one.kill()
            one.wait()


def _version() -> str:
    """Name what a compiled kernel depends on, as numba's own cache does: sources, compiler, processor."""
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    processor = cpu_target.target_context.codegen().magic_tuple()
    digest.update(repr((platform.python_version(), __version__, processor)).encode())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    compile_some(int(sys.argv[1]))
