"""Whether a log looks like police work: marginal distributions, and the bands that a world must stay in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import READ, CodedLog, EventCoder, finish
from anomaly.coding.events import SYSTEM
from anomaly.coding.lexicon import Said
from anomaly.context import Context
from anomaly.policy import REACH_CLASSES, REASON_CLASSES, load_policy
from anomaly.sources import Log, Rows


class Band(NamedTuple):
    """One marginal: its name, the least and the most that is plausible of it, and where that is from."""

    marginal: str
    low: float
    high: float
    source: str


# The published log: the plate searches of one city's police in cameras' records, 4,296 in 2025, the only real
# one with users and reasons. It is one tool: its users are less alike, and less busy, than a whole journal's.
_LOG = "published log {}"
BANDS: tuple[Band, ...] = (
    Band("rows a user and day", 0.5, 30, "2.8 M a day [EFF 2018], 1 M a year [SDUT 2018]; users DESIGN"),
    Band("actions in a shift", 0.5, 40, "as rows a user and day; two shifts in four days"),
    Band("shifts without a query", 0, 0.6, "DESIGN"),
    Band("actions outside of shifts", 0.002, 0.06, "DESIGN: overtime that is in no table, and late reports"),
    Band("actions on a day with any", 1.5, 40, _LOG.format(1.98)),
    Band("actions on the busiest hundredth of user-days", 0.02, 0.12, _LOG.format(0.047)),
    Band("inequality of users (Gini)", 0.15, 0.6, _LOG.format("0.59, one tool; peers are more alike")),
    Band("pairs seen on 1 day", 0.6, 0.98, "DESIGN: a small town meets the same people again"),
    Band("pairs seen on 2 days", 0.015, 0.25, "DESIGN"),
    Band("pairs seen on 3-5 days", 0.003, 0.15, "DESIGN"),
    Band("pairs seen on 6 or more days", 0.0003, 0.06, "DESIGN: cases, regulars, cars on a beat"),
    Band("rows an action", 1.2, 3, "a plate run makes three [JusticeONE]; many queries make one"),
    Band("actions with a case number", 0.05, 0.5, "DESIGN"),
    Band("reasons that are forms of `investigation`", 0.05, 0.25, _LOG.format(0.197)),
    Band(
        "reasons that the policy reads as vague",
        0.12,
        0.42,
        _LOG.format("0.206; radio codes more"),
    ),
    Band("blank reasons", 0.0005, 0.1, _LOG.format("0.0016; an agency's habit may be a scenario")),
    Band("from 0 to 6 o'clock", 0.05, 0.25, _LOG.format(0.093)),
    Band("from 6 to 12 o'clock", 0.2, 0.4, _LOG.format(0.295)),
    Band("from 12 to 18 o'clock", 0.25, 0.45, _LOG.format(0.391)),
    Band("from 18 to 24 o'clock", 0.12, 0.33, _LOG.format(0.221)),
    Band("on Saturdays and Sundays", 0.1, 0.3, _LOG.format(0.177)),
    Band("rows about women", 0.3, 0.6, "DESIGN"),
    Band("rows of criminal history", 0.02, 0.25, "DESIGN"),
    Band("rows of driver records", 0.15, 0.5, "DESIGN"),
    Band("rows of vehicle records", 0.1, 0.4, "DESIGN"),
    Band("rows of wants, or of no known class", 0.2, 0.6, "DESIGN: a cascade ends in one"),
    Band("rows of immigration", 0, 0.01, "DESIGN: foreign people in custody only"),
    Band("rows of cameras", 0, 0.06, "DESIGN"),
)
_CLASSES = {
    "criminal_history": "criminal history",
    "driver": "driver records",
    "vehicle": "vehicle records",
    "immigration": "immigration",
}
_FORMS = r"^i(nv|ve|ne)[a-z]*$"  # "invetigation" and "ivestigations" are in the published log
_Found = dict[str, tuple[float, int]]  # value, and of how many


def marginals(log: Log, context: Context) -> pl.DataFrame:
    """The marginal distributions of a canonical log, one row each, in the order of `BANDS`.

    Columns: marginal String; value Float64, null where the log or the context lacks what it is made of; n
    Int64, of how many. Actions, people and reasons are those that a scan sees; the work of service accounts
    counts among the rows only. Raises InputError when no row of the log can be read.
    """
    sexes: Counter[str] = Counter()
    columns = log.columns & READ
    coder = EventCoder(columns)
    coder.read(_counted(coder.rows_of(log), sexes))
    coded = finish(coder, load_policy(None), log.profile.local_zone, {})
    actions = _of_people(coded, context)
    found = {
        **_pace(coded, actions),
        **_in_shifts(actions, context),
        **_repeats(actions),
        **_words(coded, actions),
        **_times(actions),
        **_kinds(coded, sexes),
    }
    rows = [(one.marginal, *found.get(one.marginal, (None, 0))) for one in BANDS]
    return pl.DataFrame(rows, {"marginal": pl.String, "value": pl.Float64, "n": pl.Int64}, orient="row")


def implausible(found: pl.DataFrame) -> list[str]:
    """What of some marginals lies outside of its band, as sentences; what is null is not judged."""
    return [
        f"{one.marginal}: {value:.4g} is not between {one.low:g} and {one.high:g} ({one.source})"
        for one, value in zip(BANDS, found["value"], strict=True)
        if value is not None and not one.low <= value <= one.high
    ]


def plausibility_table(logs: Mapping[str, pl.DataFrame]) -> str:
    """Marginals of several logs, by name, side by side with bands and sources, as a Markdown table."""
    lines = [
        f"| | {' | '.join(logs)} | band | from |",
        f"|---|{'---:|' * len(logs)}---|---|",
    ]
    for k, one in enumerate(BANDS):
        shown = [
            "–" if value is None else f"{value:.3g}" for value in (log["value"][k] for log in logs.values())
        ]
        lines.append(f"| {one.marginal} | {' | '.join(shown)} | {one.low:g} to {one.high:g} | {one.source} |")
    return "\n".join(lines) + "\n"


def _counted(blocks: Iterator[Rows[Said]], sexes: Counter[str]) -> Iterator[Rows[Said]]:
    for rows in blocks:
        if "sex" in rows.columns:
            sexes.update(dict(rows.columns["sex"].texts().drop_nulls().value_counts().rows()))
        yield rows


def _of_people(coded: CodedLog, context: Context) -> pl.DataFrame:
    """The actions of everybody but the service accounts, one row each; `user` is a code, `login` its text."""
    a = coded.actions
    actions = pl.DataFrame(
        {
            "user": a.user,
            "login": coded.texts.named("user", a.user),
            "subject": a.subject,
            "time": pl.Series(a.time).cast(pl.Datetime("ms", "UTC")),
            "day": a.day,
            "hour": a.hour,
            "reason": a.reason,
            "case_number": a.case_number,
            "reason_class": a.reason_class,
        }
    )
    if "service_accounts" in context:
        actions = actions.filter(~pl.col("login").is_in(context["service_accounts"]["user"].implode()))
    return actions


def _pace(coded: CodedLog, actions: pl.DataFrame) -> _Found:
    n = len(actions)
    days = coded.actions.day
    user_days = int(days.max() - days.min() + 1) * len(coded.texts["user"])
    daily = actions.group_by("user", "day").len()["len"].sort(descending=True)
    each = actions.group_by("user").len()["len"].sort().to_numpy()
    ranks = 2 * np.arange(1, len(each) + 1) - len(each) - 1
    return {
        "rows a user and day": (len(coded.events) / user_days, user_days),
        "actions on a day with any": (n / len(daily), len(daily)),
        "actions on the busiest hundredth of user-days": (
            float(daily.head(-(-len(daily) // 100)).sum()) / n,
            len(daily),
        ),
        "inequality of users (Gini)": (float((ranks * each).sum() / (len(each) * each.sum())), len(each)),
        "rows an action": (len(coded.events) / len(coded.actions), len(coded.actions)),
    }


def _in_shifts(actions: pl.DataFrame, context: Context) -> _Found:
    if "shifts" not in context:
        return {}
    shifts = context["shifts"].select(pl.col("user").alias("login"), "start", "end").sort("start")
    last = actions.sort("time").join_asof(
        shifts, left_on="time", right_on="start", by="login", check_sortedness=False, coalesce=False
    )
    inside = last.filter(pl.col("time") < pl.col("end"))
    used = inside.select("login", "start").unique().height
    return {
        "actions in a shift": (len(inside) / len(shifts), len(shifts)),
        "shifts without a query": (1 - used / len(shifts), len(shifts)),
        "actions outside of shifts": (1 - len(inside) / len(actions), len(actions)),
    }


def _repeats(actions: pl.DataFrame) -> _Found:
    pairs = actions.filter(pl.col("subject") >= 0).group_by("user", "subject").agg(pl.col("day").n_unique())
    if not len(pairs):
        return {}
    spans = {"1 day": (1, 1), "2 days": (2, 2), "3-5 days": (3, 5), "6 or more days": (6, 1 << 30)}
    return {
        f"pairs seen on {name}": (_share(pairs["day"].is_between(low, high)), len(pairs))
        for name, (low, high) in spans.items()
    }


def _words(coded: CodedLog, actions: pl.DataFrame) -> _Found:
    out: _Found = {}
    if "case_number" in coded.texts.texts:
        out["actions with a case number"] = (_share(actions["case_number"] >= 0), len(actions))
    if "reason" in coded.texts.texts:
        plain = coded.texts["reason"].str.to_lowercase().str.replace_all(r"[+\s]+", " ").str.strip_chars()
        forms = np.append(plain.str.contains(_FORMS).to_numpy(), np.False_)
        classes = actions["reason_class"]
        n = len(actions)
        out["reasons that are forms of `investigation`"] = (float(forms[actions["reason"]].mean()), n)
        out["reasons that the policy reads as vague"] = (_share(classes == REASON_CLASSES.index("vague")), n)
        out["blank reasons"] = (_share(classes == REASON_CLASSES.index("missing")), n)
    return out


def _times(actions: pl.DataFrame) -> _Found:
    n = len(actions)
    quarters = {
        f"from {at} to {at + 6} o'clock": (_share(actions["hour"].is_between(at, at + 5)), n)
        for at in (0, 6, 12, 18)
    }
    weekend = (actions["day"] + 3) % 7 >= 5  # day 0 was a Thursday
    return {**quarters, "on Saturdays and Sundays": (_share(weekend), n)}


def _kinds(coded: CodedLog, sexes: Counter[str]) -> _Found:
    out: _Found = {}
    known = sum(sexes[sex] for sex in "MF")
    if known:
        out["rows about women"] = (sexes["F"] / known, known)
    if coded.events.asked is None:
        return out
    n = len(coded.events)
    asked = coded.texts["asked"]
    rows = np.bincount(coded.events.asked + 1, minlength=len(asked) + 1)[1:]
    cameras = (asked == f"{SYSTEM}ALPR").to_numpy()
    out["rows of cameras"] = (_of(rows, cameras) / n, n)
    if not cameras.all():
        reach = coded.policy.reach_of_keys(asked)
        wants = np.isin(reach, [REACH_CLASSES.index("wants"), REACH_CLASSES.index("unknown")]) & ~cameras
        out["rows of wants, or of no known class"] = (_of(rows, wants) / n, n)
        for code, name in _CLASSES.items():
            of_class = (reach == REACH_CLASSES.index(code)) & ~cameras
            out[f"rows of {name}"] = (_of(rows, of_class) / n, n)
    return out


def _of(rows: NDArray[np.int64], chosen: NDArray[np.bool_]) -> int:
    return int(rows[chosen].sum())


def _share(chosen: pl.Series) -> float:
    return int(chosen.sum()) / len(chosen)
