"""What work users do, told from what they ask of which file, where nobody says in which unit they are."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, Groups
from anomaly.coding.events import SYSTEM
from anomaly.coding.keys import KEY_KINDS
from anomaly.policy import REACH_CLASSES

LEAST_OF_KIND = 8  # users; as many as say what is usual in a unit
LEAST_DAYS = 10  # active, in each half: fewer do not tell what somebody's work is
# Adjusted Rand index of two halves of the days: "good recovery" (Steinley 2004, Psychological Methods 9:386).
AGREE = 0.8
MOST_CLASSES = 32  # of message keys; rarer ones are nobody's usual work
DEEPEST = 5  # partings of partings
WORDS = dict(
    zip(
        KEY_KINDS,
        (
            "people by number",
            "driver's licences",
            "FBI numbers",
            "state numbers",
            "names",
            "plates",
            "vehicle numbers",
            "names alone",
        ),
        strict=True,
    )
)
LIKE = "look-ups like theirs"

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def kinds_of_work(users: Groups) -> pl.Series | None:
    """Tell kinds of work apart by what users ask: (g,) String, a name for each user's, null for one without
    actions; None where the log shows no more than one kind.

    A user is described by the message keys of each active day (the kinds of subject, where one key is all),
    a key counted once a day: their shares, as square roots, by which the shares of a rare and of a common
    key are equally uncertain (Hellinger's distance). Users are parted in two, and each part again, by k-means
    from the two sides of the first principal axis, which needs no seed and no order of users. A parting
    stands only where both parts have `LEAST_OF_KIND` users, and where the odd and the even days of the same
    users, parted apart, agree on who belongs together (`AGREE`). So how many kinds there are is the log's to
    say, and where users differ by chance or by degree it is one. Users of few days, and a handful that are
    like nobody, are put with the nearest kind.

    How far misuse can choose a user's peers: a harvest of thousands in a night is one mark, on one day; to
    change sides, more than half of the difference between two kinds of work must be in it, day after day.
    Hours, weekdays, volume, purposes, reasons, case numbers, who is looked up and how often are what
    detectors test, and are no part of it.
    """
    with _LOCK:
        if not _TOLD or _TOLD[0][0]() is not users.log:
            _TOLD[:] = [(weakref.ref(users.log), told(users))]
        return _TOLD[0][1]


_LOCK = threading.Lock()
_TOLD: list[tuple[weakref.ref[CodedLog], pl.Series | None]] = []  # of the last log: a score of detectors ask


def told(users: Groups) -> pl.Series | None:
    """Tell the kinds anew, see `kinds_of_work`."""
    marks, days, names = _marks(users)
    whole, odd, even = (_described(part) for part in (marks.sum(axis=0), *marks))
    parts = _parted(np.flatnonzero((days >= LEAST_DAYS).all(axis=0)), (whole, odd, even), DEEPEST)
    if len(parts) < 2:
        return None
    centres = np.array([whole[part].mean(axis=0) for part in parts])
    kind = np.where(days.sum(axis=0) > 0, _nearest(whole, centres), -1)
    said = _named(np.array([(whole[part] ** 2).mean(axis=0) for part in parts]), names)
    return pl.Series("kind", said, dtype=pl.String).gather(pl.Series(kind).replace(-1, None))


def _marks(users: Groups) -> tuple[Codes, Codes, list[str]]:
    """Count the odd and the even active days on which a user asks each class, (2, g, c) int64, and any class,
    (2, g) int64; name the classes.
    """
    log, count = users.log, len(users)
    if len(log.texts["asked"]) > 1:
        column, names = log.actions.asked, _keys(log)
    else:
        column, names = log.column("kind"), list(WORDS.values())
    held = np.bincount(column[(column >= 0) & (column < len(names))], minlength=len(names))
    kept = np.sort(np.argsort(-held, kind="stable")[:MOST_CLASSES])
    place = np.full(256 + len(names), len(kept), np.int64)  # 255 is a subject of no kind, -1 no key
    place[kept] = np.arange(len(kept))
    owner, day = users.owner, users["day"]
    new = np.ones(len(day), np.bool_)
    new[1:] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    whose = owner[new]
    asked = np.zeros((len(kept) + 1, len(whose)), np.bool_)
    at = place[column[users.actions(np.ones(len(day), np.bool_))]]
    asked.ravel()[at * len(whose) + np.cumsum(new) - 1] = True
    of_user = np.bincount(whose, minlength=count)
    half = (np.arange(len(whose)) - (np.cumsum(of_user) - of_user)[whose]) % 2
    row = half * count + whose
    marks = np.array([np.bincount(row[on], minlength=2 * count) for on in asked[:-1]], np.int64)
    days = np.bincount(row[asked[:-1].any(axis=0)], minlength=2 * count)
    return marks.T.reshape(2, count, len(kept)), days.reshape(2, count), [names[k] for k in kept.tolist()]


def _keys(log: CodedLog) -> list[str]:
    """Name what is asked, with what it reaches where the policy says so: `vehicle RQ`."""
    texts = log.texts["asked"]
    reach = [REACH_CLASSES[at].replace("_", " ") for at in log.policy.reach_of_keys(texts).tolist()]
    return [
        text.removeprefix(SYSTEM) if at == "unknown" else f"{at} {text}"
        for text, at in zip(texts.to_list(), reach, strict=True)
    ]


def _described(marks: Codes) -> Floats:
    """Return the square roots of each user's shares, (g, c) -> (g, c)."""
    return np.asarray(np.sqrt(marks / np.maximum(marks.sum(axis=1, keepdims=True), 1)))


def _parted(who: Codes, described: tuple[Floats, Floats, Floats], deep: int) -> list[Codes]:
    """Part users as long as the halves agree. described: by all days, by odd, by even ones, (g, c) each."""
    core = who
    while deep and len(core) >= 2 * LEAST_OF_KIND:
        side, odd, even = (_bisected(part[core]) for part in described)
        if side is None:
            break
        sizes = np.bincount(side, minlength=2)
        if sizes.min() < LEAST_OF_KIND:
            core = core[side == sizes.argmax()]
        elif odd is None or even is None or _agreement(odd, even) < AGREE:
            break
        else:
            return [part for s in (0, 1) for part in _parted(core[side == s], described, deep - 1)]
    return [who]


def _bisected(rows: Floats) -> Codes | None:
    """Part rows (n, c) in two by k-means from the sides of the first principal axis: (n,) 0 or 1; None where
    all are alike.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    centred = rows - rows.mean(axis=0)
    along = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -1]
    if np.ptp(along) < 1e-6:
        return None
    begin = np.array([rows[along <= 0].mean(axis=0), rows[along > 0].mean(axis=0)])
    with threadpool_limits(1, "openmp"):  # threads would add up in an order of their own
        side: Codes = KMeans(2, init=begin, n_init=1).fit(rows).labels_.astype(np.int64)
    return side


def _agreement(one: Codes, other: Codes) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


def _nearest(rows: Floats, centres: Floats) -> Codes:
    """Return the nearest centre of each row, (g,) int64."""
    far = np.array([((rows - centre) ** 2).sum(axis=1) for centre in centres])
    return np.asarray(np.round(far, 9).argmin(axis=0), np.int64)


def _named(shares: Floats, names: Sequence[str]) -> list[str]:
    """Name each kind by what it asks most, and by what it asks more than any other kind does.

    shares: (k, c) float64, the mean shares of each kind. Names that would be the same are numbered.
    """
    said: list[str] = []
    for at, share in enumerate(shares):
        ahead = share - np.delete(shares, at, axis=0).max(axis=0)
        most, more = names[int(share.argmax())], names[int(ahead.argmax())]
        also = f", more {more} than others" if ahead.max() > 0 and more != most else ""
        name = f"{LIKE} (mostly {most}{also})"
        same = sum(one.startswith(name) for one in said)
        said.append(f"{name} {same + 1}" if same else name)
    return said
