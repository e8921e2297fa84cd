"""Queries by an agency whose access had ended."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import Days, Signals, Standing, detector
from anomaly.detectors.tally import Marks, split_marked, tally

FAR = 2**31 - 1  # day of an access that has no end


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
            pl.col("access_from").to_physical().fill_null(-FAR),
            pl.col("access_to").to_physical().fill_null(FAR),
        )
    )
    first, last = (
        access["access_from"].to_numpy().astype(np.int64),
        access["access_to"].to_numpy().astype(np.int64),
    )
    until = agencies.log.policy.rule("ended-access").span()[1]
    marked = partial(_marks, first=first - grace, last=last + grace, until=until)
    events, late = tally(agencies, marked)
    actor, actions = split_marked(agencies, events > 0, marked)
    when = [
        f"after {_date(last[a])}" if is_late else f"before {_date(first[a])}"
        for a, is_late in zip(actor.tolist(), late[actor] > 0, strict=True)
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


def _marks(
    part: Groups, first: NDArray[np.int64], last: NDArray[np.int64], until: int
) -> tuple[Marks, Marks]:
    """Mark the look-ups on days without access, and those of them after it. first, last: (g,) int64, days;
    until: ms UTC.
    """
    its, sizes = slice(part.first, part.first + len(part)), np.diff(part.starts)
    if (first[its] <= -FAR).all() and (last[its] >= FAR).all():
        nothing = np.zeros(int(part.starts[-1]), np.bool_)
        return nothing, nothing
    day = part["day"]
    late, early = day > np.repeat(last[its], sizes), day < np.repeat(first[its], sizes)
    without = (late | early) & part.counted & (part["time"] < until)
    return without, late & without


def _date(day: int) -> str:
    return str(np.datetime64(int(day) * DAY, "ms").astype("datetime64[D]"))
