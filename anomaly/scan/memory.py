"""What is freed goes back to the system, where the C library lets itself be asked."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # glibc, malloc.h
LARGE = 12 << 20  # bytes: a column of three million rows
SPARE = 32 << 20  # bytes at the end of the heap


@cache
def give_back() -> None:
    """Have glibc keep one heap for all threads, and give back large arrays when they are freed.

    It keeps a heap for each thread, and learns to keep whatever is freed below 32 MB: a scan of 5 M rows held
    1.01 GB at its peak instead of 0.93, in the same time. What is free at the end of the heap stays: given
    back and asked for again it was 100,000 page faults, half a second. Other C libraries are left as they
    are.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(M_ARENA_MAX, 1)
    mallopt(M_MMAP_THRESHOLD, LARGE)
    mallopt(M_TRIM_THRESHOLD, SPARE)


def trim() -> None:
    """Have glibc give back what is free inside its heap, 5 ms: after a stage that held many short arrays the
    next one would stand on top of the holes. A tenth of the peak of a scan of 5 M rows of 17 columns.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def resident() -> int:
    """Return the bytes that the process holds in memory; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
