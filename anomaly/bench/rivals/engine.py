"""The engine: the stages of a scan, then of each detector the kernel or step it takes its figures from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.bench.rivals import ten
from anomaly.coding import CodedLog, EventCoder, Grouping, Groups
from anomaly.coding import finish as finish_coding
from anomaly.coding.local import DAY
from anomaly.context import Context, load_context
from anomaly.detectors.lookers import lookers_of
from anomaly.detectors.on_leave import AT_WORK
from anomaly.detectors.since import first_since, places_between
from anomaly.policy import load_policy
from anomaly.scan import Settings
from anomaly.scan.coded import code_log
from anomaly.scan.timing import Timing
from anomaly.sources import open_log

DECLARED = frozenset({"time", "user", "subject", "agency"})
NEVER = 2**31 - 1


@dataclass
class Log:
    """A coded log, by user: what the first detectors of a scan are given."""

    files: list[Path]
    coded: CodedLog
    context: Context
    users: Groups = field(init=False)

    def __post_init__(self) -> None:
        self.users = self.by("user")

    def by(self, group: str) -> Groups:
        """Group the actions; nothing is explained."""
        return Groups(Grouping(group, self.coded), DECLARED, (), _nothing)

    def of_users(self, **columns: NDArray[Any]) -> pl.DataFrame:
        """Name what is known of each user, (g,) each."""
        return pl.DataFrame({"user": self.users.labels(), **columns})


def _nothing(names: Any, actions: Any) -> NDArray[np.bool_]:
    return np.zeros(0, np.bool_)


def load(world: Path) -> Log:
    """Read and code the log with all its columns, as a scan does."""
    log, coded, context = code_log(
        [world / "log"], Settings(context=world / "tables"), lambda stage, rows: None, Timing()
    )
    assert len(coded.actions) == len(coded.events), "some rows are one action: rivals would count them as two"
    return Log([file.path for file in log.files if file.path is not None], coded, context)


def load_few(world: Path) -> Log:
    """Read and code those columns that the ten need, and no others."""
    log = open_log([world / "log"])
    coder = EventCoder(log.columns & {"event_id", *DECLARED})
    coder.read(coder.rows_of(log))
    context = load_context(world / "tables", log.profile.local_zone)
    coded = finish_coding(coder, load_policy(None), log.profile.local_zone, {})
    return Log([file.path for file in log.files if file.path is not None], coded, context)


def finish(log: Log, answers: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Name the subjects that answers tell by an action, out of the log: coding keeps no text of them."""
    asked = [answer["action"] for answer in answers.values() if "action" in answer.columns]
    action = pl.concat([pl.Series([], dtype=pl.Int32), *asked]).unique().sort().to_numpy()
    events = log.coded.events
    file, row = events.file[action], events.row[action].astype(np.int64) - 1
    names = pl.DataFrame(schema={"action": pl.Int32, "subject": pl.String})
    for number in np.unique(file).tolist():
        here = np.flatnonzero(file == number)
        here = here[np.argsort(row[here])]
        names.extend(pl.DataFrame({"action": action[here], "subject": _texts(log.files[number], row[here])}))
    return {
        name: answer.join(names, on="action", how="left") if "action" in answer.columns else answer
        for name, answer in answers.items()
    }


def _texts(path: Path, rows: NDArray[np.int64]) -> pl.Series:
    """Read the subjects of some rows of a file, ascending."""
    parts, begin = [pl.Series([], dtype=pl.String)], 0
    for batch in (
        pl.scan_parquet(path).select("subject").collect_batches(chunk_size=250_000, maintain_order=True)
    ):
        low, high = np.searchsorted(rows, [begin, begin + len(batch)])
        parts.append(batch["subject"].gather(rows[low:high] - begin))
        begin += len(batch)
    return pl.concat(parts)


def after_separation(log: Log) -> pl.DataFrame:
    """Search each user's first action after the separation; count those before a later hiring."""
    roster = log.context["users"].group_by("user").agg(pl.col("separated", "hired").max())
    left = log.of_users().join(roster, on="user", how="left", maintain_order="left")
    days = left.select(pl.col("separated", "hired").to_physical().fill_null(NEVER).cast(pl.Int64))
    separated, hired = days["separated"].to_numpy(), days["hired"].to_numpy()
    again = np.where(hired > separated, hired, NEVER)
    some = np.flatnonzero(separated < NEVER)
    since = first_since(log.users, some, (separated[some] + ten.GRACE) * DAY)
    places = places_between(since, log.users.starts[some + 1])
    owner, day = log.users.owner[places], log.users["day"][places]
    late = (day > separated[owner] + ten.GRACE) & (day < again[owner] - ten.PAY_PERIOD)
    events = np.bincount(owner[late], minlength=len(log.users))
    return log.of_users(events=events).filter(pl.col("events") > 0)


def ended_access(log: Log) -> pl.DataFrame:
    """Compare days with the agency's access, part after part; none of an agency without dates."""
    agencies = log.by("agency")
    table = log.context["agencies"].unique("agency", keep="last", maintain_order=True)
    access = pl.DataFrame({"agency": agencies.labels()}).join(
        table, on="agency", how="left", maintain_order="left"
    )
    first, last = (
        access[name].to_physical().fill_null(open_).to_numpy().astype(np.int64)
        for name, open_ in (("access_from", -NEVER), ("access_to", NEVER))
    )

    def marks(part: Groups) -> NDArray[np.int64]:
        its, sizes = slice(part.first, part.first + len(part)), np.diff(part.starts)
        if (first[its] <= -NEVER).all() and (last[its] >= NEVER).all():
            return np.zeros((2, len(part)), np.int64)
        day = part["day"]
        late = day > np.repeat(last[its] + ten.GRACE, sizes)
        early = day < np.repeat(first[its] - ten.GRACE, sizes)
        kinds = late.view(np.uint8) + np.uint8(2) * early.view(np.uint8)
        _, after, before, both = kernels.tally(part.starts, kinds, 4).T
        return np.stack([after + before + both, after + both])

    events, late = np.concatenate(agencies.each(marks), axis=1)
    told = pl.DataFrame({"agency": agencies.labels(), "events": events, "late": late})
    return told.filter(pl.col("events") > 0)


def on_leave(log: Log) -> pl.DataFrame:
    """Search the ends of each leave among the user's actions."""
    users, table = log.users, log.context["leave"]
    known = table.with_columns(code=pl.Series(log.coded.texts.lookup("user", table["user"]))).filter(
        pl.col("code") >= 0
    )
    user = known["code"].to_numpy()
    begin, end = (known[name].to_physical().to_numpy() for name in ("start", "end"))
    at_work = known["kind"].fill_null("").str.contains(AT_WORK).to_numpy()
    low = first_since(users, user, np.where(at_work, begin, begin + ten.MARGIN))
    high = first_since(users, user, end)
    away, working = (places_between(low[some], high[some]) for some in (~at_work, at_work))
    used = away[~np.isin(away, working)]
    owner, day = users.owner[used], users["day"][used]
    new = np.append(True, (np.diff(owner) != 0) | (np.diff(day) != 0))[: len(used)]
    events, days = (np.bincount(each, minlength=len(users)) for each in (owner, owner[new]))
    return log.of_users(events=events, days=days).filter(pl.col("events") > 0)


def repeated_lookups(log: Log) -> pl.DataFrame:
    """Take the pairs that recur, and count their days."""
    users = log.users
    starts, rows, _ = kernels.recurring(users.starts, users["subject"], len(log.coded.subjects))
    all_of_them = np.ones(len(rows), np.bool_)
    all_of_them.setflags(write=False)
    days, _, _ = kernels.repeated_days(starts, users["time"][rows], users["day"][rows], all_of_them, 0)
    found = np.flatnonzero(days >= ten.DAYS_BACK)
    opens = rows[starts[found]]
    return pl.DataFrame(
        {
            "user": users.labels().gather(users.owner[opens]),
            "action": opens,
            "days": days[found],
        }
    )


def convergence(log: Log) -> pl.DataFrame:
    """Slide a window over each subject's look-ups."""
    subjects = log.by("subject")
    lookers = lookers_of(subjects)

    def crowds(part: Groups) -> NDArray[np.int64]:
        users = lookers.of(part)
        users.setflags(write=False)
        most, _, _ = kernels.distinct_in_window(part.starts, part["time"], users, ten.CROWDED, len(lookers))
        return most

    most = np.concatenate(subjects.each(crowds))
    found = np.flatnonzero(most >= ten.CROWD)
    return pl.DataFrame({"action": subjects.actions(subjects.starts[found]), "users": most[found]})


def shared_login(log: Log) -> pl.DataFrame:
    """Find the sessions without a rest, and how long they go on."""

    def sleepless(part: Groups) -> NDArray[np.int64]:
        time = part["time"]
        _, begin, end, owner = kernels.long_sessions(part.starts, time, ten.REST, ten.AWAKE)
        days = -(-(time[end - 1] - time[begin] - ten.AWAKE) // DAY)
        return np.bincount(owner, days, len(part)).astype(np.int64)

    times = np.concatenate(log.users.each(sleepless))
    return log.of_users(times=times).filter(pl.col("times") > 0)


def harvesting(log: Log) -> pl.DataFrame:
    """Slide a window over each user's look-ups."""
    parts = log.users.each(lambda part: kernels.densest(part.starts, part["time"], ten.BURST)[0])
    return log.of_users(events=np.concatenate(parts)).filter(pl.col("events") > 0)


def volume(log: Log) -> pl.DataFrame:
    """Count the quarters of an hour of each user's days and months."""
    since, last = (int(edge(log.users["day"])) for edge in (np.min, np.max))
    months = (last - since) // ten.MONTH + 1

    def paces(part: Groups) -> NDArray[np.int64]:
        time, day, marks = part["time"], part["day"], np.ones(int(part.starts[-1]), np.bool_)
        marks.setflags(write=False)
        return np.stack(kernels.paces(part.starts, time, day, marks, ten.OCCASION, since, ten.MONTH, months))

    told = np.concatenate(log.users.each(paces), axis=1)
    user, month = np.nonzero(told[1])
    made, active, most = told[:, user, month]
    names = log.users.labels().gather(user)
    return pl.DataFrame({"user": names, "month": month, "made": made, "active": active, "most": most})


def own_hours(log: Log) -> pl.DataFrame:
    """Count hours of the day, and take the fullest twelve."""
    told = log.users.each(lambda part: kernels.own_hours(part.starts, part["hour"], ten.BLOCK))
    window, inside = (np.concatenate(each) for each in zip(*told, strict=True))
    return log.of_users(window=window, inside=inside).filter(pl.col("inside") > 0)


def isolated_sessions(log: Log) -> pl.DataFrame:
    """Cut at silences, and look at the short sessions."""

    def sessions(part: Groups) -> NDArray[np.int64]:
        time = part["time"]
        begins, owner = kernels.sessions(part.starts, time, ten.SILENCE)
        isolated = np.diff(begins) <= ten.FEW
        few = np.flatnonzero(isolated)
        isolated[few] = time[begins[few + 1] - 1] - time[begins[few]] <= ten.SHORT
        return np.stack([np.bincount(each, minlength=len(part)) for each in (owner, owner[isolated])])

    counts, isolated = np.concatenate(log.users.each(sessions), axis=1)
    return log.of_users(sessions=counts, isolated=isolated).filter(pl.col("sessions") > 0)
