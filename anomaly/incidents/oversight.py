"""What federal agencies asked for and what stands behind it: monitoring, a suspicion about nobody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, roster_of
from anomaly.coding.gather import gather
from anomaly.context import Context
from anomaly.detectors.federal import federal_agencies, listed_agencies
from anomaly.incidents.model import REQUESTS
from anomaly.policy import REACH_CLASSES, REASON_CLASSES

ANY = "any"  # class of the line that counts each look-up once
MARKS = ("case_number", "explained", "reason", "redacted")
HISTORY = REACH_CLASSES.index("criminal_history")
IMMIGRATION = REASON_CLASSES.index("immigration")


@dataclass(frozen=True)
class Oversight:
    """Figures of the federal agencies of a log, by agency; every frame is empty where there are none.

    lines: agency, component (null where unknown), immigration (it enforces immigration law), class ("any"
    first, each look-up once; one that reached two classes stands in both), and numbers of look_ups, of those
    with a case_number, explained (a case, a call or the like accounts for it), with a telling reason, with a
    redacted one, and bare: none of these.
    access: agency, component, users, access_from, access_to, before, after (look-ups outside these days, null
    where they are not known), exempt (look-ups of criminal history alone, which the law leaves open).
    purposes: agency, purpose (as written, null for none), look_ups, case_number, bare.
    on_behalf: agency that is not federal, how (the field that names a federal agency or one of its users:
    on behalf of, attention, reason), look_ups, users, case_number, explained.
    requests: the bare look-ups that reached more than criminal history, columns of `REQUESTS`: what to ask
    for in writing, case by case.
    """

    lines: pl.DataFrame
    access: pl.DataFrame
    purposes: pl.DataFrame
    on_behalf: pl.DataFrame
    requests: pl.DataFrame


def oversee(
    log: CodedLog, context: Context, files: list[str], explained: NDArray[np.bool_] | None = None
) -> Oversight:
    """Count what the federal agencies of a log asked for.

    files: shown name of each; explained: (a,) bool by action, None where nothing was tried.
    """
    federal = federal_agencies(log, context)
    known = listed_agencies(log, context).select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("code"),
        "agency",
        "component",
        pl.Series("enforces", federal.immigration[:-1]),
    )
    rows = np.flatnonzero(gather(federal.any, log.actions.agency))
    told = _told(log, rows, explained).join(known, on="code", how="left", maintain_order="left")
    return Oversight(
        _lines(told),
        _access(told, context),
        told.group_by("agency", "purpose")
        .agg(_count("look_ups"), pl.col("case_number", "bare").sum().cast(pl.Int64))
        .sort("agency", "purpose", nulls_last=True),
        _on_behalf(log, context, federal.any, explained),
        _requests(told, log, files),
    )


def _told(log: CodedLog, rows: NDArray[np.intp], explained: NDArray[np.bool_] | None) -> pl.DataFrame:
    """Say of each federal look-up what it reached and what stands behind it."""
    actions = log.actions
    silent = [REASON_CLASSES.index(name) for name in ("missing", "vague")]
    reach = actions.reach[rows].astype(np.int64)
    return pl.DataFrame(
        {
            "action": rows,
            "code": actions.agency[rows],
            "user": actions.user[rows],
            "day": pl.Series(actions.day[rows]).cast(pl.Date),
            "purpose": log.texts.named("purpose", actions.purpose[rows]),
            "case_number": actions.case_number[rows] >= 0,
            "explained": np.zeros(len(rows), np.bool_) if explained is None else explained[rows],
            "reason": np.isin(actions.reason_class[rows], silent, invert=True),
            "redacted": log.hidden_reasons[actions.reason[rows]],
            "exempt": reach == 1 << HISTORY,
            ANY: np.ones(len(rows), np.bool_),
        }
    ).with_columns(
        pl.any_horizontal(MARKS).not_().alias("bare"),
        *(pl.Series(name, reach >> i & 1 != 0) for i, name in enumerate(REACH_CLASSES)),
    )


def _count(name: str) -> pl.Expr:
    return pl.len().cast(pl.Int64).alias(name)


def _lines(told: pl.DataFrame) -> pl.DataFrame:
    by = (pl.col("agency"), pl.col("component"), pl.col("enforces").alias("immigration"))
    order = {name: at for at, name in enumerate((ANY, *REACH_CLASSES))}
    counts = [
        told.filter(name)
        .group_by(*by)
        .agg(
            pl.lit(name).alias("class"),
            _count("look_ups"),
            pl.col(*MARKS, "bare").sum().cast(pl.Int64),
        )
        for name in order
    ]
    return pl.concat(counts).sort("agency", pl.col("class").replace_strict(order))


def _access(told: pl.DataFrame, context: Context) -> pl.DataFrame:
    days = pl.Schema({"agency": pl.String(), "access_from": pl.Date(), "access_to": pl.Date()})
    dates = days.to_frame()
    if "agencies" in context:
        listed = context["agencies"].unique("agency", keep="last", maintain_order=True)
        dates = listed.select(pl.col(name).cast(kind) for name, kind in days.items())
    outside = {
        "before": pl.col("day") < pl.col("access_from"),
        "after": pl.col("day") > pl.col("access_to"),
    }
    return (
        told.join(dates, on="agency", how="left")
        .group_by("agency", "component", "access_from", "access_to")
        .agg(
            pl.col("user").n_unique().cast(pl.Int64).alias("users"),
            *(
                pl.when(is_it.is_not_null().any()).then(is_it.sum().cast(pl.Int64)).alias(name)
                for name, is_it in outside.items()
            ),
            pl.col("exempt").sum().cast(pl.Int64),
        )
        .sort("agency")
    )


def _on_behalf(
    log: CodedLog, context: Context, federal: NDArray[np.bool_], explained: NDArray[np.bool_] | None
) -> pl.DataFrame:
    """Count look-ups of other agencies that name a federal agency, or one of its users, as who asks."""
    actions, roster = log.actions, roster_of(log, context).agency
    theirs = set(log.texts["agency"].filter(pl.Series(federal[:-1])))
    theirs |= set(log.texts["user"].filter(pl.Series(federal[roster])))
    asked_for, attention = log.texts["on_behalf_of"], log.texts["attention"]
    named = {
        "on behalf of": asked_for.is_in(sorted(theirs)).to_numpy() | log.policy.names_agency(asked_for),
        "attention": log.policy.names_agency(attention),
        "reason": _of_reasons(log),
    }
    codes = {"on behalf of": actions.on_behalf_of, "attention": actions.attention, "reason": actions.reason}
    parts = []
    for how, marks in named.items():
        if not marks.any():
            continue
        rows = np.flatnonzero(gather(np.append(marks, np.False_), codes[how]))
        rows = rows[~federal[actions.agency[rows]]]
        parts.append(
            pl.DataFrame(
                {
                    "agency": log.texts.named("agency", actions.agency[rows]),
                    "how": [how] * len(rows),
                    "user": actions.user[rows],
                    "case_number": actions.case_number[rows] >= 0,
                    "explained": np.zeros(len(rows), np.bool_) if explained is None else explained[rows],
                },
                schema_overrides={"how": pl.String},
            )
        )
    empty = pl.DataFrame(
        schema={
            "agency": pl.String,
            "how": pl.String,
            "user": pl.Int32,
            "case_number": pl.Boolean,
            "explained": pl.Boolean,
        }
    )
    return (
        pl.concat([empty, *parts])
        .group_by("agency", "how")
        .agg(
            _count("look_ups"),
            pl.col("user").n_unique().cast(pl.Int64).alias("users"),
            pl.col("case_number", "explained").sum().cast(pl.Int64),
        )
        .sort("agency", "how", nulls_last=True)
    )


def _of_reasons(log: CodedLog) -> NDArray[np.bool_]:
    """Return (r,) bool: the reason is of immigration and names a federal immigration agency."""
    reasons = log.texts["reason"]
    found = np.zeros(len(reasons), np.bool_)
    stated = log.actions.reason[log.actions.reason_class == IMMIGRATION]
    used = np.unique(stated[stated >= 0])
    found[used] = log.policy.names_agency(reasons.gather(used))
    return found


def _requests(told: pl.DataFrame, log: CodedLog, files: list[str]) -> pl.DataFrame:
    bare = told.filter("bare", ~pl.col("exempt"))
    first = bare["action"].to_numpy() if log.actions.events is None else log.actions.events[bare["action"]]
    events = log.events
    names = [name for name in REACH_CLASSES if len(bare)]
    reached = [pl.when(name).then(pl.lit(name.replace("_", " "))) for name in names]
    asked = log.texts.named("asked", log.actions.asked[bare["action"].to_numpy()])
    return (
        bare.with_columns(
            pl.Series("file", files, dtype=pl.String).gather(events.file[first]),
            pl.Series("row", events.row[first]).cast(pl.Int64),
            pl.Series("time", events.time[first]).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC"),
            log.texts.named("user", events.user[first]).alias("user"),
            asked.alias("message_key"),
            (pl.concat_str(reached, separator=", ", ignore_nulls=True) if names else pl.lit("")).alias(
                "reached"
            ),
        )
        .select(REQUESTS.names())
        .sort("agency", "time", "file", "row")
    )
