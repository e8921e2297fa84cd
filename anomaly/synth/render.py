"""From codes to the text of a log: the last step before rows are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from anomaly.synth.actions import PURPOSES, STEPS
from anomaly.synth.people import STATES
from anomaly.synth.slices import action_number, event_number
from anomaly.synth.staff import DAY
from anomaly.synth.streams import Ints, uniform
from anomaly.synth.world import World

COLUMNS = (
    "event_id",
    "time",
    "system",
    "agency",
    "unit",
    "on_behalf_of",
    "terminal",
    "user",
    "message_key",
    "purpose",
    "reason",
    "attention",
    "case_number",
    "route_to",
    "name",
    "dob",
    "sex",
    "license",
    "state",
    "plate",
    "networks",
    "hit",
    "cascade_id",
)


class Coded(NamedTuple):
    """A column of few texts: the texts, (k,), and which of them each row has, (n,), -1 for none."""

    texts: pl.Series
    codes: Ints

    def series(self) -> pl.Series:
        """The text of each row."""
        return self.texts.gather(_known(self.codes, self.codes >= 0))

    def arrow(self) -> pa.DictionaryArray:
        """The same as a dictionary of the texts that are used: Parquet takes it as it is, at half the
        cost.
        """
        used = np.zeros(len(self.texts) + 1, dtype=np.bool_)
        used[self.codes] = True  # -1 is the last, which is no text's
        kept = np.flatnonzero(used[:-1])
        place = np.full(len(used), -1, dtype=np.int32)
        place[kept] = np.arange(len(kept), dtype=np.int32)
        at = place[self.codes]
        return pa.DictionaryArray.from_arrays(pa.array(at, mask=at < 0), _arrow(self.texts.gather(kept)))


Columns = dict[str, Coded | pl.Series]


class Desk:
    """What the log says of each user: texts without repetition, and their codes, (u,) each."""

    def __init__(self, world: World) -> None:
        staff, plan = world.staff, world.plan
        units = _once([one.name for one in plan.units])
        self.user = _once(staff.user)
        self.agency = Coded(pl.Series([one.name for one in plan.agencies]), staff.agency)
        self.unit = Coded(units.texts, units.codes[staff.unit])
        self.terminal = _once(terminals(world))


def _once(texts: list[str]) -> Coded:
    known, codes = np.unique(np.array(texts, dtype=object), return_inverse=True)
    return Coded(pl.Series(known.tolist(), dtype=pl.String), codes.astype(np.int64))


def terminals(world: World) -> list[str]:
    """The terminal of each user: a desk shared by three colleagues, or the computer of a car."""
    out = []
    for k, (agency, role) in enumerate(zip(world.staff.agency, world.staff.role, strict=True)):
        car = role == "officer"
        out.append(f"{world.plan.agencies[agency].prefix}{'M' if car else 'D'}{k // (1 if car else 3):04d}")
    return out


def render(world: World, desk: Desk, rows: pl.DataFrame) -> Columns:
    """The log columns (`COLUMNS`) of coded rows, in their order; empty fields are null, `time` is naive
    local.
    """
    codes = {name: rows[name].to_numpy() for name in rows.columns}
    user, step = codes["user"], codes["step"].astype(np.int64)
    number = world.cases.render(codes["number"])
    event = event_number(world, rows)
    midnight = (world.p.first_day - date(1970, 1, 1)).days * DAY
    terminal = np.where(codes["terminal"] >= 0, codes["terminal"], user)
    behalf = np.where(codes["behalf"] >= 0, desk.user.codes[codes["behalf"]], -1)
    cameras = np.array([one.system == "ALPR" for one in STEPS])[step]
    columns: Columns = {
        "event_id": pl.Series(event).cast(pl.String),
        "time": pl.Series((codes["time"] + midnight) * 1000).cast(pl.Datetime("ms")),
        **{name: _of_step(name, step) for name in ("system", "message_key", "route_to")},
        **{name: _of_user(desk, name, user) for name in ("agency", "unit", "user")},
        "on_behalf_of": Coded(desk.user.texts, behalf),
        "terminal": _of_user(desk, "terminal", terminal),
        "purpose": Coded(pl.Series(list(PURPOSES)), np.where(cameras, -1, codes["purpose"])),
        "reason": world.phrases.render(codes["reason"], number),
        "attention": world.phrases.render(codes["attention"], number),
        "case_number": number.set(pl.Series(~codes["shown"]), None),
        **_identifiers(world, codes["person"], step),
        "networks": pl.Series(codes["networks"]).set(pl.Series(codes["networks"] == 0), None),
        "hit": Coded(pl.Series(["N", "Y"]), codes["hit"].astype(np.int64)),
        "cascade_id": pl.Series(_known(action_number(world, rows), ~codes["alone"])).cast(pl.String),
    }
    return _redacted(world, {name: columns[name] for name in COLUMNS}, event)


def frame(columns: Columns) -> pl.DataFrame:
    """Columns as a frame of texts."""
    return pl.DataFrame(
        {name: one.series() if isinstance(one, Coded) else one for name, one in columns.items()}
    )


def arrow(columns: Columns) -> pa.Table:
    """Columns as an Arrow table, few texts as dictionaries."""
    return pa.table(
        {name: one.arrow() if isinstance(one, Coded) else _arrow(one) for name, one in columns.items()}
    )


def _arrow(column: pl.Series) -> pa.Array:
    return column.to_arrow(compat_level=pl.CompatLevel.oldest())


def _of_user(desk: Desk, name: str, user: Ints) -> Coded:
    known: Coded = getattr(desk, name)
    return Coded(known.texts, known.codes[user])


def _of_step(name: str, step: Ints) -> Coded:
    known = _once(
        [{"system": one.system, "message_key": one.key, "route_to": one.route}[name] for one in STEPS]
    )
    empty = np.array([text == "" for text in known.texts])
    return Coded(known.texts, np.where(empty[known.codes], -1, known.codes)[step])


def reasons_of(world: World, rows: pl.DataFrame) -> pl.Series:
    """The reason of each coded row as it is written, (n,), null where it is blank."""
    number = world.cases.render(rows["number"].to_numpy())
    return world.phrases.render(rows["reason"].to_numpy(), number).alias("reason")


def _identifiers(world: World, person: Ints, step: Ints) -> Columns:
    """What each row shows of the person it is about, (n,) each, null where it shows nothing."""
    people = world.people
    out: Columns = {
        "dob": Coded(people.days, np.where(_shows("dob", step), people.birthday(person), -1)),
        "sex": Coded(pl.Series(["M", "F"]), np.where(_shows("sex", step), people.female[person], -1)),
        "state": Coded(pl.Series(STATES), np.where(_shows("state", step), people.state[person], -1)),
    }
    made: dict[str, dict[str, Callable[[Ints], pl.Series]]] = {
        "name": {"name": people.name, "initial": lambda rows: people.name(rows, initial=True)},
        "license": {"license": people.license},
        "plate": {"plate": people.plate, "partial": lambda rows: people.plate(rows).str.slice(0, 4) + "*"},
    }
    for column, ways in made.items():
        parts, at, done = [], np.full(len(step), -1, dtype=np.int64), 0
        for shown, text in ways.items():
            rows = np.flatnonzero(_shows(shown, step))
            parts.append(text(person[rows]))
            at[rows] = done + np.arange(len(rows))
            done += len(rows)
        out[column] = pl.concat(parts, rechunk=True).gather(_known(at, at >= 0))
    return out


def _shows(identifier: str, step: Ints) -> NDArray[np.bool_]:
    return np.array([identifier in one.shown for one in STEPS])[step]


def _known(codes: Ints, known: NDArray[np.bool_]) -> pl.Series:
    """Codes, null where they are not known, (n,)."""
    return pl.Series(codes).set(pl.Series(~known), None)


def _redacted(world: World, columns: Columns, event: Ints) -> Columns:
    knobs = world.p.imperfect
    if not knobs.redacted:
        return columns
    hidden = pl.Series(uniform(world.seed + 3, event) < knobs.redacted_share)
    for name in set(knobs.redacted) & set(columns):
        one = columns[name]
        text = (one.series() if isinstance(one, Coded) else one).cast(pl.String)
        columns[name] = text.set(hidden & text.is_not_null(), "***")
    return columns
