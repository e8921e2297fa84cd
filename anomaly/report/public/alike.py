"""Entries put together until every line of the list reads the same as enough others: k-anonymity.

What is published of an entry is what is published of its group, so that nobody, whoever has the log and the
report made from it included, can tell one line of a group from another (Sweeney, IJUFKS 10, 2002: the
generalisation is of whole columns of a group; LeFevre et al., ICDE 2006: groups are cut while both parts stay
large enough).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from anomaly.incidents.model import Incident

INSTITUTIONS = ("unit", "agency")


@dataclass(frozen=True)
class Group:
    """Entries that read the same. A field is None where they differ, or where it would tell too much."""

    entries: tuple[Incident, ...]
    category: str | None = None
    kind: str | None = None
    agency: str | None = None

    @property
    def institution(self) -> bool:
        """Tell whether it is one entry about a unit or an agency, with enough people behind it."""
        return len(self.entries) == 1 and self.kind in INSTITUTIONS


def about(entry: Incident) -> str:
    """Return whom an entry is about: the one whom nobody may recognise in it."""
    return "\0".join(entry.subjects if entry.kind == "subject" else entry.users) or entry.incident_id


def groups_of(
    incidents: Sequence[Incident], users: int, agency_users: Mapping[str, int], threshold: int
) -> list[Group] | None:
    """Return the groups, the largest first, or None where the entries are too few, or too many of the users.

    users: of the log; agency_users: agency -> its users. An entry about a unit or an agency is a group of its
    own where as many as the threshold took part, or nobody (a filing that is missing). All others are entries
    about one person: a group of them is about at least `threshold` different ones, and as many users of the
    log, or of the agency it names, are not in the list: what is true of all users of a small agency would be
    said of each of them.
    """
    institutions = [one for one in incidents if one.kind in INSTITUTIONS and _many(one, threshold)]
    persons = [one for one in incidents if one not in institutions]
    listed = {user for one in persons for user in one.users}
    alone = [_institution(one, agency_users, threshold) for one in institutions]
    if not persons:
        return alone
    if _different(persons) < threshold or users - len(listed) < threshold:
        return None

    def room(entries: Sequence[Incident]) -> bool:
        """Tell whether enough users of the agencies of some entries are not in the list."""
        agencies = {_agency(one) for one in entries}
        those = {user for one in persons if agencies & {*one.agencies, None} for user in one.users}
        return sum(agency_users.get(one or "", 0) for one in agencies) - len(those) >= threshold

    groups = [Group(tuple(persons))]
    for field, value in _VALUES.items():
        groups = [part for one in groups for part in _cut(one, field, value, room, threshold)]
    return sorted(groups, key=_order) + alone


def _agency(entry: Incident) -> str | None:
    return entry.agencies[0] if len(entry.agencies) == 1 else None


_VALUES: Mapping[str, Callable[[Incident], str | None]] = {
    "category": lambda entry: entry.category,
    "kind": lambda entry: entry.kind,
    "agency": _agency,
}


def _cut(
    group: Group,
    field: str,
    value: Callable[[Incident], str | None],
    room: Callable[[Sequence[Incident]], bool],
    threshold: int,
) -> list[Group]:
    """Cut a group by one field; values of too few stay together, without it, and with the next larger ones.

    Which categories stand in such a rest is told, so that their sizes are kept open as those of a table are
    (`suppress`). An agency, and those of a rest together, must have room: users who are not listed. Else only
    as many values go with a rest as make it large enough.
    """

    def enough(entries: Sequence[Incident]) -> bool:
        return _different(entries) >= threshold and (field != "agency" or room(entries))

    parts: dict[str | None, list[Incident]] = {}
    for entry in group.entries:
        parts.setdefault(value(entry), []).append(entry)
    rest = parts.pop(None, [])
    good = {of for of, entries in parts.items() if enough(entries)}
    sizes = {of: _different(entries) for of, entries in parts.items()}
    least = min((sizes[of] for of in good), default=0) if len(good) < len(parts) else 0
    for of in sorted(parts, key=lambda of: (of in good, sizes[of], str(of))):
        few = bool(rest) and not enough(rest)
        if of not in good or few or (field == "category" and sizes[of] == least):
            rest += parts.pop(of)
    named = [replace(group, entries=tuple(entries), **{field: of}) for of, entries in parts.items()]
    return named + ([replace(group, entries=tuple(rest))] if rest else [])


def _institution(entry: Incident, agency_users: Mapping[str, int], threshold: int) -> Group:
    agency = _agency(entry)
    named = agency if not entry.users or agency_users.get(agency or "", 0) >= threshold else None
    return Group((entry,), entry.category, entry.kind, named)


def _many(entry: Incident, threshold: int) -> bool:
    return not entry.users or len(entry.users) >= threshold


def _different(entries: Sequence[Incident]) -> int:
    return len({about(one) for one in entries})


def _order(group: Group) -> tuple[int, str]:
    return (-len(group.entries), f"{group.category} {group.kind} {group.agency}")
