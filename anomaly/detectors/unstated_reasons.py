"""One user whose reasons are missing or vague where the unit's are not."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering
from anomaly.detectors.purposes import reasons_of, said_elsewhere, usual_rate
from anomaly.detectors.tally import OCCASION, Marks, split_marked, tally

WORD = r"\p{L}{3}"  # a reason without three letters on end is a sign: `.`, `x`, `na`, `123`


@detector(
    group="user",
    needs=("reason",),
    uses=("agency", "unit", "message_key", "system", "attention", "case_number"),
    clears=(
        *("case", "call", "partner", "booking", "for an officer", "bulletin", "permit"),
        *("test record", "service account"),
    ),
    circumstance=True,
    category="record keeping",
    rule="ab1747-reason",
    weight=0.3,
    says="{user} gave no reason or a vague one for {events} look-ups between {first} and {last} that nothing "
    "explains ({missing} without any{signs}), of {asked} that need one: in {times} quarters of an hour of "
    "{chances}, where others of {peers} do in {usual} of 1,000{own}.",
)
def unstated_reasons(users: Groups, context: Context) -> Signals:
    """A user leaves the reason out, or writes what says nothing, much more than the unit does.

    Why: A Milwaukee officer's searches of two people always said "investigation" (Fox6 News Milwaukee, 2026);
        the law wants a reason for every inquiry beyond criminal history since July 2021 (AB 1747).
    Null: Quarters of an hour are counted, not look-ups: who runs every car of a lot types one reason for all.
        Users of the unit leave unexplained look-ups without a telling reason in as many of theirs with a
        look-up that needs one (beta-binomial, the user left out). And the user is no vaguer where nothing
        explains the look-up than beside a case, a call or a case number (the predictive law of those); the
        larger p-value counts: a careless writer is careless everywhere. A mere sign (`.`, `x`, `123`) answers
        a field that asks, and is typed as often as peers do, with a case or without (beta-binomial). Twice
        the smaller of the two counts.
    Also fires on: Statutory exceptions; a device without a keyboard; a new user.
    Clears: A case, call, booking, bulletin or application with that person; a case number or a telling
        attention field beside the reason; an exception code.
    Evades: A false but specific reason.
    """
    wordless = np.append(~users.log.texts["reason"].str.contains(WORD).to_numpy(), np.False_)
    marked = partial(_marks, wordless=wordless)
    asked, events, missing, _, _, _, signs = tally(users, marked)
    n, k, _, own_n, own_k, open_n, n_signs = tally(users, marked, occasion=OCCASION)
    peers = peering(users, context)
    group = np.where((n > 0) & peers.same_work, peers.code, -1).astype(np.int32)
    if not (group >= 0).any():
        return Signals.none(because="no unit has 8 users to compare")
    careless = np.maximum(rate_tail(k, n, group), _by_own_habit(k, open_n, own_k, own_n))
    by_sign = rate_tail(n_signs, n, group)
    p = np.minimum(2 * np.minimum(careless, by_sign), 1.0)
    listed = (k + n_signs > 0) & (p <= WEAKEST)
    actor, actions = split_marked(users, listed, partial(_told, wordless=wordless))
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int((group >= 0).sum()),
        measures={
            "events": events[actor],
            "missing": missing[actor],
            "signs": [f", {a:,} of all with a mere sign" if a else "" for a in signs[actor].tolist()],
            "asked": asked[actor],
            "times": k[actor],
            "chances": n[actor],
            "usual": usual_rate(k, n, group, actor),
            "peers": [peers.names[code] for code in group[actor]],
            "own": [
                f"; of the user's own with a case or a number, {a:,} of {b:,}" if b else ""
                for a, b in zip(own_k[actor].tolist(), own_n[actor].tolist(), strict=True)
            ],
        },
        left_out=peers.left_out,
        standing=Standing(
            "% of quarters of an hour with a missing or vague reason, unexplained",
            np.where(group >= 0, np.round(100 * k / np.maximum(n, 1), 2), np.nan),
            group,
            peers.names,
        ),
    )


def _marks(part: Groups, wordless: Marks) -> tuple[Marks, ...]:
    """Mark, (m,) bool each, the look-ups that need a reason; those with a poor one that nothing explains, and
    of these the ones without any; those that something explains, and of these the poor ones; those that
    nothing explains; and those whose reason holds no word: not those without any. wordless: (r + 1,) bool by
    reason code.
    """
    said, elsewhere = reasons_of(part), said_elsewhere(part)
    explained = said.needed & (~part.counted | elsewhere)
    open_ones = said.poor & ~explained
    signs = said.poor & ~elsewhere
    at = np.flatnonzero(signs)
    signs[at] = wordless[part["reason"][at]]
    poor_ones, rest = explained & said.poor, said.needed & ~explained
    return said.needed, open_ones, open_ones & said.missing, explained, poor_ones, rest, signs


def _told(part: Groups, wordless: Marks) -> tuple[Marks, Marks]:
    """Mark the look-ups that a signal counts, and all that it is about."""
    _, open_ones, _, _, poor_ones, _, signs = _marks(part, wordless)
    return open_ones | signs, open_ones | poor_ones


def _by_own_habit(
    k: NDArray[np.int64], n: NDArray[np.int64], own_k: NDArray[np.int64], own_n: NDArray[np.int64]
) -> NDArray[np.float64]:
    """P(X >= k) of n, at the rate that own_k of own_n show (Jeffreys' predictive law); 0 where nothing is
    explained and no habit known. (g,) int64 each. Returns (g,) float64.
    """
    p = kernels.beta_binomial_tail(k, n, own_k.astype(float) + 0.5, (own_n - own_k).astype(float) + 0.5)
    return np.where(own_n > 0, p, 0.0)
