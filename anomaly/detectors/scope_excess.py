"""Searches much wider than the colleagues'."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Share, Signals, detector
from anomaly.detectors.peers import peering
from anomaly.detectors.rates import Rate, strangest, with_measures


@detector(
    group="user",
    needs=("networks",),
    uses=("agency", "unit", "subject"),
    clears=(
        *("case", "call", "bulletin", "stated program", "test record", "stated test"),
        *("program's text", "service account"),
    ),
    practice=True,
    category="unauthorized purpose",
    weight=0.7,
    says="{user} {seen}, compared with {peers}; the middle one of them went to {reached} networks, of all "
    "searches there to {median}.",
)
def scope_excess(users: Groups, context: Context, *, times_wider: int = 10, setting: Share = 0.99) -> Signals:
    """One user searches the cameras of the whole country, where colleagues ask the neighbours.

    Why: A search for one woman went to 6,809 networks with 83,345 cameras (EFF, 2025); a narrow need seldom
        asks for so many.
    Null: The share of a user's searches that reach at least `times_wider` times as many networks as the
        middle search of the peers varies among them by a beta-binomial law, the user left out.
    Also fires on: A kidnapping, a fugitive; a task force of one. A user (almost) all of whose searches are
        of one width (`setting`) has not chosen it, but never changed what the program was set to, and is not
        tested.
    Clears: A bulletin, a case or call with that plate; a record of the default setting; a stated test or
        training, which is often as wide as the program allows.
    Evades: Many narrow searches; making every search wide.
    """
    peers = peering(users, context)
    networks, owner = users["networks"], users.owner
    asked = networks >= 0
    frame = pl.DataFrame(
        {"user": owner[asked], "peer": peers.code[owner[asked]], "networks": networks[asked]}
    )
    middle = np.zeros(int(peers.code.max(initial=0)) + 2)
    medians = frame.group_by("peer").agg(pl.col("networks").median())
    middle[medians["peer"].to_numpy()] = medians["networks"].to_numpy()
    asked &= ~_settings(frame, len(users), setting)[owner]
    wide = asked & users.counted & (networks >= times_wider * np.maximum(middle[peers.code[owner]], 1))
    words = f"made {{times}} of {{chances}} searches {times_wider} times as wide as usual, or wider"
    counts = [np.bincount(owner[rows], minlength=len(users)).astype(np.int64) for rows in (wide, asked)]
    if not counts[1].any():
        return Signals.none(because="every user's searches are of one width, which is a setting")
    signals = strangest(users, peers, [Rate(words, wide, *counts)], "searches much wider than usual")
    reached = [float(np.median(users.log.actions.networks[rows])) for rows in signals.actions]
    usual = [float(middle[peers.code[user]]) for user in signals.actor.tolist()]
    return with_measures(
        signals, reached=[f"{value:,.0f}" for value in reached], median=[f"{value:,.0f}" for value in usual]
    )


def _settings(searches: pl.DataFrame, n_users: int, most: Share) -> NDArray[np.bool_]:
    """Mark the users, (g,) bool, nearly all of whose searches are of one width."""
    width = (
        searches.group_by("user", "networks")
        .len()
        .group_by("user")
        .agg(pl.col("len").max(), n=pl.col("len").sum())
    )
    fixed = width.filter((pl.col("len") >= most * pl.col("n")) & (pl.col("n") > 1))
    marked = np.zeros(n_users, np.bool_)
    marked[fixed["user"].to_numpy()] = True
    return marked
