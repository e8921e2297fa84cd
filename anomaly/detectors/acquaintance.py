"""Who of the subjects is somebody to the user, and how often work alone would bring them up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import distinct, gather, read_only
from anomaly.context import Context
from anomaly.detectors.case_work import found, pair_keys
from anomaly.detectors.hurdle import Law, law_of_peers
from anomaly.detectors.lookers import places_of
from anomaly.detectors.met import once_each
from anomaly.detectors.pairs import pairs_of, sum_each
from anomaly.detectors.peers import Peering

APPLICANT = "J"  # purpose code: criminal-justice employment (NIEM, RapSheetPurposeCodeSimpleType)

# A place or a case with more people than this ties nobody: a hospital, a jail, a station.
CROWD = 8


@dataclass(frozen=True)
class Returns:
    """On how many days each user looked up each subject, unexplained look-ups alone; pairs by user, those
    with one look-up left out.

    user, subject: (k,) int32; days: (k,) int64; law: of how many days, by user.
    """

    user: NDArray[np.int32]
    subject: NDArray[np.int32]
    days: NDArray[np.int64]
    law: Law


def returns(
    users: Groups, peers: Peering, every: NDArray[np.int32], chosen: NDArray[np.bool_], gap: int = 30
) -> Returns:
    """Count days of users and subjects, and fit the law of peers to them.

    every: (m,) int32, the subjects; chosen: (m,) bool, the look-ups that count; gap: minutes within which
    midnight makes no new day.
    """
    pairs = pairs_of(users, every)
    alone = pairs.alone

    def tell(part: Groups) -> NDArray[np.int64]:
        rows = slice(part.begin, part.begin + int(part.starts[-1]))
        some = alone[rows]
        return np.stack([sum_each(part.starts, one) for one in (some, some & chosen[rows])])

    met_once, open_once = np.concatenate(users.each(tell), axis=1)
    in_all, seen = (
        pairs.seen(some, gap) for some in (np.ones(len(pairs.rows), np.bool_), chosen[pairs.rows])
    )
    met, open_ = pairs.looked_up(in_all, met_once), pairs.looked_up(seen, open_once)
    group = np.maximum(peers.code, 0)  # too few users for any group are one
    law = law_of_peers(
        pairs.at_least(seen, open_once),
        pairs.at_least(in_all, met_once),
        open_ / np.maximum(met, 1),
        group,
        peers.kin,
    )
    some = np.flatnonzero(seen.days)
    return Returns(pairs.user[some], pairs.subject[some], seen.days[some].astype(np.int64), law)


def chance_to_meet(
    users: Groups, chosen: NDArray[np.bool_], user: NDArray[np.int32], subject: NDArray[np.int32]
) -> NDArray[np.float64]:
    """P(work brings the subject up for the user at all), from how often colleagues of the agency meet them.

    chosen: (m,) bool, the look-ups that count; user, subject: (k,) int32. Returns (k,) float64. Whom nobody
    else met is as likely as one meeting spread over all subjects of the agency (Laplace's rule of
    succession).
    """
    home = users.log.texts.places[users.home][:, 0].astype(np.int64)
    first = once_each(users, chosen)
    looked, begins = gather(users["subject"], first), np.searchsorted(first, users.starts)
    of_user = np.diff(begins)
    looker = np.repeat(np.arange(len(users)), of_user)
    met = np.bincount(home + 1, of_user, int(home.max(initial=-1)) + 2).astype(np.int64)
    of_agencies = looked[places_of(begins, np.argsort(home, kind="stable"))]
    of_agencies = read_only(of_agencies)
    known = kernels.distinct_of_many(np.append(0, np.cumsum(met)), of_agencies)
    asked = np.zeros(len(users.log.subjects) + 1, np.bool_)
    asked[subject] = True
    some = np.flatnonzero(asked[looked])
    looker, looked = looker[some], looked[some].astype(np.int64)
    agency = home[looker]
    pair, count = np.unique((agency + 1) << 32 | looked, return_counts=True)
    wanted = (home[user] + 1) << 32 | subject
    at = np.minimum(np.searchsorted(pair, wanted), max(len(pair) - 1, 0))
    by_agency = np.where(pair[at] == wanted, count[at], 0) if len(pair) else np.zeros(len(user), np.int64)
    own = np.isin(user.astype(np.int64) << 32 | subject, looker.astype(np.int64) << 32 | looked)
    others = met[home[user] + 1] - of_user[user]
    rate = (by_agency - own + 1) / (others + np.maximum(known[home[user] + 1], 1))
    return -np.expm1(-of_user[user] * rate)


def of_pairs(users: Groups, user: NDArray[np.int32], subject: NDArray[np.int32]) -> NDArray[np.int64]:
    """Find the look-ups of some pairs of user and subject. user, subject: (k,) int32, -1 nobody. Returns
    (r,) int64 places, ascending.
    """
    pairs = distinct(pair_keys(user, subject))
    asked = np.zeros(len(users.log.subjects) + 1, np.bool_)
    asked[subject[subject >= 0]] = True

    def tell(part: Groups) -> NDArray[np.int64]:
        whom = part["subject"]
        some = np.flatnonzero(asked[whom])
        key = pair_keys(part.owner[some] + np.int32(part.first), whom[some])
        return part.begin + some[found(pairs, np.ones_like(pairs), key) > 0]

    return np.concatenate([np.zeros(0, np.int64), *users.each(tell)])


def of_user(users: Groups, user: int, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the places of a user's chosen look-ups. chosen: (m,) bool. Returns (k,) int64."""
    begin, end = users.starts[user], users.starts[user + 1]
    return np.asarray(begin + np.flatnonzero(chosen[begin:end]), np.int64)


def among(users: Groups, user: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of some places, ascending, that are a user's. rows: (r,) int64. Returns (k,) int64."""
    begin, end = np.searchsorted(rows, users.starts[user : user + 2])
    return rows[begin:end]


def different(users: Groups, name: str, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the different values of a column among the chosen look-ups of each user, (g,) int64. chosen: (m,)
    bool, or their places.
    """
    pairs = distinct(users.owner[chosen].astype(np.int64) << 32 | users[name][chosen])
    return np.bincount(pairs >> 32, minlength=len(users))


def as_applicants(users: Groups, context: Context) -> NDArray[np.bool_]:
    """Mark look-ups for criminal-justice employment: the purpose says so, and where applications are given
    (`permits`), the subject stands in one. Returns (m,) bool.
    """
    purposes = users.log.texts["purpose"].str.to_uppercase() == APPLICANT
    stated: NDArray[np.bool_] = np.append(purposes.fill_null(False).to_numpy(), np.False_)[users["purpose"]]
    if "permits" not in context:
        return stated
    applied = np.zeros(len(users.log.subjects) + 1, np.bool_)
    codes = users.log.subjects.lookup(context["permits"]["subject"].cast(pl.String))
    applied[codes[codes >= 0]] = True
    asked: NDArray[np.bool_] = stated & applied[users["subject"]]
    return asked
