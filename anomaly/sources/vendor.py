"""A profile: how one vendor's export names the canonical columns, writes its times, and marks its values."""

from __future__ import annotations

import datetime as dt
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)

from anomaly.errors import ProfileError
from anomaly.schema import EVENT_BY_NAME
from anomaly.sources.times import read_times

PACKAGED = "packaged"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write it as in America/Los_Angeles") from None
    return name


def _column(name: str) -> str:
    if name not in EVENT_BY_NAME:
        raise ValueError(f"{name!r} is no event column; the columns are {', '.join(EVENT_BY_NAME)}")
    return name


def _layout(layout: str, info: ValidationInfo) -> str:
    """A layout must read back, to the minute, the time it writes; those of the package are tested to."""
    if info.context == PACKAGED:
        return layout
    noon = dt.datetime(2025, 11, 22, 15, 34, tzinfo=dt.UTC)
    try:
        text = pl.Series([noon]).dt.to_string(layout.replace("%Z", "UTC"))
        back = read_times(text, "UTC", [layout]).utc[0]
    except pl.exceptions.PolarsError:
        back = None
    if back != noon:
        raise ValueError(f"{layout!r} is no layout of a date and an hour; write it as in %m/%d/%Y %H:%M:%S")
    return layout


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Zone = Annotated[str, AfterValidator(_zone)]
EventColumn = Annotated[str, AfterValidator(_column)]
Headers = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]


class Prefix(BaseModel):
    """A mark that a vendor puts before a value: taken off, and remembered as what it says about the value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1)
    sets: dict[str, str] = {}


class Profile(BaseModel):
    """How one export is read.

    columns: canonical column -> headers it may have, the preferred one first. required: the canonical columns
    that must be found (all of `columns` when absent). recognised_by: sets of headers; a log that has all of
    one set is this export. constants: canonical column -> the value of every row. time_zone: zone of times
    without one. local_zone: where hours are judged. time_formats: chrono layouts besides ISO 8601; %Z is a
    zone abbreviation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    source: str = ""
    time_zone: Zone = "UTC"
    local_zone: Zone = "America/Los_Angeles"
    time_formats: tuple[Annotated[str, AfterValidator(_layout)], ...] = ()
    columns: dict[EventColumn, Headers]
    required: tuple[EventColumn, ...] | None = None
    recognised_by: tuple[Headers, ...] = ()
    constants: dict[EventColumn, str] = {}
    strip_prefixes: dict[EventColumn, tuple[Prefix, ...]] = {}

    def zoned(self, time_zone: str | None, local_zone: str | None) -> Profile:
        """The same profile with other zones; ProfileError for a zone that does not exist."""
        given = {"time_zone": time_zone, "local_zone": local_zone}
        changed = {key: value for key, value in given.items() if value is not None}
        return _validated(self.model_dump() | changed, "the zones given") if changed else self


def profile_names() -> list[str]:
    """The packaged profiles, sorted."""
    folder = resources.files("anomaly.sources") / "profiles"
    return sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_profile(name_or_path: str) -> Profile:
    """A packaged profile by name, or a TOML file by path; ProfileError says what is wrong in it."""
    if name_or_path in profile_names():
        text = (resources.files("anomaly.sources") / "profiles" / f"{name_or_path}.toml").read_text("utf-8")
        return _parsed(text, name_or_path, PACKAGED)
    path = Path(name_or_path)
    if not path.is_file():
        raise ProfileError(
            f"no profile is called {name_or_path!r}",
            None,
            f"choose one of {', '.join(profile_names())}, or give the path of a TOML file",
        )
    try:
        return _parsed(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"cannot be read ({error})", path.name, "save it as UTF-8 text") from None


def _parsed(text: str, where: str, context: str | None = None) -> Profile:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"is not valid TOML: {error}", where, "mend the line named") from None
    return _validated(data, where, context)


def _validated(data: dict[str, Any], where: str, context: str | None = None) -> Profile:
    try:
        return Profile.model_validate(data, context=context)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        raise ProfileError(
            f"{place}: {what}", where, "mend the profile; `canonical` is a short example"
        ) from None
