"""From codes to the text of a log: the last step before rows are written."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from anomaly.synth.actions import PURPOSES, STEPS
from anomaly.synth.columns import Coded, Columns, filled, lettered, plain
from anomaly.synth.people import STATES, People, Records
from anomaly.synth.rows import Rows
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

# of the rows of each kind of step, (steps,): which identifiers they show, and in how many letters
SHOWS = {
    shown: np.array([shown in one.shown for one in STEPS])
    for shown in ("name", "initial", "dob", "sex", "state", "license", "plate", "partial")
}
# -1 where nothing is shown: `code | BLANK` is the code or -1, in a quarter of the time of `np.where`
BLANK = {shown: shows.astype(np.int32) - 1 for shown, shows in SHOWS.items()}
FIRST_OF_PLATE = 4  # letters that somebody remembers, and a star for the rest
LICENSE = 8 * SHOWS["license"]
PLATE = 7 * SHOWS["plate"] + (FIRST_OF_PLATE + 1) * SHOWS["partial"]
CAMERAS = -np.array([one.system == "ALPR" for one in STEPS], dtype=np.int32)


class Desk:
    """What the log says of each user, texts without repetition, and codes, (u,) each; and of residents."""

    def __init__(self, world: World) -> None:
        staff, plan = world.staff, world.plan
        units = _once([one.name for one in plan.units])
        self.user = _once(staff.user)
        self.logins = pl.Series(staff.user)
        self.agencies = pl.Series([one.name for one in plan.agencies])
        self.agency = Coded(self.agencies, staff.agency)
        self.unit = Coded(units.texts, units.codes[staff.unit])
        self.records = world.people.records()
        self.terminal = _once(terminals(world))


def _once(texts: list[str]) -> Coded:
    known, codes = np.unique(np.array(texts, dtype=object), return_inverse=True)
    return Coded(pl.Series(known.tolist(), dtype=pl.String), codes.astype(np.int32))


def _of_steps(texts: list[str]) -> Coded:
    known = _once(texts)
    empty = (known.texts == "").to_numpy()
    return Coded(known.texts, np.where(empty[known.codes], -1, known.codes))


OF_STEP = {
    "system": _of_steps([one.system for one in STEPS]),
    "message_key": _of_steps([one.key for one in STEPS]),
    "route_to": _of_steps([one.route for one in STEPS]),
}


def terminals(world: World) -> list[str]:
    """The terminal of each user: a desk shared by three colleagues, or the computer of a car."""
    out = []
    for k, (agency, role) in enumerate(zip(world.staff.agency, world.staff.role, strict=True)):
        car = role == "officer"
        out.append(f"{world.plan.agencies[agency].prefix}{'M' if car else 'D'}{k // (1 if car else 3):04d}")
    return out


def render(world: World, desk: Desk, codes: Rows) -> Columns:
    """The log columns (`COLUMNS`) of coded rows, in their order; empty fields are null, `time` is naive
    local.
    """
    user, step = (codes[name].astype(np.int64) for name in ("user", "step"))
    number = world.cases.render(codes["number"])
    event = event_number(world, codes)
    midnight = (world.p.first_day - date(1970, 1, 1)).days * DAY
    terminal = np.where(codes["terminal"] >= 0, codes["terminal"], user)
    behalf = np.full(codes.height, -1, dtype=np.int32)
    named = np.flatnonzero(codes["behalf"] >= 0)
    behalf[named] = desk.user.codes[codes["behalf"][named]]
    everywhere = np.ones(codes.height, dtype=np.bool_)
    columns: Columns = {
        "event_id": _digits(event, everywhere),
        "time": filled((codes["time"] + midnight) * 1000, everywhere).cast(pa.timestamp("ms")),
        **{name: Coded(one.texts, one.codes[step]) for name, one in OF_STEP.items()},
        **{name: _of_user(desk, name, user) for name in ("agency", "unit", "user")},
        "on_behalf_of": Coded(desk.user.texts, behalf),
        "terminal": _of_user(desk, "terminal", terminal),
        "purpose": Coded(pl.Series(list(PURPOSES)), codes["purpose"] | CAMERAS[step]),
        "reason": plain(world.phrases.render(codes["reason"], number)),
        "attention": plain(world.phrases.render(codes["attention"], number)),
        "case_number": plain(number.set(pl.Series(~codes["shown"]), None)),
        **_identifiers(world.people, desk.records, codes["person"].astype(np.int64), step),
        "networks": filled(codes["networks"], codes["networks"] != 0),
        "hit": Coded(pl.Series(["N", "Y"]), codes["hit"].astype(np.int32)),
        "cascade_id": _digits(action_number(world, codes), ~codes["alone"]),
    }
    return _redacted(world, {name: columns[name] for name in COLUMNS}, event)


def frame(columns: Columns) -> pl.DataFrame:
    """Columns as a frame of texts."""
    return pl.DataFrame(
        {
            name: one.series() if isinstance(one, Coded) else pl.Series(values=one)
            for name, one in columns.items()
        }
    )


def table(columns: Columns) -> pa.Table:
    """Columns as an Arrow table, few texts as dictionaries."""
    return pa.table({name: one.arrow() if isinstance(one, Coded) else one for name, one in columns.items()})


def _of_user(desk: Desk, name: str, user: Ints) -> Coded:
    known: Coded = getattr(desk, name)
    return Coded(known.texts, known.codes[user])


def _digits(numbers: Ints, there: NDArray[np.bool_]) -> pa.Array:
    return filled(numbers, there).cast(pa.large_string())


def reasons_of(world: World, rows: Rows) -> pa.Array:
    """The reason of each coded row as it is written, (n,), null where it is blank."""
    return plain(world.phrases.render(rows["reason"], world.cases.render(rows["number"])))


def _identifiers(people: People, records: Records, person: Ints, step: Ints) -> Columns:
    """What each row shows of the person it is about, (n,) each, null where it shows nothing."""
    look = records.look(person)
    name = look.name | BLANK["name"][step]
    initial = np.flatnonzero(SHOWS["initial"][step])
    name[initial] = people.initialled(look.name[initial])
    license, plate = np.flatnonzero(SHOWS["license"][step]), np.flatnonzero(PLATE[step])
    letters = people.plate_letters(person[plate])
    partial = np.flatnonzero(SHOWS["partial"][step[plate]])
    letters[partial, FIRST_OF_PLATE] = ord("*")
    if len(partial):
        kept = np.arange(letters.shape[1]) < PLATE[step[plate]][:, None]
        letters = letters.ravel()[np.flatnonzero(kept)]
    return {
        "name": Coded(people.called, name),
        "dob": Coded(people.days, look.birthday | BLANK["dob"][step]),
        "sex": Coded(pl.Series(["M", "F"]), look.female | BLANK["sex"][step]),
        "state": Coded(pl.Series(STATES), look.state | BLANK["state"][step]),
        "license": lettered(people.license_letters(person[license]), LICENSE[step]),
        "plate": lettered(letters, PLATE[step]),
    }


def _redacted(world: World, columns: Columns, event: Ints) -> Columns:
    knobs = world.p.imperfect
    if not knobs.redacted:
        return columns
    hidden = pl.Series(uniform(world.seed + 3, event) < knobs.redacted_share)
    for name in set(knobs.redacted) & set(columns):
        one = columns[name]
        text = (one.series() if isinstance(one, Coded) else pl.Series(values=one)).cast(pl.String)
        columns[name] = plain(text.set(hidden & text.is_not_null(), "***"))
    return columns
