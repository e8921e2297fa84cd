"""Hashes of text to dense codes, batch by batch, in an open-addressing table."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, U64, Unsigned
from kernels.compile import kernel

# Sixteenths of a table. Half full, it was twice as large for 1.4 M keys, and took twice as long to grow.
FULL = 11


@kernel
def find(keys: U64, key: np.uint64) -> np.uint64:
    """Find the slot that holds the key, or the empty slot where it belongs.

    keys: (c,) uint64, c a power of two, at least one 0 = empty; key: uint64, not 0.
    Cost: at most about 2 probes for a key present, 5.5 for one absent, in neighbouring slots: see FULL.
    Source: linear probing, Knuth, The Art of Computer Programming 3, section 6.4, algorithm L.
    """
    mask = np.uint64(len(keys) - 1)
    slot = (key ^ (key >> np.uint64(32))) & mask
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return slot


@kernel
def code(hashes: U64, keys: U64, slots: I32, used: int) -> tuple[I32, I64]:
    """Give each value its code; a value not met before gets the next code, in order of appearance.

    Stops before a new value that would fill more than FULL sixteenths of the table, which then must `grow`.

    hashes: (n,) uint64; 0 = missing, which has code -1.
    keys: (c,) uint64, slots: (c,) int32: the table, changed in place; keys 0 = empty; c a power of two.
    used: codes given so far, the number of keys in the table.
    Returns codes: (k,) int32 of the first k values, k < n where it stopped, and fresh: (m,) int64, ascending
    positions whose value was new: position fresh[j] has code used + j.
    Cost: O(n), one or two cache misses a row once the table outgrows the cache.
    """
    codes = np.empty(len(hashes), np.int32)
    fresh = np.empty(len(hashes), np.int64)
    mask = np.uint64(len(keys) - 1)
    room = len(keys) * FULL // 16 - used
    m = 0
    for i in range(len(hashes)):
        key = hashes[i]
        if key == 0:
            codes[i] = -1
            continue
        # As `find`, but each key of the table is read once: a third less where the table outgrows the cache.
        slot = (key ^ (key >> np.uint64(32))) & mask
        held = keys[slot]
        while held != key:
            if held == 0:
                if m == room:
                    return codes[:i].copy(), fresh[:m].copy()
                keys[slot] = key
                slots[slot] = used + m
                fresh[m] = i
                m += 1
                break
            slot = (slot + np.uint64(1)) & mask
            held = keys[slot]
        codes[i] = slots[slot]
    return codes, fresh[:m].copy()


@kernel
def grow(keys: U64, slots: I32, bigger_keys: U64, bigger_slots: I32) -> None:
    """Copy a table into a bigger one.

    keys: (c,) uint64, slots: (c,) int32, as in `code`.
    bigger_keys: (d,) uint64, bigger_slots: (d,) int32, d > c: all 0, filled in place. Numpy makes them, which
        asks for large pages: for five million rows, tables made here took 26,000 page faults.
    Cost: O(c).
    """
    for i in range(len(keys)):
        if keys[i] != 0:
            slot = find(bigger_keys, keys[i])
            bigger_keys[slot] = keys[i]
            bigger_slots[slot] = slots[i]


@kernel
def known(hashes: U64, keys: U64, slots: I32) -> I32:
    """Find the code of each value in a table, which stays as it is.

    hashes: (n,) uint64, 0 = missing; keys: (c,) uint64, slots: (c,) int32, as in `code`.
    Returns (n,) int32, -1 for what is missing or not in the table. Cost: O(n), one or two cache misses a row.
    """
    codes = np.full(len(hashes), -1, np.int32)
    for i in range(len(hashes)):
        if hashes[i] != 0:
            slot = find(keys, hashes[i])
            if keys[slot] != 0:
                codes[i] = slots[slot]
    return codes


@kernel
def mix(numbers: Unsigned, digests: U64) -> None:
    """Mix what stands in one more column into the digest of each row, in place.

    numbers: (n,) of any unsigned type, equal where the column holds the same; digests: (n,) uint64. Rows
    alike in every column so far have equal digests; two others share one with probability 2^-64.
    Cost: O(n), 0.6 ns a row.
    """
    for i in range(len(numbers)):
        value = (digests[i] ^ numbers[i]) * np.uint64(0x9E3779B97F4A7C15)
        digests[i] = value ^ (value >> np.uint64(32))
