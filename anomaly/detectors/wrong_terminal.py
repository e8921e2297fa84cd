"""Look-ups at terminals of another agency."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.gather import distinct
from anomaly.context import Context
from anomaly.detectors.acquaintance import different
from anomaly.detectors.contract import Days, Share, Signals, Standing, detector
from anomaly.detectors.purposes import at_codes, in_force
from anomaly.detectors.since import split_some
from anomaly.detectors.stations import Stations, stations_of
from anomaly.detectors.tally import those


@detector(
    group="user",
    needs=("terminal", "agency"),
    clears=("test record", "service account", "stated test"),
    category="credential misuse",
    rule="terminal-mnemonic",
    weight=0.9,
    says="{user} made {events} look-ups on {days} of {active} days at {terminals} of {owner}, {how}.",
)
def wrong_terminal(
    users: Groups, context: Context, *, min_days: Days = 3, arranged: int = 3, seconded: Share = 0.5
) -> Signals:
    """A user signs on, day after day, at terminals of an agency that is not the user's.

    Why: A terminal's mnemonic stands for one agency, and the log of another agency's terminal is not looked
        at at home (CLETS Policies, Practices and Procedures, section 1.6.2).
    Null: None: a rule. A terminal belongs to the agency it is registered to; where the table of terminals
        does not list it, to the one of which nearly all its other users are. Look-ups on `min_days`
        different days count. Not listed: agencies of which `arranged` users do so, for that is an
        arrangement between the two; users who do so on a share `seconded` of their days; parent and child
        agencies; terminals that `arranged` users of the agency use, or that nobody uses of the agency they
        are registered to though the log has its look-ups, for there the table is out of date.
    Also fires on: A task force of one in another agency's building; a car or desk that was handed over; a
        login that two agencies share.
    Clears: The coordinator's record of terminals; a task force order; a roster of secondments.
    Evades: One visit or two; the open session of a colleague at home.
    """
    stations = stations_of(users, context)
    wrong = _elsewhere(users, context, stations, arranged)
    odd = np.zeros(len(users.log.texts["terminal"]) + 1, np.bool_)
    odd[stations.terminal[wrong]] = True
    some, counted = those(users, partial(_at_any, odd=odd))
    at = stations.at(users, some.places)
    there = np.append(wrong, np.False_)[at] & counted & in_force(some, "terminal-mnemonic")
    rows, at = some.places[there], at[there]
    days, active = different(users, "day", rows), np.zeros(len(users), np.int64)
    for user in np.flatnonzero(days >= min_days).tolist():
        active[user] = len(distinct(users["day"][users.starts[user] : users.starts[user + 1]]))
    often = ((days >= min_days) & (days < seconded * active))[users.owner[rows]]
    rows, at = rows[often], at[often]
    alone = ~_arranged(users, rows, stations.owner[at], min_days, arranged)[users.owner[rows]]
    rows, at = rows[alone], at[alone]
    actor, actions = split_some(users, rows, rows)
    measures: dict[str, list[object]] = {
        name: [] for name in ("days", "active", "events", "terminals", "owner", "how")
    }
    for user in actor.tolist():
        mine = slice(*np.searchsorted(rows, users.starts[user : user + 2]))
        triples = distinct(at[mine])
        agencies = distinct(stations.owner[triples])
        measures["days"].append(len(distinct(users["day"][rows[mine]])))
        measures["active"].append(int(active[user]))
        measures["events"].append(len(at[mine]))
        measures["terminals"].append("a terminal" if len(triples) == 1 else f"{len(triples)} terminals")
        names = stations.owners.gather(agencies).to_list()
        measures["owner"].append(" and ".join(names) if len(names) < 3 else f"{len(names)} other agencies")
        listed = bool(stations.listed[triples].all())
        measures["how"].append("as registered" if listed else "which nobody else but its users uses")
    return Signals.of_rule(
        actor,
        days[actor] / (days[actor] + 1),
        actions,
        len(users),
        measures=measures,
        standing=Standing(
            "days at terminals of another agency",
            np.where(np.diff(users.starts) > 0, days.astype(float), np.nan),
            np.zeros(len(users), np.int32),
            ("the users in the log",),
        ),
    )


def _at_any(part: Groups, odd: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return at_codes(odd, part["terminal"])


def _elsewhere(users: Groups, context: Context, of: Stations, many: int) -> NDArray[np.bool_]:
    """Mark the triples of `stations_of`, (p,) bool, whose terminal is another agency's for good."""
    kin = _families(of.owners, context)
    wrong = (of.owner >= 0) & (kin[of.agency] != kin[of.owner])
    width = len(kin)
    pairs, used_by, n = np.unique(
        of.terminal.astype(np.int64) * width + of.agency, return_inverse=True, return_counts=True
    )
    at_home = of.terminal.astype(np.int64) * width + of.owner
    in_log = np.bincount(of.agency, minlength=width) > 0
    stale = of.listed & ~np.isin(at_home, pairs) & in_log[of.owner]
    elsewhere: NDArray[np.bool_] = wrong & (n[used_by] < many) & ~stale
    return elsewhere


def _families(agencies: pl.Series, context: Context) -> NDArray[np.int32]:
    """Number agencies, (a,) names, so that parent and child share a number, (a + 1,) int32; the last is
    nobody's.
    """
    family = np.arange(len(agencies) + 1, dtype=np.int32)
    if "agencies" not in context:
        return family
    code = {name: place for place, name in enumerate(agencies.to_list())}
    table = context["agencies"].select("agency", "parent").drop_nulls().unique()
    for one, above in sorted((code.get(child, -1), code.get(parent, -1)) for child, parent in table.rows()):
        if one >= 0 and above >= 0:
            family[family == family[one]] = family[above]
    return family


def _arranged(
    users: Groups, rows: NDArray[np.int64], owner: NDArray[np.int32], min_days: Days, many: int
) -> NDArray[np.bool_]:
    """Mark the users, (g,) bool, as many of whose agency are so often at terminals of the same other one."""
    frame = pl.DataFrame(
        {
            "user": users.owner[rows],
            "agency": users["agency"][rows],
            "owner": owner,
            "day": users["day"][rows],
        }
    )
    regulars = frame.group_by("user", "agency", "owner").agg(pl.col("day").n_unique())
    regulars = regulars.filter(
        pl.col("day") >= min_days, pl.col("user").n_unique().over("agency", "owner") >= many
    )
    marked = np.zeros(len(users), np.bool_)
    marked[regulars["user"].to_numpy()] = True
    return marked
