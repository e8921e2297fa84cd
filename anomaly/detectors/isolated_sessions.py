"""Single look-ups between long silences."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import HOUR
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Hours, Minutes, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.pairs import MINUTE
from anomaly.detectors.peers import peering
from anomaly.detectors.tally import Marks, split_marked


@detector(
    group="user",
    uses=("agency", "unit"),
    clears=("call", "on duty", "test record", "stated test", "program's text", "service account"),
    category="credential misuse",
    weight=0.7,
    circumstance=True,
    says="{isolated} of the {sessions} sessions of {user} are at most {most} look-ups between silences of "
    "{silence} hours or more; for users of {peers}, {usual} in 100 are.",
)
def isolated_sessions(
    users: Groups,
    context: Context,
    *,
    silence: Hours = 8,
    most_actions: int = 2,
    most_minutes: Minutes = 30,
    least_sessions: int = 20,
) -> Signals:
    """A user logs in for one or two look-ups between long silences, more often than peers do.

    Why: A session of one query bracketed by eight hours of silence is no shift; a public log site found
        cases by it (haveibeenflocked.com, "Isolated Session").
    Null: Short sessions among all sessions follow the peers' rate with the peers' spread (binomial, rates
        beta or log-normal, whichever tail is longer, the user left out; tempered by how often small p-values
        turn up in the log). A user most of whose sessions are so has no sessions of work that they are
        exceptions from: not tested, and nobody's peer.
    Also fires on: Call-outs; somebody on call; a supervisor who queries once or twice on many days.
    Clears: A shift, overtime or call-out record; a service account; test records.
    Evades: Misuse inside ordinary shifts.
    """
    found = partial(_sessions, silence=silence * HOUR, most=most_actions, longest=most_minutes * MINUTE)
    tell = partial(_told, found=found)
    sessions, isolated = np.concatenate(users.each(tell), axis=1)
    if not sessions.any():
        return Signals.none()
    peers = peering(users, context)
    works = (sessions >= least_sessions) & (2 * isolated <= sessions)
    code = np.where(works & peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    p = rate_tail(isolated, sessions, code)
    actor, actions = split_marked(users, (p <= WEAKEST) & (isolated >= 3), partial(_about, found=found))
    of_group, of_all = (np.bincount(code + 1, each)[code[actor] + 1] for each in (isolated, sessions))
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int((code >= 0).sum()),
        measures={
            "isolated": isolated[actor],
            "sessions": sessions[actor],
            "most": np.full(len(actor), most_actions),
            "silence": np.full(len(actor), silence),
            "usual": np.round(100 * (of_group / of_all), 1),
            "peers": [peers.names[code[u]] for u in actor],
        },
        left_out=peers.left_out,
        standing=Standing(
            "% of sessions that are isolated",
            np.where(code >= 0, 100 * isolated / np.maximum(sessions, 1), np.nan),
            code,
            peers.names,
        ),
    )


Found: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], Marks]


def _sessions(part: Groups, silence: int, most: int, longest: int) -> Found:
    """Return where each session begins, and the end, (s + 1,) int64; its user, (s,) int32; and whether it is
    of so few look-ups in so short a time, none of them explained, (s,) bool. silence, longest: ms.
    """
    time = part["time"]
    begins, owner = kernels.sessions(part.starts, time, silence)
    isolated = np.diff(begins) <= most
    short = np.flatnonzero(isolated)
    isolated[short] = time[begins[short + 1] - 1] - time[begins[short]] <= longest
    explained = np.flatnonzero(~part.counted)
    isolated[np.searchsorted(begins, explained, side="right") - 1] = False
    return begins, owner, isolated


def _told(part: Groups, found: Callable[[Groups], Found]) -> NDArray[np.int64]:
    """Count each user's sessions, and the isolated ones, (2, g) int64."""
    _, owner, isolated = found(part)
    return np.stack([np.bincount(each, minlength=len(part)) for each in (owner, owner[isolated])])


def _about(part: Groups, found: Callable[[Groups], Found]) -> tuple[Marks, Marks]:
    begins, _, isolated = found(part)
    about = np.repeat(isolated, np.diff(begins))
    return about, about
