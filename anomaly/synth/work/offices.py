"""Office work: records, dispatch, permit licensing, the jail, a federal custody desk, the nightly batch."""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import (
    APPLICANT,
    CUSTODY,
    DISPATCH,
    JAIL,
    PERMIT,
    RECORDS,
    RECORDS_OF_REPORT,
    WARRANTS,
)
from anomaly.synth.staff import DAY
from anomaly.synth.streams import Ints
from anomaly.synth.work.made import Made, Permits
from anomaly.synth.work.people import pick_kinds, pick_people, usual_kinds
from anomaly.synth.world import World


def records(world: World, rng: np.random.Generator, time: Ints, who: Ints, made: Made) -> None:
    """Requests for reports, registrants, warrants; one query in twelve is on an applicant, purpose J. (n,)
    both.
    """
    desks, asks = world.p.desks, world.p.asked
    draw = rng.random(len(time))
    on_applicants, others = draw < 1 / desks.one_applicant_in, draw < 1 - desks.warrants
    hiring = np.flatnonzero(on_applicants)
    wants = np.flatnonzero(~others)
    rest = np.flatnonzero(~on_applicants & others)
    person = pick_people(world, rng, who[hiring])
    agency = world.staff.agency[who[hiring]]
    made.permits.append(Permits(time[hiring], agency, person, "employment"))
    said = world.say(rng, who[hiring], APPLICANT)
    made.actions.append(Actions.of(time[hiring], who[hiring], person, "history", said, purpose="J"))
    person = pick_people(world, rng, who[wants])
    kind = pick_kinds(rng, len(wants), **asks.warrants)
    made.actions.append(
        Actions.of(time[wants], who[wants], person, kind, world.say(rng, who[wants], WARRANTS))
    )
    person = pick_people(world, rng, who[rest], regulars=0.08)
    number = np.full(len(rest), -1, dtype=np.int64)
    asked = np.flatnonzero(rng.random(len(rest)) < desks.names_a_report)
    number[asked], about = _a_report(world, rng, who[rest[asked]], time[rest[asked]])
    person[asked] = np.where(about >= 0, about, person[asked])
    asked = asked[number[asked] >= 0]
    kind = usual_kinds(world, rng, len(rest), asks.records)
    said = world.say(rng, who[rest], RECORDS)
    said[asked] = world.say(rng, who[rest[asked]], RECORDS_OF_REPORT)
    made.actions.append(Actions.of(time[rest], who[rest], person, kind, said, number=number))


def _a_report(world: World, rng: np.random.Generator, who: Ints, time: Ints) -> tuple[Ints, Ints]:
    """Number and a person of a case file opened before, of the clerk's agency, (n,) both; -1 where there
    is none.
    """
    files = world.cases
    if not len(files.number):
        return np.full(len(who), -1), np.full(len(who), -1)
    order, of_agency = files.of_agency
    agency = world.staff.agency[who]
    first, after = of_agency[agency], of_agency[agency + 1]
    pick = order[
        np.minimum(first + (rng.random(len(who)) * (after - first)).astype(np.int64), len(order) - 1)
    ]
    there = (after > first) & (files.opened[pick] < time)
    return np.where(there, files.number[pick], -1), np.where(there, files.people[pick, 0], -1)


def dispatch(world: World, rng: np.random.Generator, time: Ints, who: Ints, made: Made) -> None:
    """A dispatcher's own queries: callers, tows, somebody at the desk. (n,) both."""
    person = pick_people(world, rng, who, regulars=0.1)
    kind = usual_kinds(world, rng, len(time), world.p.asked.dispatch)
    made.actions.append(Actions.of(time, who, person, kind, world.say(rng, who, DISPATCH)))


def licensing(world: World, rng: np.random.Generator, time: Ints, who: Ints, made: Made) -> None:
    """Firearm permit applicants, purpose F: criminal history, then wants or another record; each is in the
    permits table.
    """
    person = pick_people(world, rng, who)
    made.permits.append(Permits(time, world.staff.agency[who], person, "ccw"))
    reason = world.say(rng, who, PERMIT)
    made.actions.append(Actions.of(time, who, person, "history", reason, purpose="F"))
    later = time + rng.integers(40, 400, size=len(time))
    kind = usual_kinds(world, rng, len(time), world.p.asked.permits)
    made.actions.append(Actions.of(later, who, person, kind, reason, purpose="F"))


def jail(world: World, rng: np.random.Generator, time: Ints, who: Ints, made: Made) -> None:
    """Bookings, holds and visitors; now and then the federal centre is asked who a foreign person in
    custody is.
    """
    person = pick_people(world, rng, who, regulars=0.1)
    foreign = rng.random(len(time)) < world.p.desks.foreign
    kind = usual_kinds(world, rng, len(time), world.p.asked.jail)
    kind = np.where(foreign, pick_kinds(rng, len(time), immigration=1.0), kind)
    reason = world.say(rng, who, JAIL)
    rows = np.flatnonzero(foreign)
    reason[rows] = world.say(rng, who[rows], JAIL[:2], careful=True)
    made.actions.append(Actions.of(time, who, person, kind, reason))


def custody(world: World, rng: np.random.Generator, time: Ints, who: Ints, made: Made) -> None:
    """A federal custody desk: criminal history of people already held, until the agency's access ends."""
    last = np.array(
        [
            (one.access_to - world.p.first_day).days if one.access_to else world.days
            for one in world.plan.agencies
        ]
    )
    has = np.flatnonzero(time < last[world.staff.agency[who]] * DAY)
    person = pick_people(world, rng, who[has])
    reason = world.say(rng, who[has], CUSTODY)
    kind = pick_kinds(rng, len(has), **world.p.asked.custody)
    made.actions.append(Actions.of(time[has], who[has], person, kind, reason))


def batch(world: World, rng: np.random.Generator, time: Ints, who: Ints, made: Made) -> None:
    """A service account that validates warrants every night, one every few seconds from the hour on."""
    order = np.lexsort((time, who))
    time, who = time[order], who[order]
    night = who * (1 << 20) + time // DAY
    first = np.searchsorted(night, night)
    at = time[first] // 3600 * 3600 + 120 + world.p.desks.batch_seconds * (np.arange(len(time)) - first)
    reason = world.say(rng, who, ("warrant batch validation",), careful=True)
    made.actions.append(Actions.of(at, who, pick_people(world, rng, who), "batch", reason))
