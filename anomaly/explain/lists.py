"""Explanations from lists: bulletins, applicants, authorizations, test records, accounts of programs."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog
from anomaly.explain.contract import Covered, explanation
from anomaly.explain.joins import FOREVER
from anomaly.explain.records import Records
from anomaly.policy import MATTERS, REACH_CLASSES

# A licence to carry runs two years in California, then it is applied for again (Penal Code 26220).
PERMIT_DAYS = 731
_DOCUMENTED = np.uint16(sum(1 << k for k, name in enumerate(REACH_CLASSES) if name != "unknown"))
# Roles whose work is to ask for others or in bulk (domain: false positives of volume outliers and of bulk).
DESKS = (
    r"(?i)\b(dispatch|communicat|telecom|teletype|call.?tak|psap|911|record|clerk|front desk|warrant"
    r"|plate.?reader|alpr|lpr|real.?time crime|rtcc)"
)


@explanation(
    "bulletin",
    answers="whom",
    needs=("subject",),
    tables=("bulletins",),
    looks_for="a bulletin, teletype or press conference about the subject in those days",
)
def bulletin(records: Records) -> Covered:
    """A bulletin about this subject in force on that day.

    Limits: It clears whoever asks, with or without a part in the search.
    """
    spans = records.bulletins.with_columns(
        begin=pl.col("issued").fill_null(FOREVER), end=pl.col("expires").fill_null(FOREVER)
    )
    return records.covered(spans, by=("subject",), clock="day")


@explanation(
    "permit",
    answers="whom",
    needs=("subject", "purpose"),
    tables=("permits",),
    looks_for="the subject's application to the user's agency, and the purpose code that is lawful for it",
)
def permit(records: Records) -> Covered:
    """An application of this subject to the user's agency, asked about under a purpose that is lawful for it.

    The purpose code must allow the matter of the application (the policy's table of purposes: F for firearms,
    J for employment), from the day of the application for two years.

    Limits: It does not show that the application was this user's to handle.
    """
    log = records.log
    table = records.permits
    kinds = table["kind"].unique().drop_nulls().sort()
    matters = log.policy.matter_of_reasons(kinds)
    lawful = [
        (kind, code)
        for kind, matter in zip(kinds, matters.tolist(), strict=True)
        for code, purpose in enumerate(log.texts["purpose"])
        if MATTERS[matter] in _matters(log, purpose)
    ]
    allowed = pl.DataFrame(lawful, schema={"kind": pl.String, "purpose": pl.Int32}, orient="row")
    applied = pl.col("applied")
    spans = table.join(allowed, on="kind").with_columns(
        begin=applied.fill_null(-FOREVER), end=(applied + PERMIT_DAYS).fill_null(FOREVER)
    )
    return records.covered(spans, by=("subject", "agency", "purpose"), clock="day")


def _matters(log: CodedLog, purpose: str) -> tuple[str, ...]:
    known = log.policy.purposes.get(purpose.strip().upper())
    return known.matters if known else ()


@explanation(
    "authorized",
    answers="what",
    needs=("agency", "message_key"),
    tables=("authorizations",),
    looks_for="the memorandum or order that lets the unit ask for this under this purpose",
)
def authorized(records: Records) -> Covered:
    """A unit that may ask for this class of data under this purpose.

    Every class of data that the action asked for must be allowed; a line without a unit or a purpose holds
    for all.

    Limits: It explains what was asked, never about whom; what a message key reaches that the policy does not
    document is left out of account.
    """
    actions, purposes = records.log.actions, records.log.texts["purpose"]
    allowed = _allowed(records)

    def may(rows: slice) -> Covered:
        purpose = actions.purpose[rows]
        given = allowed[actions.place[rows], np.where(purpose < 0, len(purposes), purpose)]
        asked = actions.reach[rows] & _DOCUMENTED
        covers: Covered = (asked != 0) & (asked & ~given == 0)
        return covers

    return records.marked(may)


def _allowed(records: Records) -> NDArray[np.uint16]:
    """Return (p, q + 1) uint16: which classes of data, as bits, each place may ask for under each purpose;
    the last column under none.
    """
    texts = records.log.texts
    table = records.context["authorizations"].with_columns(
        bit=pl.col("class").str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    )
    table = table.with_columns(
        bit=pl.col("bit").replace_strict({name: 1 << k for k, name in enumerate(REACH_CLASSES)}, default=0)
    )
    named = {"agency": texts.places[:, 0], "unit": texts.places[:, 1]}
    places = pl.DataFrame({name: texts.named(name, codes) for name, codes in named.items()})
    purposes = pl.Series("purpose", [*texts["purpose"], None], dtype=pl.String)
    wide = places.with_row_index("place").join(
        purposes.to_frame().with_row_index("code"), how="cross", maintain_order="left_right"
    )
    allowed = np.zeros((len(places), len(purposes)), np.uint16)
    for (agency, unit, purpose), lines in table.group_by(
        *(pl.col(name).is_null() for name in ("agency", "unit", "purpose"))
    ):
        given = zip(("agency", "unit", "purpose"), (agency, unit, purpose), strict=True)
        on = [name for name, empty in given if not empty]
        lines = lines.select(*on, "bit")
        found = wide.join(lines, on=on) if on else wide.join(lines, how="cross")
        bits = found["bit"].to_numpy().astype(np.uint16)
        np.bitwise_or.at(allowed, (found["place"].to_numpy(), found["code"].to_numpy()), bits)
    return allowed


@explanation(
    "role",
    answers="what",
    tables=("users",),
    looks_for="the user's role: dispatch, records, warrants, plate readers",
)
def role(records: Records) -> Covered:
    """A user whose role or unit asks for others or in bulk: dispatch, records, warrants, plate readers.

    Limits: It explains how much is asked, never about whom.
    """
    desk = records.people.select(
        pl.any_horizontal(pl.col("role", "unit_name").str.contains(DESKS).fill_null(False))
    )
    covers: Covered = np.append(desk.to_series().to_numpy(), np.False_)[records.log.actions.user]
    return covers


@explanation(
    "test record",
    answers="whom",
    needs=("subject",),
    tables=("test_subjects",),
    looks_for="the list of test and training records",
)
def test_record(records: Records) -> Covered:
    """A test or training record, which is nobody.

    Limits: A list that a real person slipped into clears everybody who asks about them.
    """
    return records.covered(_always(records.subjects("test_subjects")), by=("subject",), clock="day")


@explanation(
    "service account",
    answers="what",
    tables=("service_accounts",),
    looks_for="whether the account is a program's, not a person's",
)
def service_account(records: Records) -> Covered:
    """An account that a program uses.

    Limits: A person who knows its password hides behind it.
    """
    return records.covered(
        _always(records.staff(records.context["service_accounts"])), by=("user",), clock="day"
    )


def _always(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(begin=pl.lit(-FOREVER), end=pl.lit(FOREVER))


@explanation("batch message", answers="what", needs=("message_key",), looks_for="the list of scheduled jobs")
def batch_message(records: Records) -> Covered:
    """A message key that only batch jobs send (QWB and its kin).

    Limits: Where a switch lets people send these keys by hand, it explains nothing.
    """
    log = records.log
    batch = log.texts["asked"].is_in(sorted(log.policy.batch_keys)).to_numpy()
    covers: Covered = np.append(batch, np.False_)[log.actions.asked]
    return covers
