"""The numbers a world is made by: read from `parameters.toml`, where each stands with its source."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator

from anomaly.errors import InputError
from anomaly.synth.working import Asked, Cases, Desks, Habits, Manners, Positive, Share, Street, Table

Work = Literal[
    "patrol",
    "traffic",
    "cases",
    "family",
    "sex crimes",
    "narcotics",
    "federal",
    "records",
    "dispatch",
    "licensing",
    "jail",
    "custody",
    "batch",
]


class Preset(Table):
    """A size by name."""

    events: Annotated[int, Field(ge=1)]
    days: Annotated[int, Field(ge=1)]
    users: Annotated[int, Field(ge=1)]


class UnitPlan(Table):
    """A unit: share of an agency's users, mean actions of a user in a shift, and the agencies that have
    it.
    """

    work: Work
    role: str
    share: Share
    pace: Positive
    rotas: Annotated[tuple[str, ...], Field(min_length=1)]
    needs: Annotated[int, Field(ge=1)] = 1
    kinds: tuple[str, ...] = ("sheriff", "police")


class Rota(Table):
    """A shift of `hours` from `start` o'clock, `on` days of each `cycle`."""

    start: Annotated[float, Field(ge=0, lt=24)]
    hours: Annotated[float, Field(gt=0, le=24)]
    on: Annotated[int, Field(ge=1)]
    cycle: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.on > self.cycle:
            raise ValueError(f"{self.on} days on in a cycle of {self.cycle}")
        return self


class Agencies(Table):
    """How users fall into counties and agencies."""

    users_per_county: Annotated[float, Field(ge=60)]
    sheriff_share: Share
    police_median: Positive
    police_sigma: Annotated[float, Field(gt=0, le=3)]
    federal_users: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    state_share: Share
    state_needs: Annotated[int, Field(ge=1)]
    residents_per_user: Annotated[float, Field(ge=5, le=150)]  # every user is a resident; plates are unique

    @field_validator("federal_users")
    @classmethod
    def _ascending(cls, pair: tuple[int, int]) -> tuple[int, int]:
        if pair[0] > pair[1]:
            raise ValueError("the least comes first, then the most")
        return pair


class People(Table):
    """Who lives in the towns."""

    share_surname_at_home: Share
    household: Annotated[float, Field(ge=1)]
    shares_car: Share
    out_of_state: Share
    namesake_surnames: Positive


class Imperfect(Table):
    """What is wrong with the tables and the log, each a knob. `clock_minutes`: a calls clock is off by up
    to it.
    """

    missing_calls: Share
    missing_cases: Share
    missing_overtime: Share
    subject_by_name: Share
    late_hr_days: Annotated[int, Field(ge=0, le=3650)]
    late_hr: Share
    wrong_unit: Share
    clock_minutes: Annotated[float, Field(ge=0, le=720)]
    clock_agencies: Share
    recycled_ids: Share
    redacted: tuple[str, ...] = ()
    redacted_share: Share = 1.0

    @field_validator("redacted")
    @classmethod
    def _are_columns(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        from anomaly.synth.render import COLUMNS  # which needs the parameters itself

        for name in names:
            if name not in COLUMNS or name == "time":
                raise ValueError(f"`{name}` is no column of a log that can be hidden")
        return names


class Prevalence(Table):
    """How much misuse there is."""

    per_user_year: Share
    least_families: Share


class Parameters(Table):
    """Everything that `parameters.toml` says."""

    first_day: Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 1, 1))]
    time_zone: str
    names: str
    agencies: Agencies
    people: People
    habits: Habits
    street: Street
    cases: Cases
    desks: Desks
    manners: Manners
    asked: Asked
    imperfect: Imperfect
    prevalence: Prevalence
    rotas: dict[str, Rota]
    units: dict[str, UnitPlan]
    sizes: dict[str, Preset]

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"`{zone}` is no time zone, such as America/Los_Angeles") from None
        return zone

    @model_validator(mode="after")
    def _rotas_are_known(self) -> Self:
        for name, unit in self.units.items():
            for rota in unit.rotas:
                if rota not in self.rotas:
                    raise ValueError(f"units.{name}.rotas: `{rota}` is none of {', '.join(self.rotas)}")
        return self


def load(path: Path | None = None) -> Parameters:
    """The packaged parameters with those of a TOML file laid over them.

    Raises InputError when the file cannot be read or says what no parameter can be.
    """
    tables: dict[str, Any] = tomllib.loads(_packaged())
    if path is not None:
        try:
            _lay(tables, tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(
                f"the parameters cannot be read ({error})", str(path), "see parameters.toml"
            ) from None
    try:
        return Parameters(**tables)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"`{where}`: {first['msg'].lower()}",
            str(path or "parameters.toml"),
            "the packaged parameters.toml says what each number is",
        ) from None


@cache
def _packaged() -> str:
    return Path(__file__).with_name("parameters.toml").read_text(encoding="utf-8")


def _lay(under: dict[str, Any], over: dict[str, Any]) -> None:
    for name, value in over.items():
        if isinstance(value, dict) and isinstance(under.get(name), dict):
            _lay(under[name], value)
        else:
            under[name] = value
