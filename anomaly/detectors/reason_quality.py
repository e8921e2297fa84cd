"""Missing and vague reasons as the habit of an agency."""

from __future__ import annotations

import numpy as np

from anomaly.coding import Groups, Some
from anomaly.context import Context
from anomaly.detectors.contract import Share, Signals, Standing, detector
from anomaly.detectors.purposes import reasons_of, said_elsewhere
from anomaly.detectors.tally import Marks, split_marked, tally


@detector(
    group="agency",
    needs=("reason",),
    uses=("agency", "message_key", "system", "attention", "case_number"),
    clears=("test record", "service account"),
    category="record keeping",
    rule="ab1747-reason",
    weight=0.3,
    circumstance=True,
    says="{missing_share} % of the look-ups of {agency} that need a reason have none and "
    "{vague_share} % a vague one "
    "({missing} and {vague} of {asked}): perhaps a matter for training, and not of one person.",
)
def reason_quality(
    agencies: Groups,
    context: Context,
    *,
    least_missing: Share = 0.05,
    least_vague: Share = 0.5,
    least_actions: int = 50,
) -> Signals:
    """An agency leaves reasons blank, or writes what says nothing.

    Why: Since 1 July 2021 AB 1747 requires a reason for every CLETS inquiry beyond criminal history;
        "investigation" is the commonest reason in public logs and hides everything (AB 1747; Eyes Off Eugene
        2025).
    Null: None: a rule and a rate. Listed when one look-up in twenty has no reason, or most have a vague one:
    some vagueness is everywhere. Look-ups with a case number or a telling attention field, written by a
    program, tests, and look-ups of criminal history alone are not counted.
    Also fires on: A system that keeps the reason in another field; statutory exceptions; a vendor's export
    that drops the text.
    Clears: A parser that maps the field; an exception code; service accounts.
    Evades: A false but specific reason.
    """
    asked, poor, missing = tally(agencies, _marks)
    vague = poor - missing
    some = np.maximum(asked, 1)
    share = (missing + vague) / some
    listed = ((missing / some >= least_missing) | (vague / some >= least_vague)) & (asked >= least_actions)
    actor, actions = split_marked(agencies, listed, _told)
    tested = int((asked >= least_actions).sum())
    return Signals.of_rule(
        actor,
        0.1 + 0.2 * share[actor],
        actions,
        tested,
        measures={
            "missing": missing[actor],
            "vague": vague[actor],
            "asked": asked[actor],
            "missing_share": np.round(100 * missing[actor] / asked[actor], 1),
            "vague_share": np.round(100 * vague[actor] / asked[actor], 1),
        },
        standing=Standing(
            "% of look-ups with a missing or vague reason",
            np.where(asked >= least_actions, np.round(100 * share, 2), np.nan),
            np.zeros(len(agencies), np.int32),
            ("the agencies in the log",),
        ),
    )


def _marks(part: Groups) -> tuple[Marks, ...]:
    """Mark the look-ups that need a reason, those of them with a poor one, and those without any."""
    said, counted = reasons_of(part), part.counted
    poor = said.poor & counted
    some = np.flatnonzero(poor)
    poor[some] = ~said_elsewhere(Some(part, some))
    return said.needed & counted, poor, poor & said.missing


def _told(part: Groups) -> tuple[Marks, Marks]:
    poor = _marks(part)[1]
    return poor, poor
