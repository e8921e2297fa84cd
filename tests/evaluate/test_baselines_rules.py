"""Each baseline on a small log whose ranking is known by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from anomaly.evaluate.baselines import (
    Baseline,
    Queries,
    ecod,
    ewma,
    hbos,
    isolation_forest,
    local_outlier_factor,
    minnesota,
    most_days_without_a_reason,
    most_lookups_of_one_subject,
    read_queries,
    search_anomaly_index,
    volume,
)
from anomaly.evaluate.listing import Abstained, Listing
from anomaly.scan import Settings

MONDAY = dt.datetime(2024, 3, 4)


def _log(rows: Sequence[tuple[object, ...]], columns: str, context: Path | None = None) -> Queries:
    """Read rows of the columns named, times local; `day` and `hour` (of fractions) count from a Monday."""
    frame = pl.DataFrame(rows, schema=columns.split(), orient="row", infer_schema_length=None)
    day, hour = pl.col("day").cast(pl.Float64), pl.col("hour").cast(pl.Float64)
    moment = (pl.lit(MONDAY) + pl.duration(minutes=(day * 24 + hour) * 60)).dt.strftime("%Y-%m-%dT%H:%M:%S")
    written = frame.with_columns(time=moment).drop("day", "hour")
    zone = "America/Los_Angeles"
    return read_queries(written, Settings(context=context, time_zone=zone, local_zone=zone))


def _listing(answer: Listing | Abstained) -> Listing:
    assert isinstance(answer, Listing), answer
    return answer


def _users(answer: Listing | Abstained) -> list[str]:
    return [user for users in _listing(answer).entries["users"].to_list() for user in users]


def _scores(answer: Listing | Abstained) -> dict[str, float]:
    entries = _listing(answer).entries
    return dict(zip(entries["users"].list.first().to_list(), entries["score"].to_list(), strict=True))


def _rows(answer: Listing | Abstained, rank: int) -> list[int]:
    return _listing(answer).evidence.filter(pl.col("rank") == rank)["row"].to_list()


def test_volume_counts_actions_and_breaks_ties_by_name() -> None:
    rows = [("cyd", 0, 9), ("bo", 0, 9), ("ada", 0, 10), ("bo", 0, 11), ("cyd", 1, 9)]
    answer = volume(_log(rows, "user day hour"))
    assert _users(answer) == ["bo", "cyd", "ada"]
    assert _listing(answer).entries["score"].to_list() == [2, 2, 1]
    assert _rows(answer, 1) == [2, 4]


def test_most_lookups_counts_a_pair_and_leaves_out_what_happens_once() -> None:
    rows = [("ada", day, 9, "A1") for day in (0, 1)] + [("bo", 0, hour, "B2") for hour in (9, 10, 11)]
    rows += [("bo", 0, 9.01, "B2"), ("cyd", 0, 9, "A1")]  # a second row of one action; a single look-up
    answer = most_lookups_of_one_subject(_log(rows, "user day hour plate"))
    assert _users(answer) == ["bo", "ada"]
    assert _listing(answer).entries["subjects"].to_list() == [["plate:B2"], ["plate:A1"]]
    assert _listing(answer).entries["score"].to_list() == [3, 2]
    assert _rows(answer, 1) == [3, 4, 5, 6]


def test_days_without_a_reason_pass_over_busy_afternoons_and_cases() -> None:
    rows = [("ada", day, 9, "A1", "inv", None) for day in (0, 3)]
    rows += [("bo", 0, hour, "B2", "inv", None) for hour in (9, 10, 11)]
    rows += [("cyd", day, 9, "C3", "inv", "24-00017") for day in (0, 1, 2)]
    answer = most_days_without_a_reason(_log(rows, "user day hour plate reason case_number"))
    assert _scores(answer) == {"ada": 2, "bo": 1, "cyd": 0}


def test_own_name_takes_name_licence_or_plate_but_no_namesake(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(
        "user,name,dob,license,plate\n"
        'ada,"MARLOW,ADA",1980-01-01,,\n'
        'bo,"HESTER,BO",1990-02-02,,8XYZ999\n'
        'cyd,"LUNN,CYD",1970-03-03,,\n'
    )
    rows = [
        ("ada", 0, 9, "Marlow, Ada", "1980-01-01", None),
        ("ada", 1, 9, "MARLOW,ADA", "1980-01-01", None),
        ("ada", 2, 9, "OTHER,ONE", "1980-01-01", None),
        ("bo", 0, 9, None, None, "8XYZ999"),
        ("cyd", 0, 9, "LUNN,CYD", "1999-09-09", None),
    ]
    answer = minnesota.own_name(_log(rows, "user day hour name dob plate", tmp_path))
    assert _scores(answer) == {"ada": 2, "bo": 1}
    assert _rows(answer, 1) == [1, 2]


def test_same_surname_weighs_a_rare_name_more_than_a_common_one(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text('user,name\nada,"RARELY,ADA"\nbo,"COMMON,BO"\ncyd,"ELSE,CYD"\n')
    common = ["COMMON"] * 5 + ["OTHER"] * 5
    rows = [("cyd", 0, i, f"{surname},X{i}") for i, surname in enumerate(common)]
    rows += [("bo", 1, i, f"{surname},Y{i}") for i, surname in enumerate(common)]
    rows += [("ada", 2, i, f"{surname},Z{i}") for i, surname in enumerate(["RARELY"] * 2 + common[1:9])]
    answer = minnesota.same_surname(_log(rows, "user day hour name", tmp_path))
    scores = _scores(answer)
    assert list(scores) == ["ada", "bo"]
    k, n, p = 2, 10, 0.5 / 21
    bound = k * np.log(k / n / p) + (n - k) * np.log((1 - k / n) / (1 - p))
    assert scores["ada"] == pytest.approx(bound)
    assert _rows(answer, 1) == [21, 22]


def test_one_sex_is_beside_the_unit_either_way() -> None:
    rows = []
    for unit, share in (("Patrol", 3), ("Custody W", 9)):
        for user in range(8):
            women = 10 - share if (unit, user) == ("Patrol", 0) else share
            rows += [(f"{unit[0]}{user}", unit, i, 9, "F" if i < women else "M") for i in range(10)]
    answer = minnesota.one_sex(_log(rows, "user unit day hour sex"))
    assert _users(answer)[0] == "P0"
    assert max(score for user, score in _scores(answer).items() if user != "P0") < _scores(answer)["P0"] / 3
    assert _rows(answer, 1) == list(range(1, 11))


def test_highly_queried_counts_users_within_a_month() -> None:
    rows = [(f"u{i}", 20 + i, 9, "A1") for i in range(4)]  # within a fortnight, over the turn of a window
    rows += [(f"u{i}", 40 * i, 10, "B2") for i in range(6)]  # more users, months apart
    rows += [("u0", i, 11, "C3") for i in range(9)]  # one user
    answer = minnesota.highly_queried(_log(rows, "user day hour plate"))
    entries = _listing(answer).entries
    assert entries.select("kind", "subjects", "score").rows() == [("subject", ["plate:A1"], 4.0)]
    assert entries["users"].to_list() == [["u0", "u1", "u2", "u3"]]
    assert _rows(answer, 1) == [1, 2, 3, 4]


def test_after_employment_spares_the_last_day_and_who_was_hired_again(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(
        "user,hired,separated\nada,2020-01-01,2024-03-05\nbo,2020-01-01,2024-03-05\nbo,2024-03-06,\ncyd,,\n"
    )
    rows = [(user, day, 9) for user in ("ada", "bo", "cyd") for day in (0, 1, 2, 3)]
    answer = minnesota.after_employment(_log(rows, "user day hour", tmp_path))
    assert _scores(answer) == {"ada": 2}
    assert _rows(answer, 1) == [3, 4]


def test_the_audit_deals_the_tests_in_turn_and_passes_those_that_cannot_run() -> None:
    rows = [(f"u{i}", i, 9, "A1", "F") for i in range(3)] + [(f"u{i}", i, 10, "B2", "M") for i in range(2)]
    log = _log(rows, "user day hour plate sex")
    answer = _listing(minnesota.audit(log))
    sexes, asked = _listing(minnesota.one_sex(log)), _listing(minnesota.highly_queried(log))
    assert answer.entries["kind"].to_list() == ["person", "subject", "person", "subject", "person"]
    assert answer.entries["score"].to_list() == [1, 1, 1 / 2, 1 / 2, 1 / 3]
    assert answer.entries["users"].to_list()[:2] == [sexes.entries["users"][0].to_list(), ["u0", "u1", "u2"]]
    assert len(answer.evidence) == len(sexes.evidence) + len(asked.evidence)
    assert _rows(answer, 2) == [1, 2, 3]


def test_ewma_sees_a_burst_and_not_a_busy_post() -> None:
    rows = [("busy", day, 6 + i / 2) for day in range(20) for i in range(30)]
    rows += [("quiet", day, 9 + i) for day in range(20) for i in range(2)]
    rows += [("burst", day, 9 + i / 3) for day in range(20) for i in range(30 if day == 15 else 3)]
    rows += [("early", day, 9 + i / 3) for day in range(9) for i in range(30 if day == 8 else 3)]
    answer = ewma(_log(rows, "user day hour"))
    scores = _scores(answer)
    assert _users(answer) == ["burst", "busy", "early", "quiet"]
    assert scores["burst"] == pytest.approx(2 * (np.sqrt(30.375) - np.sqrt(3.375)))
    assert scores["busy"] == pytest.approx(0)
    assert scores["early"] == 0  # nine days are no past


def test_search_anomaly_index_needs_a_burst_outside_the_window() -> None:
    """One lone search at night is 5; three within the hour are 5 z = 15 or so; rotating shifts have no
    window.
    """
    steady = [("bursts", day, 8 + i) for day in range(30) for i in range(8)]
    rows = [*steady, *(("bursts", 10, 2 + i / 4) for i in range(3))]
    rows += [("single", day, hour) for _, day, hour in steady] + [("single", 10, 2)]
    rows += [("rotates", day, (8 + 8 * (day % 3) + i) % 24) for day in range(30) for i in range(8)]
    answer = search_anomaly_index(_log(rows, "user day hour"))
    assert _users(answer) == ["bursts", "rotates", "single"]
    assert _scores(answer) == {"bursts": pytest.approx(3 / 243), "rotates": 0, "single": 0}


@pytest.mark.parametrize("baseline", [isolation_forest, local_outlier_factor, ecod, hbos])
def test_a_learner_puts_the_one_who_works_otherwise_first(baseline: Baseline) -> None:
    if baseline in (ecod, hbos):
        pytest.importorskip("pyod")
    random = np.random.default_rng(5)
    rows = []
    for user in range(24):
        odd = user == 7
        for day in range(40):
            for _ in range(random.poisson(12 if odd else 6)):
                hour = random.uniform(0, 5) if odd else random.uniform(8, 17)
                plate = "A1" if odd and random.random() < 0.5 else f"P{random.integers(5000)}"
                rows.append((f"u{user:02}", day, hour, plate, "" if odd else "24-12345"))
    answer = baseline(_log(rows, "user day hour plate reason"))
    assert _users(answer)[0] == "u07"
    assert len(_listing(answer).entries) == 24
    assert _listing(answer).entries.equals(
        _listing(baseline(_log(rows, "user day hour plate reason"))).entries
    )


def test_learners_say_when_there_are_too_few_users() -> None:
    answer = isolation_forest(_log([(f"u{i}", 0, 9) for i in range(7)], "user day hour"))
    assert answer == Abstained("isolation forest", "too few users to learn from: 7, at least 8 needed")


def test_what_is_lacking_is_named() -> None:
    log = _log([("ada", 0, 9), ("bo", 0, 9)], "user day hour")
    assert most_lookups_of_one_subject(log) == Abstained(
        "most look-ups of one subject", "the log has no `subject`"
    )
    assert minnesota.own_name(log) == Abstained(
        "Minnesota: own name", "the log has no `subject`; no table `users` in the context folder"
    )
    audit = minnesota.audit(log)
    assert isinstance(audit, Abstained)
    assert audit.reason.count("no table `users`") == 1


def test_a_roster_without_the_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user,unit\nada,Patrol\n")
    answer = minnesota.after_employment(_log([("ada", 0, 9)], "user day hour", tmp_path))
    assert answer == Abstained("Minnesota: after employment", "the table `users` has no `separated`")
