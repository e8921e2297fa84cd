"""How every kernel compiles, and why: decided here and nowhere else.

`cache=True`: a kernel takes 0.2-0.6 s to compile and 0.01-0.02 s to load, and each command is a new process.
`nogil=True`: detectors run kernels side by side in threads.
No `parallel=True`: numba's own threads hang after a fork and abort when called from other threads.
No `fastmath`: a score must not depend on how the compiler reorders sums, and NaN must stay NaN.
No signatures: arrays out of a frame are read-only, and an explicit signature refuses those.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile a function on its first call; with NUMBA_DISABLE_JIT=1 it stays plain Python."""
    return cast(Function, njit(cache=True, nogil=True)(function))


def writable(folder: Path) -> bool:
    """Say whether a file can be made in the folder, which is created when absent."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def private(folder: Path) -> bool:
    """Say whether the folder is real, ours, and closed to everyone else; a link is never private."""
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077


def cache_folder() -> Path:
    """Find a private, writable folder for compiled kernels, which are loaded as code.

    The first that serves of: the user's cache home, a per-user folder among the temporary files, and a
    fresh folder that goes when the process ends.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111 Path.home() raises
    shared = Path(tempfile.gettempdir()) / f"anomaly-kernels-{os.getuid()}"
    for folder in (home / "anomaly-kernels", shared):
        if folder.is_absolute() and writable(folder) and private(folder):
            return folder
    fresh = Path(tempfile.mkdtemp(prefix="anomaly-kernels-"))
    atexit.register(shutil.rmtree, fresh, ignore_errors=True)
    return fresh


# Where neither the source folder nor the home can be written (containers, executors), numba raises on import.
settings: Any = config
in_tree = settings.DISABLE_JIT or settings.CACHE_DIR or writable(Path(__file__).parent / "__pycache__")
if os.name == "posix" and not in_tree:
    settings.CACHE_DIR = str(cache_folder())
