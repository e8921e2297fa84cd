"""When people are at work: shifts, rotation, leave and overtime, in local wall-clock seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.people import Officer
from anomaly.synth.plan import FIRST_DAY

DAY = 86_400
HOUR = 3_600
Seconds = NDArray[np.int64]


def midnight(day: date) -> int:
    """Local midnight of a day, in seconds since 1970 on the wall clock."""
    return (day - date(1970, 1, 1)).days * DAY


@dataclass(frozen=True)
class Rota:
    """A shift of `hours` from `start` o'clock, `on` days of each `cycle`."""

    start: float
    hours: float
    on: int
    cycle: int


ROTAS: dict[str, Rota] = {
    "days": Rota(6, 12, 4, 8),
    "nights": Rota(18, 12, 4, 8),
    "swing": Rota(14, 10, 4, 7),
    "rotating": Rota(6, 12, 4, 8),
    "office": Rota(8, 9, 5, 7),
    "batch": Rota(3, 1, 1, 1),
}
ROTATION_DAYS = 28


@dataclass(frozen=True)
class Duty:
    """Work time of one user: shifts (k, 2) int64, local seconds, ascending; which are overtime; the leave."""

    shifts: Seconds
    overtime: NDArray[np.bool_]
    leave: tuple[int, int] | None


def duty(rng: np.random.Generator, who: Officer, days: int) -> Duty:
    """Shifts of one user: regular ones, overtime on 3 % of free days, and one leave of 5 to 10 days."""
    rota = ROTAS[who.rota]
    day = np.arange(days)
    phase = 0 if who.rota in ("office", "batch") else who.phase
    regular = (day + phase) % rota.cycle < rota.on
    extra = rng.random(days) < 0.03
    begin, length = int(rng.integers(10, max(11, days - 12))), int(rng.integers(5, 11))
    late = 0.25 * rng.integers(-2, 3)
    service = who.role == "service"
    away = np.zeros(days, dtype=bool) if service else (day >= begin) & (day < begin + length)
    extra &= ~regular & ~away & (not service)
    start = np.full(days, rota.start + (late if who.rota == "office" else 0.0))
    if who.rota == "rotating":
        start = start + 12 * (day // ROTATION_DAYS % 2)
    hours = np.where(extra, 6, rota.hours)
    first = midnight(FIRST_DAY)
    works = (regular & ~away) | extra
    works &= (day >= (who.hired - FIRST_DAY).days) | (who.hired < FIRST_DAY)
    # A separation that a later hiring undid does not stop the work.
    if who.separated is not None and who.separated > who.hired:
        works &= day <= (who.separated - FIRST_DAY).days
    begins = (first + day * DAY + start * HOUR)[works].astype(np.int64)
    ends = begins + (hours[works] * HOUR).astype(np.int64)
    leave = None if service else (first + begin * DAY, first + (begin + length) * DAY)
    return Duty(np.stack([begins, ends], axis=1), extra[works], leave)


def moments(rng: np.random.Generator, shifts: Seconds, pace: float) -> Seconds:
    """Times of actions, ascending: about `pace` a shift, some shifts busy, 1 % a little after the end."""
    counts = rng.poisson(pace * rng.gamma(4, 0.25, size=len(shifts)))
    begins, ends = np.repeat(shifts[:, 0], counts), np.repeat(shifts[:, 1], counts)
    n = len(begins)
    inside = begins + (rng.random(n) * (ends - begins)).astype(np.int64)
    stays = rng.random(n) < 0.01
    inside[stays] = ends[stays] + rng.integers(60, 2700, size=int(stays.sum()))
    return np.sort(inside)


def in_shifts(
    rng: np.random.Generator, shifts: Seconds, n_shifts: int, per_shift: tuple[int, int]
) -> Seconds:
    """Times inside `n_shifts` shifts spread over all of `shifts`, `per_shift` (low, high) in each."""
    parts = np.array_split(np.arange(len(shifts)), min(n_shifts, len(shifts)))
    times = []
    for part in parts:
        begin, end = shifts[int(rng.choice(part))]
        times.append(rng.integers(begin, end, size=int(rng.integers(per_shift[0], per_shift[1] + 1))))
    return np.sort(np.concatenate(times)).astype(np.int64)
