"""Columns into another order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import kernels


def gather(values: NDArray[Any], order: NDArray[np.int32]) -> NDArray[Any]:
    """Take the values at some places, (k,) and (m,) int32 -> (m,), the last for -1; of any type of 1 to 8
    bytes.
    """
    bits = values.view(f"u{values.itemsize}")
    bits.flags.writeable = False  # kernels compile once, for what is read only
    return kernels.gather(bits, order).view(values.dtype)


def starts_of(codes: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Return where each code begins in codes that ascend, -1 after all others.

    codes: (n,) int32, -1 or < count. Returns (count + 1,) int64.
    """
    sizes = np.bincount(codes[: len(codes) - int((codes < 0).sum())], minlength=count)
    return np.append(0, np.cumsum(sizes))
