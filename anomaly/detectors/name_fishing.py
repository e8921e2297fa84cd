"""Partial keys, and names in the order of the alphabet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM
from anomaly.detectors.nulls import level_tail, rate_tail
from anomaly.detectors.peers import peering


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "name"),
    clears=(*EXPLAIN_WHOM, "stated program"),
    category="harvesting",
    weight=0.9,
    says="{user} {what}; {usual}.",
)
def name_fishing(users: Groups, context: Context, *, least: int = 8) -> Signals:
    """A user fishes with initials, wildcards and partial plates, or goes through names in alphabetical order.

    Why: A dispatcher sold what the files hold for years; who does not know the name tries A, B, C, and who
        copies a file goes through it in order (Monroe News, 2016).
    Null: Partial: queries with an initial or a wildcard, among all that nothing explains, follow the peers'
        rate with the peers' spread (beta-binomial, the user left out). Alphabet: names stand in no order, so
        that a given run of L different names ascends or descends with chance 1 / L!; and the longest runs of
        the peers, on a logarithmic scale, scatter like Student's t: the larger of both p-values counts. Of
        partial and alphabet the smaller counts, times two.
    Also fires on: A witness's half of a plate, tried in every way; a roll of the jail or a list of warrants,
        which is alphabetical.
    Clears: A call or a case with the subject; a bulletin; a stated programme that goes through a list; a
        service account; batch message keys.
    Evades: Whole names in random order.
    """
    told = users.each(partial(_told, by_name=users.has("name")))
    made, tried, named, runs = np.hstack([np.zeros((4, 0), np.int64), *(part.counts for part in told)])
    wild, in_run = (
        np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in told)])
        for name in ("wild", "in_run")
    )
    peers = peering(users, context)
    code = np.where((made > 0) & peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    tested = (made >= least) & (code >= 0)
    p_partial = np.where(tried >= least, rate_tail(tried, made, code), 1.0)

    p_run = np.ones(len(users))
    if users.has("name"):
        alone = np.minimum(1.0, 2 * named * np.exp(-special.gammaln(runs + 1.0)))
        p_run = np.where(runs >= least, np.maximum(alone, level_tail(runs.astype(float), code)), 1.0)
        p_run = np.where(code >= 0, p_run, 1.0)
    by_run = p_run < p_partial
    p = np.minimum(1.0, 2 * np.minimum(p_run, p_partial))
    actor = np.flatnonzero(tested & (p <= WEAKEST)).astype(np.int32)
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(users.actions(_of(users, u, in_run if by_run[u] else wild)) for u in actor.tolist()),
        int(tested.sum()),
        measures={
            "what": [
                f"looked up {runs[u]} names one after another in the order of the alphabet"
                if by_run[u]
                else f"asked {tried[u]} times with an initial or a wildcard, of {made[u]} look-ups"
                for u in actor.tolist()
            ],
            "usual": [
                _usual(
                    by_run[u],
                    (code == code[u]) & (np.arange(len(code)) != u),
                    runs,
                    tried,
                    made,
                    peers.names[code[u]],
                )
                for u in actor.tolist()
            ],
        },
        left_out=peers.left_out,
        standing=Standing(
            "queries with an initial or a wildcard",
            np.where(code >= 0, tried.astype(float), np.nan),
            code,
            peers.names,
        ),
    )


def _of(users: Groups, user: int, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of some places, ascending, that are a user's."""
    return places[slice(*np.searchsorted(places, users.starts[user : user + 2]))]


@dataclass(frozen=True)
class Told:
    """What a part tells: counts: (4, g) int64, look-ups of each user that nothing explains, those of them
    with an initial or a wildcard, those by name, and names of the longest run; wild, in_run: places of the
    second and of the run.
    """

    counts: NDArray[np.int64]
    wild: NDArray[np.int64]
    in_run: NDArray[np.int64]


def _told(part: Groups, by_name: bool) -> Told:
    rows = np.flatnonzero(part.counted & (part["subject"] >= 0))
    wild = rows[part["partial"][rows]]
    named = in_run = rows[:0]
    runs = np.zeros(len(part), np.int64)
    if by_name:
        letters = part["letters"][rows]
        named = rows[letters >= 0]
        runs, in_run = _longest(part, named, letters[letters >= 0])
    counts = [np.diff(np.searchsorted(some, part.starts)) for some in (rows, wild, named)]
    return Told(np.stack([*counts, runs]), part.begin + wild, part.begin + in_run)


def _usual(
    by_run: bool,
    mine: NDArray[np.bool_],
    runs: NDArray[np.int64],
    tried: NDArray[np.int64],
    made: NDArray[np.int64],
    name: str,
) -> str:
    """Say what the peers, (g,) bool, do."""
    if by_run:
        return f"the longest such run of any other user of {name} is {runs[mine].max(initial=0)}"
    return f"users of {name} ask so {100 * tried[mine].sum() / max(made[mine].sum(), 1):.1f} times in 100"


def _longest(
    part: Groups, rows: NDArray[np.int64], letters: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find each user's longest run of different names up or down the alphabet.

    rows: (k,) int64, places of look-ups by name; letters: (k,), of each. Returns (g,) int64, names of the
    run, and the places of its look-ups, ascending. A name repeated at once counts once; nobody knows which of
    two look-ups at one time came first, so that a run stops there.
    """
    runs = np.zeros(len(part), np.int64)
    if not len(rows):
        return runs, rows
    owner, time = part.owner[rows], part["time"][rows]
    tied = (np.diff(time) == 0) & (np.diff(owner) == 0)
    unordered = np.append(tied, False) | np.append(False, tied)
    step = np.sign(np.diff(letters)).astype(np.int8)
    step[(np.diff(owner) != 0) | unordered[1:] | unordered[:-1]] = 2  # a run stops here
    moves = np.flatnonzero(step)  # a name repeated at once is no move
    heading = step[moves]
    begin = np.flatnonzero(np.append(True, np.diff(heading) != 0)) if len(moves) else moves
    length = np.diff(np.append(begin, len(moves)))
    is_run = heading[begin] != 2
    begin, length = begin[is_run], length[is_run] + 1
    who = owner[moves[begin]]
    np.maximum.at(runs, who, length)
    longest = np.flatnonzero(length == runs[who])
    longest = longest[np.unique(who[longest], return_index=True)[1]]
    kept = [rows[:0]]
    for at, size in zip(begin[longest].tolist(), length[longest].tolist(), strict=True):
        last = moves[at + size - 1] if at + size - 1 < len(moves) else len(rows) - 1
        kept.append(rows[moves[at] : last + 1])
    return runs, np.concatenate(kept)
