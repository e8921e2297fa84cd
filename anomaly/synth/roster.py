"""The context tables of a world as a whole: the roster, agencies, detectives' cases, and what scenes have
entered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from anomaly.synth.authorizations import rows as authorizations
from anomaly.synth.bulletins import KINDS
from anomaly.synth.render import terminals
from anomaly.synth.scenes import filings
from anomaly.synth.staff import DAY
from anomaly.synth.streams import uniform
from anomaly.synth.tables import Tables, agency_names, clock, closed_at, day, keys, table, told
from anomaly.synth.world import World


def of_world(world: World) -> Tables:
    """Everything that is not of a slice; tables without a row are left out."""
    logins = pl.Series(world.staff.user)
    known: dict[str, Sequence[tuple[str | None, ...]]] = {
        "authorizations": authorizations(world),
        "filings": filings.rows(world),
        "agencies": _agencies(world),
    }
    out: Tables = {
        "users": _users(world),
        "terminals": _terminals(world),
        "leave": _leave(world),
        "service_accounts": table("service_accounts", logins.filter(pl.Series(world.staff.service))),
        "relations": _relations(world),
        "bulletins": _bulletins(world),
    }
    _cases(world, out)
    _scene_calls(world, out)
    for rows_of in (known, world.tables):
        for name, rows in rows_of.items():
            more = told(name, rows)
            out[name] = pl.concat([out[name], more]) if name in out else more
    return {name: rows for name, rows in out.items() if rows.height}


def _scene_calls(world: World, out: Tables) -> None:
    if not world.calls:
        return
    begin, end, agency, kind, user, person = (list(column) for column in zip(*world.calls, strict=True))
    call = pl.Series([f"X{k}" for k in range(len(begin))])
    out["calls"] = table(
        "calls",
        call,
        agency_names(world, np.array(agency)),
        clock(world, np.array(begin)),
        clock(world, np.array(end)),
        pl.Series(kind),
    )
    out["call_people"] = table("call_people", call, world.people.keys(np.array(person)))
    out["call_units"] = table("call_units", call, pl.Series(world.staff.user).gather(np.array(user)))


def _cases(world: World, out: Tables) -> None:
    files, rng = world.cases, world.rng("missing")
    known = np.flatnonzero(rng.random(len(files.number)) >= world.p.imperfect.missing_cases)
    number = np.concatenate([files.number[known], np.array([one[0] for one in files.added], dtype=np.int64)])
    opened = np.concatenate([files.opened[known], np.array([one[1] for one in files.added], dtype=np.int64)])
    closed = np.concatenate([files.closed[known], np.array([one[2] for one in files.added], dtype=np.int64)])
    agency = np.concatenate([files.agency[known], np.array([one[3] for one in files.added], dtype=np.int64)])
    kind = [*files.kind[known].tolist(), *(one[4] for one in files.added)]
    out["cases"] = table(
        "cases",
        files.render(number),
        agency_names(world, agency),
        clock(world, opened),
        closed_at(world, closed),
        pl.Series(kind, dtype=pl.String),
    )
    of, place = np.nonzero(files.people[known] >= 0)
    by_name = rng.random(len(of)) < world.p.imperfect.subject_by_name
    about = keys(world.people, files.people[known][of, place], by_name.astype(np.int64))
    added = [(one[0], person) for one in files.added for person in one[5]]
    out["case_people"] = table(
        "case_people",
        files.render(
            np.concatenate([files.number[known][of], np.array([a for a, _ in added], dtype=np.int64)])
        ),
        pl.concat([about, world.people.keys(np.array([b for _, b in added], dtype=np.int64))]),
    )
    second = np.flatnonzero(files.second[known] >= 0)
    officers = [(one[0], user) for one in files.added for user in one[6]]
    out["case_officers"] = table(
        "case_officers",
        files.render(
            np.concatenate(
                [
                    files.number[known],
                    files.number[known][second],
                    np.array([a for a, _ in officers], dtype=np.int64),
                ]
            )
        ),
        pl.Series(world.staff.user).gather(
            np.concatenate(
                [
                    files.officer[known],
                    files.second[known][second],
                    np.array([b for _, b in officers], dtype=np.int64),
                ]
            )
        ),
    )


def _users(world: World) -> pl.DataFrame:
    """The roster: a login that was given to somebody new shows the new person and both dates."""
    s, people = world.staff, world.people
    rng = world.rng("roster")
    units = np.array([one.name for one in world.plan.units])
    listed = units[s.unit]
    wrong = rng.random(len(s)) < world.p.imperfect.wrong_unit
    of_agency: dict[int, list[str]] = {}
    for unit in world.plan.units:
        if unit.plan.role != "service":
            of_agency.setdefault(unit.agency, []).append(unit.name)
    for k in np.flatnonzero(wrong & ~s.service):
        own = [name for name in of_agency.get(int(s.agency[k]), []) if name != listed[k]]
        if own:
            listed[k] = own[int(rng.integers(len(own)))]
    human = pl.Series(s.role != "service")
    left = np.where(s.hr_separated < world.days, s.hr_separated, 0)
    columns = {
        "name": people.name(s.person),
        "sex": people.sex(s.person),
        "dob": people.dob(s.person),
        "license": people.license(s.person),
        "plate": people.plate(s.person),
        "address_key": people.home(s.person),
    }
    shown = {name: column.set(~human, None) for name, column in columns.items()}
    roster = table(
        "users",
        pl.Series(s.user),
        shown["name"],
        shown["sex"],
        shown["dob"],
        agency_names(world, s.agency),
        pl.Series(listed.tolist()),
        pl.Series(s.role.tolist()),
        day(world, s.hr_hired * DAY),
        day(world, left * DAY).set(pl.Series(s.hr_separated >= world.days), None),
        shown["license"],
        shown["plate"],
        shown["address_key"],
    )
    merged = roster.with_columns(pl.col("separated").max().over("user"), pl.Series("at", s.hired))
    return (
        merged.sort("at", maintain_order=True)
        .unique("user", keep="last", maintain_order=True)
        .sort("user")
        .drop("at")
    )


def _terminals(world: World) -> pl.DataFrame:
    agency = agency_names(world, world.staff.agency)
    return table("terminals", pl.Series(terminals(world)), agency).unique(maintain_order=True)


def _agencies(world: World) -> list[tuple[str | None, ...]]:
    zone = world.p.time_zone
    return [
        (
            one.name,
            one.full_name,
            one.kind,
            one.component or None,
            None,
            one.access_from.isoformat() if one.access_from else None,
            one.access_to.isoformat() if one.access_to else None,
            one.county,
            zone,
        )
        for one in world.plan.agencies
    ]


def _leave(world: World) -> pl.DataFrame:
    s = world.staff
    of, place = np.nonzero(s.leave < world.days)
    begin = s.leave[of, place]
    return table(
        "leave",
        pl.Series(s.user).gather(of),
        clock(world, begin * DAY),
        clock(world, (begin + s.away[of]) * DAY),
        "annual",
    )


def _bulletins(world: World) -> pl.DataFrame:
    b = world.bulletins
    kind, issued, expires = pl.Series(KINDS).gather(b.kind), clock(world, b.issued), clock(world, b.expires)
    every_key = [world.people.keys(b.person, key) for key in ("license", "plate", "name")]
    return pl.concat([table("bulletins", subject, kind, issued, expires) for subject in every_key])


def _relations(world: World) -> pl.DataFrame:
    """Members of the household that some users have named as a contact."""
    s, people = world.staff, world.people
    told = np.flatnonzero((uniform(world.seed + 6, np.arange(len(s))) < 0.5) & (s.role != "service"))
    beside = np.minimum(s.person[told] + 1, len(people) - 1)
    same = people.household[beside] == people.household[s.person[told]]
    return table("relations", pl.Series(s.user).gather(told[same]), people.keys(beside[same]), "household")
