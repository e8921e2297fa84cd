"""Who looked one person up: every row about one subject, with what explains it, for answering a request."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog
from anomaly.errors import InputError
from anomaly.explain import EXPLANATIONS, Explained, try_all
from anomaly.incidents import token_key
from anomaly.incidents.evidence import fetch, subject_names
from anomaly.incidents.tell import day_of
from anomaly.incidents.tokens import token
from anomaly.report.subject import Asked, Searched
from anomaly.scan.again import some_rows
from anomaly.scan.coded import code_log, zones_of
from anomaly.scan.run import WHOM
from anomaly.scan.settings import Settings
from anomaly.scan.timing import Timing
from anomaly.sources import Log
from anomaly.telling import Tell, silent

TITLES = {one.name: one.title.rstrip(".") for one in EXPLANATIONS}
OF_WORK = tuple(name for name in TITLES if name not in WHOM)
TOKEN = re.compile("s_[0-9a-f]{12}")


def who_asked(
    inputs: Sequence[str | Path | Any],
    subject: str,
    settings: Settings | None = None,
    *,
    progress: Tell = silent,
) -> Asked:
    """Find every row of a log about one subject.

    subject: a token of a report (`s_` and twelve hexadecimal digits), or a key as in a context table
    (`plate:7ABC123`). Raises InputError when the log has no such subject, or the input is wrong.
    """
    settings = (settings or Settings()).checked()
    log, coded, context = code_log(list(inputs), settings, progress, Timing())
    key, key_from = token_key(coded)
    progress("looking for the subject", 0)
    code, name = _found(log, coded, subject, key, key_from, progress)
    progress("explaining", 0)
    explained = try_all(coded, context)
    actions = np.flatnonzero(coded.actions.subject == code).astype(np.int32)
    events, of_action = coded.events_of(actions)
    rows, zones = _rows(log, coded, explained, events, of_action), zones_of(context)
    agencies = set(rows["agency"].drop_nulls())
    return Asked(
        name if settings.clear else token(key, name),
        rows,
        tuple((TITLES[name], explained.why_not[name]) for name in WHOM if name in explained.why_not),
        tuple((name, TITLES[name]) for name in (*WHOM, *OF_WORK)),
        tuple(file.name for file in log.files),
        log.profile.local_zone,
        tuple(sorted((name, zone) for name, zone in zones.items() if name in agencies)),
        _searched(coded),
    )


def _searched(coded: CodedLog) -> Searched:
    days = coded.actions.day
    return Searched(len(coded.events), day_of(int(days.min())), day_of(int(days.max())))


def _found(log: Log, coded: CodedLog, subject: str, key: bytes, key_from: str, tell: Tell) -> tuple[int, str]:
    """Return the code of a subject and the key that names it best."""
    again = partial(some_rows, log, tell=tell)
    read = partial(fetch, coded, batches=log.batches, columns=log.columns, some_rows=again)
    code = int(coded.subjects.lookup(pl.Series([subject]))[0])
    if code < 0 and not TOKEN.fullmatch(subject):
        raise InputError(
            "the log has no such subject", subject, "write it as in `plate:7ABC123`, or give a report's token"
        )
    if code >= 0:
        code = int(coded.subjects.root[code])
        return code, subject_names(coded, read(np.flatnonzero(coded.events.subject == code)))[code]
    # A token cannot be turned round: every subject's is made until one is this.
    names = subject_names(coded, read(np.arange(len(coded.events))))
    for code, name in names.items():
        if token(key, name) == subject:
            return code, name
    raise InputError(
        "no subject of this log has this token",
        subject,
        "give the log and the key of the report: its tokens may be keyed by a file, and none is set"
        if key_from == "log"
        else f"give the log of the report; or the key from the {key_from} is another than the report's",
    )


def _rows(
    log: Log,
    coded: CodedLog,
    explained: Explained,
    events: NDArray[np.int32],
    of_action: NDArray[np.int32],
) -> pl.DataFrame:
    said, actions, place = coded.texts, coded.actions, coded.texts.places
    found = fetch(coded, events, log.batches, log.columns, partial(some_rows, log))
    ids = pl.DataFrame({"event": events.astype(np.int64)}).join(found, on="event", how="left")
    of_place = np.append(place, np.full((1, 2), -1, np.int32), axis=0)[coded.events.place[events]]
    return pl.DataFrame(
        {
            "source": pl.Series([file.name for file in log.files]).gather(coded.events.file[events]),
            "row": coded.events.row[events].astype(np.int64),
            "event_id": ids["event_id"],
            "time": pl.Series(coded.events.time[events]).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC"),
            "user": said.named("user", coded.events.user[events]),
            "agency": said.named("agency", of_place[:, 0]),
            "unit": said.named("unit", of_place[:, 1]),
            "asked": said.named("asked", actions.asked[of_action]),
            "purpose": said.named("purpose", actions.purpose[of_action]),
            "reason": said.named("reason", actions.reason[of_action]),
            "case_number": said.named("case_number", actions.case_number[of_action]),
            "explained": _names(explained, of_action, WHOM),
            "beside": _names(explained, of_action, OF_WORK),
        }
    ).sort("time", "source", "row")


def _names(explained: Explained, of_action: NDArray[np.int32], names: Collection[str]) -> pl.Series:
    """Name the explanations among some that cover each action, (k,) int32 -> (k,) String, null for none."""
    said = {
        action: ", ".join(explained.names(action, names)) or None for action in np.unique(of_action).tolist()
    }
    return pl.Series([said[action] for action in of_action.tolist()], dtype=pl.String)
