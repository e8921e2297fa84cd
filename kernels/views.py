"""Text as Arrow's views of it: 16 bytes a text, which are the text itself when it is short.

Source: Arrow columnar format, "Variable-size Binary View Layout". A view is the length in four bytes, then
the text of at most twelve with zeros after it; of a longer one its first four bytes, the number of the buffer
that holds it, and where it begins there.
"""

from __future__ import annotations

import numpy as np

from kernels.arrays import U8, U64
from kernels.compile import kernel

INSIDE = np.uint64(12)  # bytes that a view itself has room for
LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
PART = 1024  # texts that stay in the cache until the odd ones among them are hashed
WORD = np.uint64(8)  # bytes
SHIFT = np.uint64(33)


@kernel
def mixed(value: np.uint64) -> np.uint64:
    """Mix 64 bits one to one, so that each bit of the answer hangs on every one.

    Source: MurmurHash3 (Appleby 2011), fmix64.
    """
    value = (value ^ (value >> SHIFT)) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> SHIFT)) * np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> SHIFT)


@kernel
def word(data: U8, at: np.uint64) -> np.uint64:
    """Read eight bytes, the first lowest."""
    value = np.uint64(0)
    for k in range(8):
        value |= np.uint64(data[at + np.uint64(k)]) << np.uint64(8 * k)
    return value


@kernel
def hash_views(
    views: U64, valid: U8, first: int, data: U8, buffer: int, salt: int, blank: bool, hashes: U64, begin: int
) -> int:
    """Hash texts, 64 bits each, up to a long one that stands in another buffer.

    views: (2 * n,) uint64, as above; valid: (b,) uint8, bit first + i is 0 where text i is missing, b = 0
    when none is; data: (c,) uint8, the buffer with that number; salt: other hashes for the same texts; blank:
    an empty text is a missing one; hashes: (n,) uint64, filled in place from text `begin` on, 0 = missing.
    Equal texts have equal hashes wherever they stand; two others share one with probability 2^-64.
    Returns the first text that is not hashed, n when all are; what stands after it in `hashes` means nothing.
    Cost: O(n), 1 ns for a short text, for a long one 2 more and 1.5 for each 8 bytes of it.
    """
    start, least = mixed(np.uint64(salt)), np.uint64(blank)
    longer = np.empty(PART, np.int64)
    for opening in range(begin, len(hashes), PART):
        end = min(opening + PART, len(hashes))
        part, answers, long = views[2 * opening : 2 * end], hashes[opening:end], 0
        for k in range(len(answers)):  # from 0 and without a branch: the compiler hashes eight texts at once
            value, length = mixed(mixed(part[2 * k] ^ start) ^ part[2 * k + 1]), part[2 * k] & LOW
            answers[k] = max(value, np.uint64(1)) * np.uint64(length >= least)
            long += length > INSIDE
        if len(valid):
            leave(answers, valid, first + opening)
        if long == 0:
            continue
        m = 0
        for k in range(
            len(answers)
        ):  # no branch either: among short texts, each long one would be a surprise
            longer[m] = k
            m += ((part[2 * k] & LOW) > INSIDE) & (answers[k] != 0)  # what is missing may have any view
        for k in longer[:m]:
            length, last = part[2 * k] & LOW, part[2 * k + 1]
            if last & LOW != np.uint64(buffer):
                return int(opening + k)
            at = last >> HALF
            until = at + length - WORD
            value = mixed(part[2 * k] ^ start)
            while at < until:
                value = mixed(value ^ word(data, at))
                at += WORD
            answers[k] = max(mixed(value ^ word(data, until)), np.uint64(1))
    return len(hashes)


@kernel
def leave(answers: U64, valid: U8, first: int) -> None:
    """Leave out what is missing: set each value to 0 of which bit first + i is 0, in place.

    answers: (n,) uint64; valid: (b,) uint8. Cost: O(n); eight bits are looked at together.
    """
    for k in range(0, len(answers), 8):
        byte, shift = (first + k) >> 3, (first + k) & 7
        bits = np.uint64(valid[byte]) >> np.uint64(shift)
        if shift and byte + 1 < len(valid):
            bits |= np.uint64(valid[byte + 1]) << np.uint64(8 - shift)
        if bits & np.uint64(255) != np.uint64(255):
            eight = answers[k : k + 8]
            for j in range(len(eight)):
                eight[j] *= (bits >> np.uint64(j)) & np.uint64(1)
