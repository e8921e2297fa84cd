"""What every baseline reads: the same cleaned, collapsed actions as the detectors, and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import READ, CodedLog, EventCoder, Grouping, Groups, finish, key_rank, subject_keys
from anomaly.coding.lexicon import Said
from anomaly.coding.subjects import Subjects
from anomaly.context import Context, load_context
from anomaly.detectors.peers import Peering, peering
from anomaly.policy import REACH_CLASSES, REASON_CLASSES, load_policy
from anomaly.scan import Settings
from anomaly.scan.budget import rows_of
from anomaly.sources import Log, Rows, open_log
from anomaly.sources.canonical import as_frame
from anomaly.telling import EXPECTED, Tell, silent

SAID = ("sex", "surname", "hit")  # of the subject and the answer: the detectors do not keep them
NO = ("N", "NO", "F", "FALSE", "0", "NONE")
MISSING, VAGUE = REASON_CLASSES.index("missing"), REASON_CLASSES.index("vague")
HISTORY = 1 << REACH_CLASSES.index("criminal_history")


@dataclass(frozen=True, eq=False)
class Queries:
    """A log as the baselines see it.

    actions: one row per human action by a known user, in time order: action (Int32), time (Datetime ms, UTC),
    day (Int32, local, since 1970), hour (Int8, local), user, subject, agency, reason, asked (Int32 codes,
    null where missing), sex ("F", "M" or null), surname (String, capitals), has_case, blank, vague, history,
    hit (Boolean). rows: the rows of the log behind the actions: action, file (index into files), row (1-based
    data row). users, agencies: text of each code, in alphabetical order; subject_names: one key of each
    subject code. peers: who is comparable with whom, by user code. columns: those of the log that hold a
    value.
    """

    actions: pl.DataFrame
    rows: pl.DataFrame
    files: pl.Series
    users: pl.Series
    agencies: pl.Series
    subject_names: pl.Series
    subjects: Subjects
    peers: Peering
    columns: frozenset[str]
    context: Context

    def lacks(self, *columns: str, of_users: Sequence[str] = ()) -> str | None:
        """Say what a baseline needs and does not find, or None.

        columns: of the log, all needed; of_users: of the context table `users`, one of them needed.
        """
        if not len(self.users):
            return "users are redacted in every row"
        missing = [f"the log has no `{name}`" for name in columns if name not in self.columns]
        if of_users and "users" not in self.context:
            missing.append("no table `users` in the context folder")
        elif of_users and not any(self.context["users"][name].count() for name in of_users):
            missing.append(f"the table `users` has no {' or '.join(f'`{name}`' for name in of_users)}")
        return "; ".join(missing) or None


def read_queries(
    inputs: Sequence[str | Path | Any] | str | Path | Any,
    settings: Settings | None = None,
    tell: Tell = silent,
) -> Queries:
    """Read a log as `anomaly.scan.scan` does: same intake, duplicates, identities, cascades, local time.

    Service accounts and test records that the context names are left out: no auditor would rank them. Raises
    InputError when the input or a setting is wrong.
    """
    settings = settings or Settings()
    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    log = open_log(given, settings.profile, time_zone=settings.time_zone, local_zone=settings.local_zone)
    context = load_context(settings.context, log.profile.local_zone)
    zones = (
        context["agencies"].select("agency", "time_zone").drop_nulls().rows() if "agencies" in context else ()
    )
    columns = log.columns & READ if "event_id" in log.columns else log.columns
    coder, aside = EventCoder(columns), _Aside(columns)
    tell(EXPECTED, rows_of(log))
    coder.read(aside.watch(log, coder), lambda rows: tell("reading the log for the baselines", rows))
    tell("coding", 0)
    coded = finish(coder, load_policy(settings.policy), log.profile.local_zone, dict(zones))
    actions = _actions(coded).join(aside.said(coded), on="action", how="left", maintain_order="left")
    actions = actions.filter(pl.col("user").is_not_null(), ~_set_aside(coded, context))
    users = Groups(
        Grouping("user", coded),
        frozenset({"unit", "agency"}),
        (),
        lambda names, actions: np.zeros(0, np.bool_),
    )
    return Queries(
        actions=actions,
        rows=pl.DataFrame(
            {
                "action": coded.action_of(),
                "file": coded.events.file,
                "row": coded.events.row,
            }
        ),
        files=pl.Series([file.name for file in log.files], dtype=pl.String),
        users=coded.texts["user"],
        agencies=coded.texts["agency"],
        subject_names=aside.names(coded.subjects),
        subjects=coded.subjects,
        peers=peering(users, context),
        columns=coded.columns | {name for name in SAID if actions[name].count()},
        context=context,
    )


def _actions(coded: CodedLog) -> pl.DataFrame:
    of = coded.actions
    return pl.DataFrame(
        {
            "action": np.arange(len(of), dtype=np.int32),
            "time": pl.Series(of.time).cast(pl.Datetime("ms", "UTC")),
            "day": of.day,
            "hour": of.hour,
            **{
                name: _or_null(getattr(of, name)) for name in ("user", "subject", "agency", "reason", "asked")
            },
            "has_case": of.case_number >= 0,
            "blank": (of.reason_class == MISSING) & ~coded.hidden_reasons[of.reason],
            "vague": of.reason_class == VAGUE,
            "history": (of.reach & HISTORY) > 0,
        }
    )


def _or_null(codes: NDArray[np.int32]) -> pl.Series:
    return pl.DataFrame({"code": codes}).select(pl.when(pl.col("code") >= 0).then("code")).to_series()


def _set_aside(coded: CodedLog, context: Context) -> pl.Series:
    """Return (a,) Boolean: actions of service accounts, and on test records."""
    programs = np.zeros(0, np.int32)
    tests = programs
    if "service_accounts" in context:
        programs = coded.texts.lookup("user", context["service_accounts"]["user"])
    if "test_subjects" in context:
        tests = coded.subjects.lookup(context["test_subjects"]["subject"])
    user, subject = coded.actions.user, coded.actions.subject
    return pl.Series(np.isin(user, programs[programs >= 0]) | np.isin(subject, tests[tests >= 0]))


class _Aside:
    """Keeps what the coder throws away while it reads: sex, surname, answer, and the keys of subjects."""

    def __init__(self, columns: frozenset[str]) -> None:
        self._columns = columns
        self._said: list[pl.DataFrame] = []
        self._keys: list[pl.Series] = []

    def watch(self, log: Log, coder: EventCoder) -> Iterator[Rows[Said]]:
        wanted = self._columns | (log.columns & {"sex", "name", "hit"})
        keys = [expr for _, expr in subject_keys(self._columns)]
        no = pl.lit(None, pl.String)
        sex, name, hit = (pl.col(c).str.to_uppercase() if c in wanted else no for c in ("sex", "name", "hit"))
        sex = sex.str.slice(0, 1)
        for rows in coder.rows_of(log, also=wanted):
            texts = {name: said.texts() for name, said in rows.columns.items()}
            batch = as_frame(Rows(rows.file, rows.row, rows.time, texts), sorted(wanted))
            self._said.append(
                batch.select(
                    pl.col("file").cast(pl.UInt16),
                    pl.col("row").cast(pl.UInt32),
                    pl.when(sex.is_in(["F", "M"])).then(sex).alias("sex"),
                    name.str.extract(r"^\s*([^,]+?)\s*,").alias("surname"),
                    (~hit.is_in(NO)).alias("hit"),
                )
            )
            if keys:
                self._keys.append(
                    batch.select(pl.coalesce(keys).alias("key")).to_series().drop_nulls().unique()
                )
            yield rows.of(self._columns)

    def said(self, coded: CodedLog) -> pl.DataFrame:
        """Return what the earliest row of each action that says so says: action, sex, surname, hit."""
        of = coded.events
        events = pl.DataFrame({"file": of.file, "row": of.row, "action": coded.action_of()})
        told = events.join(pl.concat(self._said), on=["file", "row"], how="left", maintain_order="left")
        self._said.clear()
        frame = pl.DataFrame({"action": np.arange(len(coded.actions), dtype=np.int32)})
        for name in SAID:
            first = (
                told.select("action", name).drop_nulls().unique("action", keep="first", maintain_order=True)
            )
            frame = frame.join(first, on="action", how="left", maintain_order="left")
        return frame

    def names(self, subjects: Subjects) -> pl.Series:
        """Return one key for each subject code: the kind that names a person best, then the first in the
        alphabet.
        """
        keys = pl.concat(self._keys).unique() if self._keys else pl.Series([], dtype=pl.String)
        pairs = pl.DataFrame(
            {"key": keys, "code": subjects.lookup(keys)}, schema={"key": pl.String, "code": pl.Int32}
        )
        best = (
            pairs.with_columns(rank=key_rank("key")).sort("code", "rank", "key").unique("code", keep="first")
        )
        every = pl.DataFrame({"code": np.arange(len(subjects), dtype=np.int32)})
        return every.join(best, on="code", how="left", maintain_order="left")["key"]
