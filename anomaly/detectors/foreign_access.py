"""Agencies from outside the state, or federal ones, search local plate readers."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups, Some
from anomaly.coding.gather import distinct
from anomaly.context import Context
from anomaly.detectors.contract import Signals, Standing, detector
from anomaly.detectors.federal import federal_of
from anomaly.detectors.purposes import distinct_of, in_force, plate_readers
from anomaly.detectors.since import split_some
from anomaly.detectors.tally import Marks, those

STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH"
    "|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
# "Houston TX PD" in camera networks; the first two characters of an ORI, which has nine.
IN_A_NAME = rf"(?:,\s*|\s)({STATES})(?:\s+(?i:PD|SO|Police|Sheriff|DPS|County|City|Dept)\b|\s*$)"
IN_AN_ORI = rf"^({STATES})[A-Z0-9]{{7}}$"
OUTSIDE = r"(?i)out.?of.?state|other.?state|foreign"  # kinds of an agencies table


@detector(
    group="agency",
    needs=("agency",),
    uses=("system", "message_key", "networks", "subject"),
    clears=("test record",),
    category="access control",
    rule="sb34-alpr",
    weight=0.8,
    says="{agency}, {what}, searched local plate readers {events} times between {first} and {last}{plates}. "
    "California reads SB 34 so that such records are not shared with it, a reading "
    "that some cities contest: a matter of the network's settings, for review.",
)
def foreign_access(agencies: Groups, context: Context) -> Signals:
    """An agency from outside the state, or a federal one, searches the plate readers of local agencies.

    Why: San Francisco's cameras were searched 1.6 million times from other states, 19 times or more for ICE
        (EFF and ACLU, 2025); the Attorney General sued El Cajon over such access (KPBS, October 2025).
    Null: None: a rule about agencies. An agency is outside where the agencies table says federal or another
        state, where its name or ORI names another state, where a camera network marks it as federal, or where
        it alone is missing from the table. Nobody is listed by state where most agencies of the log are of
        another state than the rule's, and nobody at all where states are known and none is the rule's.
    Also fires on: A look-alike name; an agency of the state whose row is missing in the table.
    Clears: The state's bulletin of October 2023 read with the city's counsel; a court order; a setting that
        has since been closed.
    Evades: A local user who searches for the other agency (`immigration_proxy`).
    """
    searched, counted = those(agencies, _searches)
    owner = searched.owner
    what = _outside(agencies, context, distinct(owner))
    foreign = np.array([bool(text) for text in what], np.bool_)[owner]
    open_ones = searched.places[foreign & counted]
    actor, actions = split_some(agencies, open_ones, searched.places[foreign])
    events = np.bincount(owner[counted], minlength=len(agencies))
    plates = distinct_of(Some(agencies, open_ones))
    return Signals.of_rule(
        actor,
        [0.5 if what[a] == UNLISTED else 0.9 for a in actor.tolist()],
        actions,
        len(agencies),
        measures={
            "events": events[actor],
            "plates": [f", for {n:,} plates" if n else "" for n in plates[actor].tolist()],
            "what": [what[a] for a in actor.tolist()],
        },
        standing=Standing(
            "searches of plate readers",
            np.where(events > 0, events.astype(float), np.nan),
            np.zeros(len(agencies), np.int32),
            ("the agencies that search plate readers",),
        ),
    )


UNLISTED = "which alone is missing from the agencies table"


def _searches(part: Groups) -> Marks:
    return plate_readers(part) & in_force(part, "sb34-alpr")


def _outside(agencies: Groups, context: Context, searching: NDArray[np.int32]) -> list[str]:
    """Say of each agency what makes it one from outside, "" for nothing.

    searching: (k,) int32 codes of the agencies that search plate readers.
    """
    log, federal = agencies.log, federal_of(agencies, context).any[:-1]
    listed = pl.DataFrame({"agency": log.texts["agency"]})
    known = ["name", "kind"]
    if "agencies" in context:
        table = context["agencies"].unique("agency", keep="last", maintain_order=True)
        listed = listed.join(
            table.select("agency", *known, listed=True), on="agency", how="left", maintain_order="left"
        )
    else:
        listed = listed.with_columns(*(pl.lit(None, pl.String).alias(n) for n in known), listed=True)
    home = log.policy.rule("sb34-alpr").jurisdiction
    state = pl.coalesce(
        pl.col("agency").str.extract(IN_AN_ORI),
        pl.col("agency").str.extract(IN_A_NAME),
        pl.col("name").str.extract(IN_A_NAME),
    )
    told = listed.select(
        state=state, outside=pl.col("kind").str.contains(OUTSIDE).fill_null(False), listed="listed"
    )
    known_states = told["state"].drop_nulls()
    if len(known_states) and not (known_states == home).any():
        return [""] * len(listed)
    ours = (known_states == home).sum() * 2 >= len(known_states)
    absent = [code for code in searching.tolist() if code >= 0 and told["listed"][code] is None]
    alone = set(absent) if len(absent) == 1 and len(searching) > 2 else set()
    return [
        "a federal agency"
        if is_federal
        else "an agency of another state"
        if outside
        else f"an agency of {there}"
        if ours and there and there != home
        else UNLISTED
        if code in alone
        else ""
        for code, (is_federal, outside, there) in enumerate(
            zip(federal.tolist(), told["outside"], told["state"], strict=True)
        )
    ]
