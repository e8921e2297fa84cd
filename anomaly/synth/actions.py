"""From what a person did to the rows a switch writes about it: one action, up to three rows of a cascade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.synth.people import Officer

# A plate run triggers the driver query by licence and then the wants query by name, seconds apart: a vendor's
# audit log shows them within 18 s. Each step: message key, seconds after the step before (low, high), the
# identifiers that the row shows, chance of a hit.
_BY_NAME = ("name", "dob", "sex")
KINDS: dict[str, tuple[tuple[str, tuple[int, int], tuple[str, ...], float], ...]] = {
    "plate": (
        ("RQ", (0, 0), ("plate", "state"), 0.97),
        ("DQ", (2, 8), ("license", "state"), 0.96),
        ("QW", (2, 9), _BY_NAME, 0.04),
    ),
    "plate only": (("RQ", (0, 0), ("plate", "state"), 0.97),),
    "driver": (("DQ", (0, 0), ("license", "state"), 0.96), ("QW", (2, 9), _BY_NAME, 0.04)),
    "licence only": (("DQ", (0, 0), ("license", "state"), 0.96),),
    "photo": (("DQ", (0, 0), ("license", *_BY_NAME), 0.96),),
    "person": (("QW", (0, 0), _BY_NAME, 0.05),),
    "history": (("QH", (0, 0), _BY_NAME, 0.35),),
    "stolen": (("QV", (0, 0), ("plate", "state"), 0.01),),
    "batch": (("QWB", (0, 0), _BY_NAME, 0.9),),
}
CODES = {kind: code for code, kind in enumerate(KINDS)}
IDENTIFIERS = ("name", "dob", "sex", "license", "state", "plate")
STEPS = 4  # room for the steps of one action in the numbering of rows
MISUSE_SERIAL = 1 << 30  # misuse is numbered apart, so that ordinary rows carry the same ids in a clean world

Ints = NDArray[np.int64]
Text = NDArray[np.object_]


class Actions:
    """A growing table of actions.

    time: local seconds. user, person: row numbers. kind: a code of `KINDS`. scenario: row number or -1.
    """

    COLUMNS = (
        "time",
        "user",
        "person",
        "kind",
        "reason",
        "case_number",
        "purpose",
        "on_behalf_of",
        "scenario",
    )

    def __init__(self) -> None:
        """No actions yet."""
        self._parts: list[pl.DataFrame] = []

    def add(
        self,
        time: Ints,
        user: Ints | int,
        person: Ints | int,
        kind: Ints | str,
        reason: Text | str,
        *,
        case_number: Text | str = "",
        purpose: str = "C",
        on_behalf_of: Text | str = "",
        scenario: int = -1,
    ) -> None:
        """Append one action for each of `time`, (n,) int64; other values are like it or single."""
        n = len(time)
        code = CODES[kind] if isinstance(kind, str) else kind
        numbers = {"time": time, "user": user, "person": person, "kind": code, "scenario": scenario}
        texts = {
            "reason": reason,
            "case_number": case_number,
            "purpose": purpose,
            "on_behalf_of": on_behalf_of,
        }
        columns: dict[str, pl.Series] = {
            name: pl.Series(name, np.broadcast_to(np.asarray(value, dtype=np.int64), n).copy())
            for name, value in numbers.items()
        }
        for name, text in texts.items():
            values = [text] * n if isinstance(text, str) else text.tolist()
            columns[name] = pl.Series(name, values, dtype=pl.String)
        self._parts.append(pl.DataFrame({name: columns[name] for name in self.COLUMNS}))

    def __len__(self) -> int:
        """How many actions there are."""
        return sum(part.height for part in self._parts)

    def frame(self) -> pl.DataFrame:
        """All actions in the order in which they were added."""
        return pl.concat(self._parts, rechunk=True)


@dataclass(frozen=True)
class Switch:
    """What the switch knows when it writes a row."""

    staff: list[Officer]
    residents: pl.DataFrame


def _mix(values: Ints) -> list[str]:
    """12 hexadecimal digits for each serial number: unique, and silent about the order."""
    mixed = (values.astype(np.uint64) * np.uint64(0x9E3779B97F4B)) & np.uint64((1 << 48) - 1)
    mixed ^= mixed >> np.uint64(23)
    return [f"{k:012x}" for k in mixed.tolist()]


def spring_forward(time: Ints, first: date, days: int) -> Ints:
    """Move the wall-clock hour that does not exist (02:00 to 03:00, second Sunday of March) one hour on."""
    moved = time.copy()
    for day in (first + timedelta(days=k) for k in range(days + 2)):
        if day.month == 3 and day.weekday() == 6 and 8 <= day.day <= 14:
            gap = int((datetime(day.year, day.month, day.day, 2) - datetime(1970, 1, 1)).total_seconds())
            moved[(time >= gap) & (time < gap + 3600)] += 3600
    return moved


def expand(
    actions: pl.DataFrame, switch: Switch, rng: np.random.Generator, first_serial: int
) -> pl.DataFrame:
    """The rows written for `actions`: log columns as text, `time` in local seconds, and `scenario`."""
    actions = actions.with_columns(pl.int_range(first_serial, first_serial + pl.len()).alias("serial"))
    parts = []
    for code, steps in enumerate(KINDS.values()):
        of_kind = actions.filter(pl.col("kind") == code)
        n = of_kind.height
        at = of_kind["time"].to_numpy().copy()
        people = switch.residents[of_kind["person"].to_list()] if n else switch.residents.clear()
        for step, (key, (low, high), shown, hits) in enumerate(steps):
            at = at + rng.integers(low, high + 1, size=n)
            serial = of_kind["serial"].to_numpy()
            parts.append(
                of_kind.drop("time", "kind", "serial").with_columns(
                    pl.Series("time", at),
                    pl.lit(key).alias("message_key"),
                    pl.Series("hit", np.where(rng.random(n) < hits, "Y", "N"), dtype=pl.String),
                    pl.Series("event_id", _mix(serial * STEPS + step), dtype=pl.String),
                    pl.Series("cascade_id", _mix(serial) if len(steps) > 1 else [""] * n, dtype=pl.String),
                    people["subject"],
                    *(
                        people[name].cast(pl.String) if name in shown else pl.lit("").alias(name)
                        for name in IDENTIFIERS
                    ),
                )
            )
    rows = pl.concat(parts)
    staff = pl.DataFrame(
        {
            "user": range(len(switch.staff)),
            "login": [who.user for who in switch.staff],
            "agency": [who.agency for who in switch.staff],
            "unit": [who.unit for who in switch.staff],
            "terminal": [terminal_of(who) for who in switch.staff],
        },
        schema_overrides={"user": pl.Int64},
    )
    return rows.join(staff, on="user", how="left", maintain_order="left")


def terminal_of(who: Officer) -> str:
    """The terminal a user signs on at: a desk shared by three colleagues, or the computer of a car."""
    where = "M" if who.role == "officer" else "D"
    return f"{who.user[:3].upper()}{where}{who.index // (1 if where == 'M' else 3):03d}"
