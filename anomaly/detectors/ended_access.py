"""Queries by an agency whose access had ended."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import Days, Signals, Standing, detector
from anomaly.detectors.since import split


@detector(
    group="agency",
    needs=("agency",),
    tables=("agencies",),
    clears=("test record",),
    category="access control",
    rule="ended-access",
    weight=0.95,
    says="{agency} had no access to the system {when}, and made {events} look-ups between {first} "
    "and {last}.",
)
def ended_access(agencies: Groups, context: Context, *, grace: Days = 1) -> Signals:
    """An agency queries after its access ended, or before it began.

    Why: ICE's deportation officers lost CLETS access on 15 October 2019; access has dates (EFF, December
    2019).
    Null: None: a rule. A look-up counts when its local day lies more than `grace` days past the last day of
        access, or that far before the first.
    Also fires on: A table that lags behind; a sister component under the same name; queued messages; time
    zones.
    Clears: A letter of the state with the effective time; a corrected table.
    Evades: Asking another agency to look.
    """
    access = (
        pl.DataFrame({"agency": agencies.labels()})
        .join(
            context["agencies"].unique("agency", keep="last", maintain_order=True),
            on="agency",
            how="left",
            maintain_order="left",
        )
        .select(
            pl.col("access_from").to_physical().fill_null(-(2**31) + 1),
            pl.col("access_to").to_physical().fill_null(2**31 - 1),
        )
    )
    first, last = (
        access["access_from"].to_numpy().astype(np.int64),
        access["access_to"].to_numpy().astype(np.int64),
    )
    owner, day = agencies.owner, agencies["day"]
    late, early = day > last[owner] + grace, day < first[owner] - grace
    without = (late | early) & agencies.counted
    without &= agencies["time"] < agencies.log.policy.rule("ended-access").span()[1]
    actor, actions = split(agencies, without, np.zeros_like(without))
    events = np.bincount(owner[without], minlength=len(agencies))
    late_too = np.bincount(owner[late & without], minlength=len(agencies))[actor] > 0
    when = [
        f"after {_date(last[a])}" if is_late else f"before {_date(first[a])}"
        for a, is_late in zip(actor.tolist(), late_too, strict=True)
    ]
    return Signals.of_rule(
        actor,
        0.9,
        actions,
        len(agencies),
        measures={"events": events[actor], "when": when},
        standing=Standing(
            "look-ups without access",
            events.astype(float),
            np.zeros(len(agencies), np.int32),
            ("the agencies in the log",),
        ),
    )


def _date(day: int) -> str:
    return str(np.datetime64(int(day) * DAY, "ms").astype("datetime64[D]"))
