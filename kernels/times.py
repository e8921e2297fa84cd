"""Times written in one layout of fixed width, without making a string of each."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I64, U8
from kernels.compile import kernel

NEVER = np.int64(-(2**63))
# What the bytes of a layout are: a SIGN stands for itself, HALF is both letters of AM or PM in any case.
SIGN, YEAR, MONTH, DAY, HOUR, TWELFTH, MINUTE, SECOND, HALF = range(9)
FIELDS = HALF + 1
ZERO, NINE, LETTER_A, LETTER_P, LETTER_M, LOWER = 48, 57, 65, 80, 77, 32
SECONDS_OF_DAY = 86_400


@kernel
def days_of(year: int, month: int, day: int) -> int:
    """Count the days from 1970-01-01 to a day of the Gregorian calendar.

    Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    """
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@kernel
def days_in(year: int, month: int) -> int:
    """Count the days of a month."""
    if month == 2:
        return 29 if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


@kernel
def read_times(data: U8, starts: I64, layout: U8, signs: U8) -> I64:
    """Read times that are written in one layout.

    data: (b,) uint8; starts: (n + 1,) int64; text k is data[starts[k]:starts[k + 1]]. layout: (w,) uint8, of
    which field each byte is, digits of a field from the first to the last; signs: (w,) uint8, the byte where
    it is a SIGN. Returns (n,) int64, milliseconds since 1970 of the time as written; NEVER where a text is of
    another layout, or no time. Cost: O(b).
    """
    times = np.full(len(starts) - 1, NEVER, np.int64)
    fields = np.zeros(FIELDS, np.int64)
    for k in range(len(times)):
        begin = starts[k]
        if starts[k + 1] - begin != len(layout):
            continue
        fields[:] = 0
        fits = True
        for i in range(len(layout)):
            sign, field = data[begin + i], layout[i]
            if field == SIGN:
                fits &= sign == signs[i]
            elif field == HALF:
                letter = sign & ~np.uint8(LOWER)
                last = fields[HALF] > 0
                fits &= letter == LETTER_M if last else letter in (LETTER_A, LETTER_P)
                fields[HALF] = fields[HALF] if last else letter
            else:
                fits &= ZERO <= sign <= NINE
                fields[field] = 10 * fields[field] + sign - ZERO
        if not fits:
            continue
        hour = fields[HOUR]
        if fields[HALF]:
            fits = 1 <= fields[TWELFTH] <= 12
            hour = fields[TWELFTH] % 12 + (12 if fields[HALF] == LETTER_P else 0)
        year, month, day = fields[YEAR], fields[MONTH], fields[DAY]
        if not fits or hour > 23 or fields[MINUTE] > 59 or fields[SECOND] > 59:
            continue
        if 1 <= month <= 12 and 1 <= day <= days_in(year, month):
            seconds = (hour * 60 + fields[MINUTE]) * 60 + fields[SECOND]
            times[k] = (days_of(year, month, day) * SECONDS_OF_DAY + seconds) * 1000
    return times
