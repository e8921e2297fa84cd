"""Invented residents as arrays: millions of people take some bytes each, and text is made only for rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from math import gcd
from string import ascii_uppercase
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.synth.columns import lettered
from anomaly.synth.names import Names
from anomaly.synth.parameters import People as Numbers
from anomaly.synth.streams import Ints, chosen

STATES = ("CA", "NV", "OR", "AZ")
EPOCH_OF_BIRTHS = -9131  # 1945-01-01, in days since 1970
BIRTHS = 22_000  # days from there to early 2005
LICENSES = 26 * 10**7
# Licence and plate are bijections of the row number, so that they are unique, nobody stores them, and people
# with neighbouring numbers are strangers. Plates are issued without gaps: whoever runs one after another
# hits.
LICENSE_STEP = 130_363_789  # shares no divisor with LICENSES
GOLDEN = 0.6180339887  # steps of this share of the whole scatter neighbours widest

NAME_AT, BIRTHDAY_AT, STATE_AT = 32, 8, 4  # bits of a record


class Look(NamedTuple):
    """What records show of people, (n,) each: places in `People.called`, in `People.days`; female or not;
    place in `STATES`.
    """

    name: NDArray[np.int32]
    birthday: NDArray[np.int32]
    female: NDArray[np.int32]
    state: NDArray[np.int32]


class Records(NamedTuple):
    """What is on record of each resident as one number, (r,): one place in memory to read, not five."""

    packed: Ints

    def look(self, rows: Ints) -> Look:
        """What the records of some residents show."""
        whole = self.packed[rows]
        rest = whole.astype(np.int32)  # the lower half
        state = rest >> STATE_AT & (1 << BIRTHDAY_AT - STATE_AT) - 1
        return Look((whole >> NAME_AT).astype(np.int32), rest >> BIRTHDAY_AT, rest & 1, state)


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

    def among(self, rows: Ints) -> NDArray[np.bool_]:
        """Whether each resident, (r,), is one of `rows`: for millions a tenth of what `isin` takes."""
        among = np.zeros(len(self), dtype=np.bool_)
        among[rows] = True
        return among

    def name(self, rows: Ints, *, initial: bool = False) -> pl.Series:
        """`SURNAME,GIVEN` of each row number, (n,); with `initial` only a letter of the given one."""
        codes = self._name(rows)
        return self.called.gather(self.initialled(codes) if initial else codes)

    def _name(self, rows: Ints | slice) -> NDArray[np.int32]:
        given = np.where(self.female[rows], self.given[rows], self.given[rows] + len(self.names.women))
        return (self.surname[rows] * len(self._given) + self._place[given]).astype(np.int32)

    def records(self) -> Records:
        """What is on record of everybody now, to be read at many places: scenes rename people."""
        everybody = slice(None)
        birthday = self.birthday(everybody) << BIRTHDAY_AT
        rest = birthday | self.state.astype(np.int64) << STATE_AT | self.female
        return Records(self._name(everybody).astype(np.int64) << NAME_AT | rest)

    @cached_property
    def called(self) -> pl.Series:
        """Every surname with every given name, then with every initial: all different, to be gathered."""
        return pl.Series(
            [f"{last},{first}" for last in self.names.surnames for first in self._given]
            + [f"{last},{first}" for last in self.names.surnames for first in self._letters]
        )

    def initialled(self, codes: NDArray[np.int32]) -> NDArray[np.int32]:
        """The places in `called` of names, (n,), with an initial only."""
        surname, given = np.divmod(codes, len(self._given))
        names = len(self.names.surnames) * len(self._given)
        return (names + surname * len(self._letters) + self._letter[given]).astype(np.int32)

    @cached_property
    def _letter(self) -> Ints:
        return np.array([self._letters.index(first[0]) for first in self._given])

    @cached_property
    def _given(self) -> list[str]:
        return list(dict.fromkeys(self.names.women + self.names.men))  # some are women's and men's

    @cached_property
    def _letters(self) -> list[str]:
        return list(dict.fromkeys(first[0] for first in self._given))

    @cached_property
    def _place(self) -> Ints:
        place = {first: k for k, first in enumerate(self._given)}
        return np.array([place[first] for first in self.names.women + self.names.men])

    def license(self, rows: Ints, before: str = "") -> pl.Series:
        """A letter and seven digits for each row number, (n,), with the same text before each."""
        return _text(before, self.license_letters(rows))

    def license_letters(self, rows: Ints) -> NDArray[np.uint8]:
        """The same as letters, (n, 8)."""
        number = (rows.astype(np.int64) + self.offset) % LICENSES * LICENSE_STEP % LICENSES
        head, tail = np.divmod(number, 10**4)
        return np.stack([_LICENSE_HEADS[head], _DIGITS[tail]], axis=1).view(np.uint8)

    def plate(self, rows: Ints, before: str = "") -> pl.Series:
        """The plate, such as 8ABC123, of the car that each row number drives, (n,), after the same text."""
        return _text(before, self.plate_letters(rows))

    def plate_letters(self, rows: Ints) -> NDArray[np.uint8]:
        """The same as letters, (n, 7)."""
        number = self.offset + self.car[rows].astype(np.int64) * self._step % len(self)
        head, digits = np.divmod(number, 1000)
        both = np.stack([_plate_heads()[head], _DIGITS[digits]], axis=1).view(np.uint8)
        return np.concatenate([both[:, :4], both[:, 5:]], axis=1)

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

    def birthday(self, rows: Ints | slice) -> Ints:
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


def _packed(texts: Iterable[str]) -> NDArray[np.uint32]:
    """Texts of four letters as one number each: gathered in a tenth of the time that dividing takes."""
    return np.frombuffer("".join(texts).encode(), dtype=np.uint32)


_DIGITS = _packed(f"{k:04d}" for k in range(10**4))
_LICENSE_HEADS = _packed(f"{letter}{k:03d}" for letter in ascii_uppercase for k in range(1000))


@cache
def _plate_heads() -> NDArray[np.uint32]:
    return _packed(
        f"{first}{''.join(word)}" for first in "123456789" for word in product(ascii_uppercase, repeat=3)
    )


def settle(rng: np.random.Generator, n: int, names: Names, numbers: Numbers) -> People:
    """`n` people in households of neighbouring row numbers, most of one surname."""
    size = max(1, round(n / numbers.household))
    household = np.sort(rng.integers(size, size=n)).astype(np.int32)
    shared = chosen(names.surname_weight, rng.random(size), "left")
    own = chosen(names.surname_weight, rng.random(n), "left")
    surname = np.where(rng.random(n) < numbers.share_surname_at_home, shared[household], own)
    female = rng.random(n) < 0.5
    draw = rng.random(n)
    given = np.empty(n, dtype=np.int32)
    given[female] = chosen(names.women_weight, draw[female], "left")
    given[~female] = chosen(names.men_weight, draw[~female], "left")
    away = np.where(rng.random(n) < numbers.out_of_state, rng.integers(1, len(STATES), size=n), 0)
    shares = np.flatnonzero(rng.random(n) < numbers.shares_car)
    car = np.arange(n, dtype=np.int32)
    car[shares] = np.searchsorted(household, household[shares])
    return People(
        names,
        surname.astype(np.int32),
        given,
        female,
        (EPOCH_OF_BIRTHS + rng.integers(BIRTHS, size=n)).astype(np.int32),
        household,
        away.astype(np.int8),
        car,
        int(rng.integers(10**7, 5 * 10**7)),
    )


def _text(before: str, letters: NDArray[np.uint8]) -> pl.Series:
    """Texts, (n,), from their letters, (n, width), with the same text before each."""
    ahead = np.broadcast_to(np.frombuffer(before.encode(), dtype=np.uint8), (len(letters), len(before)))
    whole = np.concatenate([ahead, letters], axis=1)
    # 0.05 s for a million; numpy's own text arrays take six times as long
    return pl.Series(values=lettered(whole, np.full(len(whole), whole.shape[1])))
