"""Look-ups of people who bear the user's surname."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups, own_keys, roster_of
from anomaly.coding.gather import read_only
from anomaly.coding.hashes import CodeTable
from anomaly.context import Context
from anomaly.detectors.acquaintance import of_pairs, of_user, returns
from anomaly.detectors.case_work import found, pair_keys
from anomaly.detectors.contract import WEAKEST, Minutes, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM, once_each
from anomaly.detectors.peers import peering

# How many people met anywhere in the log stand beside those of the agency when a surname's frequency is told.
LENT = 500.0


@detector(
    group="user",
    needs=("subject", "name"),
    uses=("agency", "unit"),
    tables=("users",),
    clears=EXPLAIN_WHOM,
    category="personal use",
    says="{user} looked up {people} of the own surname, {returns}, between {first} and {last}; of the {met} "
    "people looked up chance would give {expected}, by how often other users meet that name.",
)
def same_surname(users: Groups, context: Context, *, gap: Minutes = 30) -> Signals:
    """A user looks up bearers of the own surname more often than that name's frequency explains.

    Why: A quarter of Minnesota's users looked up people of their own last name more than chance would have
        it; an officer of Edmonds looked up the parents (Pioneer Press on the Minnesota Legislative Auditor,
        2013; The Columbian, 2016).
    Null: Each person met bears the surname as often as those whom other users of the agency meet, where few
        do as often as in the whole log (beta-binomial: families come together); and each namesake is come
        back to as often as anybody by the peers of the unit (the longest of so many). The two p-values are
        combined by Fisher's method. The users' own records are left out.
    Also fires on: A family that is known to the police and happens to bear the name; a surname frequent among
    the people of one quarter.
    Clears: A common surname, by itself; a call or case that names the person.
    Evades: Relatives of other names; plates that the log never ties to a name.
    """
    roster = roster_of(users.log, context)
    own = own_keys(users.log, context).filter(pl.col("user") >= 0)
    mine = of_pairs(users, own["user"].to_numpy(), own["subject"].to_numpy())
    named = users["surname"] != 0
    clear = users.counted.copy()
    clear[mine] = False
    first = once_each(users, clear & named)
    looker, surname = users.owner[first], users["surname"][first]
    peers = peering(users, context, least=3)
    home = users.log.texts.places[users.home][:, 0]
    met = np.bincount(looker, minlength=len(users))
    tested = np.flatnonzero((roster.surname != 0) & (met > 0) & peers.same_work)
    if not len(tested):
        return Signals.none(because="the roster gives no surname of a user who looked anybody up by name")
    hit = surname == roster.surname[looker]
    people = np.bincount(looker[hit], minlength=len(users))
    a, b = _law_of_name(looker, surname, users["subject"][first], home, roster.surname)
    p_people = kernels.beta_binomial_tail(people, met, a, b)

    back = returns(users, peers, users["subject"], clear, gap)
    bears = users.log.subjects.surname[back.subject] == roster.surname[back.user]
    bears &= (roster.surname[back.user] != 0) & (people[back.user] > 0)
    most = np.ones(len(users), np.int64)
    np.maximum.at(most, back.user[bears], back.days[bears])
    longest = back.law.tail(np.arange(len(users)), most)
    p_back = -np.expm1(people * np.log1p(-np.minimum(longest, 1 - 1e-12)))
    both = np.maximum(p_people * np.where(people > 0, p_back, 1.0), 1e-300)
    p = np.where(people > 0, both * (1 - np.log(both)), 1.0)

    actor = tested[(p[tested] <= WEAKEST) & (people[tested] > 0)].astype(np.int32)
    others = named & (users["surname"] == roster.surname[users.owner])
    others[mine] = False
    expected = met * a / (a + b)
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(users.actions(of_user(users, u, others)) for u in actor.tolist()),
        len(tested),
        measures={
            "people": ["one person" if people[u] == 1 else f"{people[u]} people" for u in actor],
            "returns": [
                f"one of them on {most[u]} different days" if most[u] > 1 else "each on one day"
                for u in actor.tolist()
            ],
            "met": met[actor],
            "expected": np.round(expected[actor], 2),
        },
        left_out=peers.left_out,
        standing=Standing(
            "people of the own surname, over what chance gives",
            np.where(roster.surname != 0, people / np.maximum(expected, 0.1), np.nan),
            np.zeros(len(users), np.int32),
            ("the users whose surname the roster gives",),
        ),
    )


def _law_of_name(
    looker: NDArray[np.int32],
    surname: NDArray[np.uint64],
    subject: NDArray[np.int32],
    home: NDArray[np.int32],
    own: NDArray[np.uint64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the beta law of how often others meet each user's surname.

    looker: (k,) int32, ascending, surname: (k,) uint64, subject: (k,) int32 of everybody met, once a user;
    home: (g,) int32, the user's agency; own: (g,) uint64. Returns two (g,) float64.
    """
    table = CodeTable(keep_text=False)
    name, mine = table.code_hashes(surname)[0], table.code_hashes(own)[0]
    n_names = len(table) + 1  # the last: of who has none
    mine = np.where(mine < 0, np.int32(n_names - 1), mine)
    met = np.bincount(looker, minlength=len(home))
    by_user = np.bincount(looker[name == mine[looker]], minlength=len(home))
    all_over = np.bincount(name, minlength=n_names)[mine] - by_user
    rate = (all_over + 0.5) / (len(looker) - met + 1)
    agency = home + 1
    starts, order = kernels.group(read_only(agency[looker]), int(home.max(initial=0)) + 2)
    there = Alike(starts, name[order], n_names)
    others = np.diff(starts)[agency] - met
    rate = (there.count(agency, mine) - by_user + LENT * rate) / (others + LENT)
    together = _families(
        Alike(np.append(0, np.cumsum(met)), name, n_names),
        there,
        Alike(starts, subject[order], int(subject.max(initial=0)) + 1),
    )
    known = 1 / (1 / (others + LENT) + together)  # the frequency is itself an estimate
    return rate * known, (1 - rate) * known


class Alike:
    """Who was met by each group of users, told by one code: how many have the same.

    everybody, same: ordered pairs of two met by one group, and those that have one code.
    """

    def __init__(self, starts: NDArray[np.int64], codes: NDArray[np.int32], n_codes: int) -> None:
        """starts: (g + 1,) int64; codes: (k,) int32 < n_codes, by group."""
        codes = read_only(codes)
        begins, rows, _ = kernels.recurring(starts, codes, n_codes)
        sizes = np.diff(begins)
        self.everybody = _ordered(np.diff(starts))
        self.same = _ordered(sizes)
        self._starts, self._codes, self._rows = starts, codes, rows
        self._opens, self._sizes = rows[begins[:-1]], sizes

    def count(self, group: NDArray[np.int32], code: NDArray[np.int32]) -> NDArray[np.int64]:
        """Count how many in some groups have some codes, (j,) int32 both -> (j,) int64."""
        once = np.ones(len(self._codes), np.bool_)
        once[self._rows] = False
        alone = np.flatnonzero(once)
        at = np.append(alone, self._opens)
        sizes = np.append(np.ones(len(alone), np.int64), self._sizes)
        keys = pair_keys(np.searchsorted(self._starts, at, side="right") - 1, self._codes[at])
        by_key = np.argsort(keys)
        return found(keys[by_key], sizes[by_key], pair_keys(group, code))


def _ordered(sizes: NDArray[np.int64]) -> int:
    """Count the ordered pairs of two of one kind. sizes: (k,) int64, how many are of each."""
    return int((sizes * (sizes - 1)).sum())


def _families(names_of_user: Alike, names_of_agency: Alike, people_of_agency: Alike) -> float:
    """Return how much likelier two people whom one user met share a name than two whom two users of an agency
    met: the correlation of a beta-binomial law, by its second moment. At least 0.
    """
    of_user, per_user = names_of_user.everybody, names_of_user.same
    # Two users' pairs of one and the same person say nothing of names.
    same = people_of_agency.same
    per_agency = names_of_agency.same - per_user - same
    of_agency = names_of_agency.everybody - of_user - same
    if min(of_user, of_agency) <= 0:
        return 0.0
    apart = per_agency / of_agency
    return max(0.0, (per_user / of_user - apart) / (1 - apart)) if apart < 1 else 0.0
