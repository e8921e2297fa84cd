"""The innocent explanations, in the order they are shown: plain joins, stated in advance."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.coding import CodedLog
from anomaly.context import Context
from anomaly.explain.contract import Covered, Explanation, explanation
from anomaly.explain.joins import FOREVER, MINUTE, covered, days, milliseconds, with_codes
from anomaly.policy import REASON_CLASSES

TEST, PROGRAM = REASON_CLASSES.index("test"), REASON_CLASSES.index("system")


@explanation(
    "case",
    needs=("subject",),
    tables=("cases", "case_people"),
    looks_for="a case, report or warrant that names the subject and was open on those days, and "
    "the user's assignment to it",
)
def case(log: CodedLog, context: Context) -> Covered:
    """An open case with this subject.

    The subject stands in a case that was open on that local day, and the user is assigned to it, or the query
    names its number. Where no assignments are given, the case must be of the user's agency. A case number
    alone clears nothing: numbers are copied.
    """
    people = context["case_people"].select("case_number", "subject")
    cases = context["cases"].select(
        "case_number",
        "agency",
        begin=days("opened", -FOREVER, log.zone),
        end=days("closed", FOREVER, log.zone),
    )
    of_cases = people.join(cases, on="case_number")
    named = with_codes(log, of_cases)
    if "case_officers" in context:
        assigned = with_codes(
            log, of_cases.join(context["case_officers"].select("case_number", "user"), on="case_number")
        )
        mask = covered(log, assigned, by=["subject", "user"], clock="day")
    else:
        own = named.with_columns(agency=pl.Series(log.texts.lookup("agency", named["agency"])))
        mask = covered(log, own.filter(pl.col("agency") >= 0), by=["subject", "agency"], clock="day")
    numbered = named.with_columns(
        case_number=pl.Series(log.texts.lookup("case_number", named["case_number"]))
    )
    return mask | covered(
        log, numbered.filter(pl.col("case_number") >= 0), by=["subject", "case_number"], clock="day"
    )


@explanation(
    "call",
    needs=("subject",),
    tables=("calls", "call_people", "call_units"),
    looks_for="a call for service or a stop with this subject within the hour, in the dispatch record",
)
def call(log: CodedLog, context: Context) -> Covered:
    """A call with this subject, to which the user was sent.

    From 15 minutes before the call until an hour after it: a dispatcher looks ahead, a report is written
    after.
    """
    calls = context["calls"].select(
        "call_id",
        begin=milliseconds("start", FOREVER) - 15 * MINUTE,
        end=milliseconds("end", -FOREVER) + 60 * MINUTE,
    )
    spans = calls.join(context["call_people"].select("call_id", "subject"), on="call_id")
    spans = spans.join(context["call_units"].select("call_id", "user"), on="call_id")
    return covered(log, with_codes(log, spans), by=["subject", "user"], clock="time")


@explanation(
    "on duty",
    tables=("shifts",),
    looks_for="a shift, overtime, court or call-out record for these hours",
)
def on_duty(log: CodedLog, context: Context) -> Covered:
    """A shift or overtime entry at that hour, two hours around it included."""
    spans = context["shifts"].select(
        "user",
        begin=milliseconds("start", FOREVER) - 120 * MINUTE,
        end=milliseconds("end", -FOREVER) + 120 * MINUTE,
    )
    return covered(log, with_codes(log, spans), by=["user"], clock="time")


@explanation(
    "bulletin",
    needs=("subject",),
    tables=("bulletins",),
    looks_for="a bulletin, teletype or press conference about the subject in those days",
)
def bulletin(log: CodedLog, context: Context) -> Covered:
    """A bulletin about this subject in force on that day."""
    spans = context["bulletins"].select(
        "subject", begin=days("issued", FOREVER, log.zone), end=days("expires", FOREVER, log.zone)
    )
    return covered(log, with_codes(log, spans), by=["subject"], clock="day")


@explanation(
    "test record",
    needs=("subject",),
    tables=("test_subjects",),
    looks_for="the list of test and training records",
)
def test_record(log: CodedLog, context: Context) -> Covered:
    """A test or training record, which is nobody."""
    spans = context["test_subjects"].select("subject", begin=pl.lit(-FOREVER), end=pl.lit(FOREVER))
    return covered(log, with_codes(log, spans), by=["subject"], clock="day")


@explanation(
    "stated test", needs=("reason",), looks_for="a training day, or the set-up of a terminal, at that time"
)
def stated_test(log: CodedLog, context: Context) -> Covered:
    """A reason that says test or training.

    Anybody can write that: it clears odd hours and volume, never what was asked about whom.
    """
    return np.equal(log.actions.reason_class, TEST)


@explanation(
    "program's text", needs=("reason",), looks_for="whether the vendor's program runs such a search by itself"
)
def programs_text(log: CodedLog, context: Context) -> Covered:
    """A reason that a vendor's program wrote, as it does for searches it offers or runs itself."""
    return np.equal(log.actions.reason_class, PROGRAM)


@explanation(
    "service account",
    tables=("service_accounts",),
    looks_for="whether the account is a program's, not a person's",
)
def service_account(log: CodedLog, context: Context) -> Covered:
    """An account that a program uses."""
    spans = context["service_accounts"].select("user", begin=pl.lit(-FOREVER), end=pl.lit(FOREVER))
    return covered(log, with_codes(log, spans), by=["user"], clock="day")


@explanation("batch message", needs=("message_key",), looks_for="the list of scheduled jobs")
def batch_message(log: CodedLog, context: Context) -> Covered:
    """A message key that only batch jobs send (QWB and its kin)."""
    batch = log.texts["asked"].is_in(sorted(log.policy.batch_keys)).to_numpy()
    covers: Covered = np.append(batch, np.False_)[log.actions.asked]
    return covers


EXPLANATIONS: tuple[Explanation, ...] = (
    case,
    call,
    on_duty,
    bulletin,
    test_record,
    stated_test,
    programs_text,
    service_account,
    batch_message,
)
