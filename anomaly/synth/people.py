"""Invented residents as arrays: millions of people take some bytes each, and text is made only for rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from anomaly.synth.names import Names
from anomaly.synth.parameters import People as Numbers
from anomaly.synth.streams import Ints

STATES = ("CA", "NV", "OR", "AZ")
EPOCH_OF_BIRTHS = -9131  # 1945-01-01, in days since 1970
BIRTHS = 22_000  # days from there to early 2005
LICENSES = 26 * 10**7
# Licence and plate are bijections of the row number, so that they are unique, nobody stores them, and people
# with neighbouring numbers are strangers. Plates are issued without gaps: whoever runs one after another
# hits.
LICENSE_STEP = 130_363_789  # shares no divisor with LICENSES
GOLDEN = 0.6180339887  # steps of this share of the whole scatter neighbours widest


@dataclass(frozen=True)
class People:
    """Residents, (n,) each: indices of names, female or not, birth in days since 1970, household, state; car:
    the resident (row number) whose car it is that somebody drives.

    names: the tables that `surname` and `given` point into; `offset` moves the numbers of one seed from
    another's.
    """

    names: Names
    surname: NDArray[np.int32]
    given: NDArray[np.int32]
    female: NDArray[np.bool_]
    born: NDArray[np.int32]
    household: NDArray[np.int32]
    state: NDArray[np.int8]
    car: NDArray[np.int32]
    offset: int

    def __len__(self) -> int:
        """How many residents there are."""
        return len(self.surname)

    def name(self, rows: Ints, *, initial: bool = False) -> pl.Series:
        """`SURNAME,GIVEN` of each row number, (n,); with `initial` only a letter of the given one."""
        given = np.where(self.female[rows], self.given[rows], self.given[rows] + len(self.names.women))
        n = len(self.names.women) + len(self.names.men)
        return (self._initials if initial else self._names).gather(
            self.surname[rows].astype(np.int64) * n + given
        )

    @cached_property
    def _names(self) -> pl.Series:
        """Every surname with every given name: gathered in a third of the time that joining them takes."""
        return pl.Series([f"{last},{first}" for last in self.names.surnames for first in self._given])

    @cached_property
    def _initials(self) -> pl.Series:
        return pl.Series([f"{last},{first[0]}" for last in self.names.surnames for first in self._given])

    @cached_property
    def _given(self) -> tuple[str, ...]:
        return self.names.women + self.names.men

    def license(self, rows: Ints, before: str = "") -> pl.Series:
        """A letter and seven digits for each row number, (n,), with the same text before each."""
        number = (rows.astype(np.int64) + self.offset) % LICENSES * LICENSE_STEP % LICENSES
        letter, digits = np.divmod(number, 10**7)
        return _text([*before.encode(), 65 + letter, *_digits(digits, 7)], len(rows))

    def plate(self, rows: Ints, before: str = "") -> pl.Series:
        """The plate, such as 8ABC123, of the car that each row number drives, (n,), after the same text."""
        number = self.offset + self.car[rows].astype(np.int64) * self._step % len(self)
        head, digits = np.divmod(number, 1000)
        first, letters = np.divmod(head, 26**3)
        word = [65 + letters // 26**k % 26 for k in (2, 1, 0)]
        return _text([*before.encode(), 49 + first, *word, *_digits(digits, 3)], len(rows))

    def one_after_another(self, first: int, n: int) -> Ints:
        """The owners of the cars with `n` plates in sequence from one person's on, but for plates not in
        use.
        """
        start = min(first * self._step % len(self), len(self) - n)
        owner: Ints = np.arange(start, start + n) * pow(self._step, -1, len(self)) % len(self)
        driven: Ints = owner[self.car[owner] == owner]
        return driven

    @cached_property
    def _step(self) -> int:
        step = max(1, round(GOLDEN * len(self)))
        while gcd(step, len(self)) != 1:
            step += 1
        return step

    def dob(self, rows: Ints) -> pl.Series:
        """Date of birth of each row number, (n,), as YYYY-MM-DD."""
        return self.days.gather(self.birthday(rows))

    def birthday(self, rows: Ints) -> Ints:
        """The place of each row number's date of birth in `days`, (n,)."""
        return self.born[rows].astype(np.int64) - EPOCH_OF_BIRTHS

    @cached_property
    def days(self) -> pl.Series:
        """Every day on which somebody was born, as YYYY-MM-DD."""
        days = pl.Series(np.arange(EPOCH_OF_BIRTHS, EPOCH_OF_BIRTHS + BIRTHS, dtype=np.int32))
        return days.cast(pl.Date).dt.to_string("%Y-%m-%d")

    def sex(self, rows: Ints) -> pl.Series:
        """F or M for each row number, (n,)."""
        return pl.Series(["M", "F"]).gather(self.female[rows].astype(np.uint32))

    def home(self, rows: Ints) -> pl.Series:
        """Address key of each row number, (n,)."""
        return "A" + pl.Series(self.household[rows]).cast(pl.String).str.zfill(6)

    def key(self, person: int, kind: str = "license") -> str:
        """A person in a context table: `license:...`, `plate:...` or `name:SURNAME,GIVEN|dob`."""
        return str(self.keys(np.array([person]), kind)[0])

    def keys(self, rows: Ints, kind: str = "license") -> pl.Series:
        """Like `key`, for each row number, (n,)."""
        if kind == "name":
            return "name:" + self.name(rows) + "|" + self.dob(rows)
        return self.plate(rows, "plate:") if kind == "plate" else self.license(rows, "license:")


def settle(rng: np.random.Generator, n: int, names: Names, numbers: Numbers) -> People:
    """`n` people in households of neighbouring row numbers, most of one surname."""
    size = max(1, round(n / numbers.household))
    household = np.sort(rng.integers(size, size=n)).astype(np.int32)
    shared = np.searchsorted(names.surname_weight, rng.random(size)).astype(np.int32)
    own = np.searchsorted(names.surname_weight, rng.random(n)).astype(np.int32)
    surname = np.where(rng.random(n) < numbers.share_surname_at_home, shared[household], own)
    female = rng.random(n) < 0.5
    draw = rng.random(n)
    given = np.where(
        female, np.searchsorted(names.women_weight, draw), np.searchsorted(names.men_weight, draw)
    )
    away = np.where(rng.random(n) < numbers.out_of_state, rng.integers(1, len(STATES), size=n), 0)
    shares = rng.random(n) < numbers.shares_car
    car = np.where(shares, np.searchsorted(household, household), np.arange(n))
    return People(
        names,
        surname.astype(np.int32),
        given.astype(np.int32),
        female,
        (EPOCH_OF_BIRTHS + rng.integers(BIRTHS, size=n)).astype(np.int32),
        household,
        away.astype(np.int8),
        car.astype(np.int32),
        int(rng.integers(10**7, 5 * 10**7)),
    )


def _digits(numbers: Ints, width: int) -> list[NDArray[np.int32]]:
    left = numbers.astype(np.uint32)  # of half the width: a division takes half the time
    digits: list[NDArray[np.int32]] = []
    for _ in range(width):
        left, digit = left // np.uint32(10), left % np.uint32(10)
        digits.append((48 + digit).view(np.int32))
    return digits[::-1]


def _text(letters: Sequence[Ints | NDArray[np.int32] | int], n: int) -> pl.Series:
    """Fixed-width text, (n,), from the codes of its letters: an array for each place, or one code for all."""
    width = len(letters)
    raw = np.empty((n, width), dtype=np.uint8)
    for k, letter in enumerate(letters):
        raw[:, k] = letter
    ends = pa.py_buffer(np.arange(0, width * n + 1, width, dtype=np.int64))
    # 0.05 s for a million; numpy's own text arrays take six times as long
    return pl.Series(pa.Array.from_buffers(pa.large_string(), n, [None, ends, pa.py_buffer(raw)]))
