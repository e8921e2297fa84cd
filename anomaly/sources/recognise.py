"""Which export a header belongs to, and which of its headers is which canonical column."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from anomaly.errors import InputError, ProfileError
from anomaly.schema import EVENT
from anomaly.sources.columnar import repeated_headers
from anomaly.sources.vendor import Profile, load_profile, profile_names

REMARK = re.compile(r"\(.*\)|\[.*\]|[ _](?:utc|gmt)$", re.IGNORECASE)
UTC = re.compile(r"(?:^|[^a-z])(?:utc|gmt)(?:$|[^a-z])", re.IGNORECASE)
REQUIRED = tuple(column.name for column in EVENT if column.required)


@dataclass(frozen=True)
class Recognised:
    """A header understood: its profile, canonical column -> header as found, and the headers that are
    ignored.
    """

    profile: Profile
    header_map: dict[str, str]
    unmapped: tuple[str, ...]


def recognise(headers: Sequence[str], profile: Profile | None, where: str) -> Recognised:
    """Match headers with the given profile, or with the packaged one that explains most of them.

    Headers are compared without case, spaces or punctuation (`Search Date/Time` is `searchdatetime`), except
    that an export is recognised by headers written exactly as its vendor writes them. When no packaged
    profile fits, the table of synonyms decides; a header may carry a remark (`Search Time (UTC)`), and a time
    whose header says UTC is UTC. InputError without a time or a user column; ProfileError when
    a column the profile requires is missing.
    """
    repeated = sorted({header for header in headers if list(headers).count(header) > 1})
    if repeated:
        raise repeated_headers(repeated, where)
    given = profile is not None
    if profile is None:
        profile = detected(headers) or synonyms()
    header_map = matched(headers, profile)
    wanted = profile.required if profile.required is not None else tuple(profile.columns)
    missing = [name for name in wanted if name not in header_map and name not in profile.constants]
    absent = [name for name in REQUIRED if name not in header_map and name not in profile.constants]
    seen = f"the headers are {', '.join(headers)}"
    if missing and (given or missing != absent):
        asked = "; ".join(
            f"{name} = {' or '.join(profile.columns[name])}" for name in missing if name in profile.columns
        )
        raise ProfileError(
            f"profile {profile.name} names columns that are not there ({asked}); {seen}",
            where,
            "mend the profile's columns, or list under `required` only what every file has",
        )
    if absent:
        raise InputError(
            f"no {' and no '.join(absent)} column is recognised; {seen}",
            where,
            "write a profile, a TOML file with name, title and [columns] "
            + " ".join(f'{name} = "the header"' for name in absent)
            + ", and pass it with --profile; `anomaly profile LOG --draft own.toml` writes one to fill in",
        )
    used = set(header_map.values())
    if not given and UTC.search(header_map.get("time", "")):
        profile = profile.zoned("UTC", None)
    return Recognised(profile, header_map, tuple(header for header in headers if header not in used))


def detected(headers: Sequence[str]) -> Profile | None:
    """The packaged profile that recognises the header and explains most of it; None when none does."""
    present = set(headers)
    best: tuple[int, int, Profile] | None = None
    for candidate in _packaged():
        signs = [group for group in candidate.recognised_by if present.issuperset(group)]
        if not signs:
            continue
        score = (len(matched(headers, candidate)), max(map(len, signs)))
        if best is None or score > best[:2]:
            best = (*score, candidate)
    return best[2] if best else None


def matched(headers: Sequence[str], profile: Profile) -> dict[str, str]:
    """Canonical column -> header as found, in the dictionary's order; a header serves one column."""
    found = {_plain(REMARK.sub(" ", header)): header for header in reversed(headers)}
    found |= {_plain(header): header for header in reversed(headers)}
    result: dict[str, str] = {}
    for column in EVENT:
        for name in profile.columns.get(column.name, ()):
            header = found.get(_plain(name))
            if header is not None and header not in result.values():
                result[column.name] = header
                break
    return result


@cache
def synonyms() -> Profile:
    """Common header names of message switches, CAD and RMS exports, as a profile called `auto`."""
    text = (resources.files("anomaly.sources") / "synonyms.toml").read_text("utf-8")
    return Profile.model_validate(tomllib.loads(text))


@cache
def _packaged() -> tuple[Profile, ...]:
    return tuple(load_profile(name) for name in profile_names())


def _plain(header: str) -> str:
    return "".join(sign for sign in header.casefold() if sign.isalnum() or sign == "#")
