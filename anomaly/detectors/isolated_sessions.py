"""Single look-ups between long silences."""

from __future__ import annotations

import numpy as np

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import HOUR
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Hours, Minutes, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering


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
    begins, owner = kernels.sessions(users.starts, users["time"], silence * HOUR)
    if not len(owner):
        return Signals.none()
    size = np.diff(begins)
    length = users["time"][begins[1:] - 1] - users["time"][begins[:-1]]
    explained = np.diff(np.searchsorted(np.flatnonzero(~users.counted), begins))
    short = (size <= most_actions) & (length <= most_minutes * 60_000) & (explained == 0)
    sessions = np.bincount(owner, minlength=len(users))
    isolated = np.bincount(owner[short], minlength=len(users))
    peers = peering(users, context)
    works = (sessions >= least_sessions) & (2 * isolated <= sessions)
    code = np.where(works & peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    p = rate_tail(isolated, sessions, code)
    actor = np.flatnonzero((p <= WEAKEST) & (isolated >= 3)).astype(np.int32)
    in_short = np.repeat(short, size)
    usual = [isolated[code == code[u]].sum() / sessions[code == code[u]].sum() for u in actor]
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(
            users.actions(users.starts[u] + np.flatnonzero(in_short[users.starts[u] : users.starts[u + 1]]))
            for u in actor
        ),
        int((code >= 0).sum()),
        measures={
            "isolated": isolated[actor],
            "sessions": sessions[actor],
            "most": np.full(len(actor), most_actions),
            "silence": np.full(len(actor), silence),
            "usual": np.round(100 * np.array(usual, float), 1),
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
