"""Logins, terminals, case numbers and filings: what each detector takes for itself, and what it lets pass."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.context import Context, load_context
from anomaly.detectors import BY_NAME, Signals
from anomaly.scan import Settings, scan
from tests.coding.logs import at
from tests.detectors.bench import ZONE, Bench

Row = dict[str, str | None]


def looked(user: str, day: float, **more: Any) -> Row:
    """One look-up of a plate by a user of the patrol of ELM."""
    plain: Row = {"time": at(day), "user": user, "agency": "ELM", "unit": "PATROL", "message_key": "RQ"}
    return plain | {"plate": f"7ABC{sum(map(ord, user)) + int(1440 * day)}"} | more


def told(name: str, rows: Sequence[Row], **tables: str) -> tuple[Bench, Signals]:
    """Run a detector on rows and tables written as CSV."""
    columns = dict.fromkeys(key for row in rows for key in row)
    frame = pl.DataFrame([{key: row.get(key) for key in columns} for row in rows], infer_schema_length=None)
    bench = Bench.of(frame.cast(pl.String), tables_of(**tables))
    return bench, bench.run(BY_NAME[name])


def tables_of(**tables: str) -> Context:
    """Context tables from CSV text."""
    if not tables:
        return Context()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in tables.items():
            Path(folder, f"{name}.csv").write_text(text)
        return load_context(Path(folder), ZONE)


def users_of(name: str, bench: Bench, signals: Signals) -> list[str]:
    """Who is listed."""
    return sorted(bench.groups(BY_NAME[name]).labels().gather(signals.actor).to_list())


def crew(n: int = 9, days: int = 30, **more: str) -> list[Row]:
    """Colleagues with one look-up a day, each at a terminal of their own."""
    return [
        looked(f"U{k}", day + k / 24, terminal=f"ELM{k}", **more) for k in range(n) for day in range(days)
    ]


REGISTERED = "terminal,agency\n" + "".join(f"ELM{k},ELM\n" for k in range(9)) + "OAK0,OAK\nOAK1,OAK\n"


def neighbours() -> list[Row]:
    """Two users of the next town at their own terminals."""
    return [looked(f"V{k}", day, terminal=f"OAK{k}", agency="OAK") for k in (0, 1) for day in range(30)]


@pytest.mark.parametrize("tables", [{"terminals": REGISTERED}, {}], ids=["registered", "by use"])
def test_a_terminal_of_the_next_town(tables: dict[str, str]) -> None:
    away = [looked("U0", day + 0.5, terminal="OAK0") for day in (3, 9, 14)]
    bench, signals = told("wrong_terminal", [*crew(), *neighbours(), *away], **tables)
    assert users_of("wrong_terminal", bench, signals) == ["U0"]
    assert signals.measures["owner"] == ["OAK"]
    assert signals.measures["days"] == [3]


def test_two_days_at_the_next_town_are_a_visit() -> None:
    away = [looked("U0", day + 0.5, terminal="OAK0") for day in (3, 9)]
    _, signals = told("wrong_terminal", [*crew(), *neighbours(), *away], terminals=REGISTERED)
    assert len(signals) == 0


def test_what_three_users_do_is_an_arrangement() -> None:
    away = [looked(f"U{k}", day + 0.5, terminal="OAK0") for k in range(3) for day in (3, 9, 14)]
    _, signals = told("wrong_terminal", [*crew(), *neighbours(), *away], terminals=REGISTERED)
    assert len(signals) == 0


def test_a_terminal_nobody_of_its_agency_uses_was_handed_over() -> None:
    away = [looked("U0", day + 0.5, terminal="OAK9") for day in range(0, 12, 2)]
    stale = REGISTERED + "OAK9,OAK\n"
    _, signals = told("wrong_terminal", [*crew(), *neighbours(), *away], terminals=stale)
    assert len(signals) == 0


def test_an_agencys_own_journal_has_no_rows_of_the_agency_next_door() -> None:
    """That nobody of the next town is seen at its terminal says nothing there; a table that names agencies
    otherwise than the log does says nothing at all.
    """
    away = [looked("U0", day + 0.5, terminal="OAK0") for day in (3, 9, 14)]
    _, signals = told("wrong_terminal", [*crew(), *away], terminals=REGISTERED)
    assert signals.measures["owner"] == ["OAK"]
    otherwise = REGISTERED.replace(",ELM", ",Elmford Police")
    _, signals = told("wrong_terminal", [*crew(), *away], terminals=otherwise)
    assert len(signals) == 0


def test_a_journal_that_names_no_agency_is_of_its_users_agencies(tmp_path: Path) -> None:
    away = [looked("U0", day + 0.5, terminal="OAK0") for day in (3, 9, 14)]
    rows = pl.DataFrame([*crew(), *away]).drop("agency")
    (tmp_path / "terminals.csv").write_text(REGISTERED)
    (tmp_path / "users.csv").write_text("user,agency\n" + "".join(f"U{k},ELM\n" for k in range(8)))
    result = scan(rows, Settings(context=tmp_path))
    (listed,) = [one for one in result.incidents if "wrong_terminal" in one.detectors]
    assert (listed.users, listed.agencies) == (("U0",), ("ELM",))


def test_a_child_agency_sits_with_its_parent() -> None:
    away = [looked("U0", day + 0.5, terminal="OAK0") for day in (3, 9, 14)]
    _, signals = told(
        "wrong_terminal",
        [*crew(), *neighbours(), *away],
        terminals=REGISTERED,
        agencies="agency,parent\nELM,OAK\nOAK,\n",
    )
    assert len(signals) == 0


def by_turns(user: str, day: float, minutes: Sequence[float], terminals: str) -> list[Row]:
    """Look-ups of one user on one day, each of another car and at the terminal of its letter."""
    return [
        looked(user, day + 10 * k, time=at(day, minutes=m), terminal=f"T{t}")
        for k, (m, t) in enumerate(zip(minutes, terminals, strict=True))
    ]


@pytest.mark.parametrize(
    ("turns", "minutes"), [("ABA", (0, 8, 15)), ("ABAB", (0, 9, 18, 27))], ids=["back too soon", "by turns"]
)
def test_two_terminals_by_turns(turns: str, minutes: Sequence[float]) -> None:
    shared = [row for day in range(6) for row in by_turns("U0", day + 0.3, minutes, turns)]
    bench, signals = told("shared_login", [*crew(), *shared])
    assert users_of("shared_login", bench, signals) == ["U0"]
    assert signals.measures["seen"][0].startswith("in two places at once on 6 of 30 days")
    assert len(signals.actions[0]) == 6 * len(turns)


@pytest.mark.parametrize("walk", ["AABB", "ABBA", "ABCD"], ids=["moved", "went back", "walked about"])
def test_one_person_walks(walk: str) -> None:
    moved = [row for day in range(6) for row in by_turns("U0", day + 0.3, (0, 8, 12, 20), walk)]
    _, signals = told("shared_login", [*crew(), *moved])
    assert len(signals) == 0


def test_who_goes_on_with_one_car_at_the_desk_is_one_person() -> None:
    turns = [row for day in range(6) for row in by_turns("U0", day + 0.3, (0, 4, 8, 12), "ABAB")]
    _, signals = told("shared_login", [*crew(), *(row | {"plate": "8SAME01"} for row in turns)])
    assert len(signals) == 0


@pytest.mark.parametrize(("unit", "listed"), [("PATROL", []), ("RECORDS", ["U0"])], ids=["ours", "theirs"])
def test_consoles_of_the_own_unit_are_one_room(unit: str, listed: list[str]) -> None:
    shared = [row for day in range(6) for row in by_turns("U0", day + 0.3, (0, 4, 8, 12), "ABAB")]
    others = [
        looked(f"{unit[0]}U{k}", day + 0.7, terminal=f"T{'AB'[(day + k) % 2]}", unit=unit)
        for k in range(4)
        for day in range(30)
    ]
    bench, signals = told("shared_login", [*crew(), *others, *shared])
    assert users_of("shared_login", bench, signals) == listed


def test_a_login_without_sleep_and_one_whose_shifts_say_so() -> None:
    hours = [day + hour / 24 for day in (2, 9, 16, 23) for hour in range(0, 23, 2)]
    awake = [looked(user, time, terminal="ELM0") for user in ("U0", "U1") for time in hours]
    shifts = "user,start,end\n" + "".join(
        f"U1,{at(day)[:19]}+00:00,{at(day + 22 / 24)[:19]}+00:00\n" for day in (2, 9, 16, 23)
    )
    bench, signals = told("shared_login", [*crew(), *awake], shifts=shifts)
    assert users_of("shared_login", bench, signals) == ["U0"]
    assert "without a rest of 5 on 4 of" in signals.measures["seen"][0]


def numbered(user: str, n: int, number: str, **more: str) -> list[Row]:
    """One new person a day under one number."""
    return [looked(user, day, plate=f"8{user}{day:03d}", case_number=number, **more) for day in range(n)]


def many_cases(n: int = 10) -> list[Row]:
    """Colleagues with a new case every day."""
    return [
        looked(f"W{k}", day, plate=f"9W{k}{day:03d}", case_number=f"24-{k}{day:04d}")
        for k in range(n)
        for day in range(30)
    ]


def test_one_number_over_new_people_for_weeks() -> None:
    bench, signals = told("copied_case_number", [*many_cases(), *numbered("U0", 20, "24-00000")])
    assert users_of("copied_case_number", bench, signals) == ["U0"]
    assert signals.measures["number"] == ["24-00000"]
    assert signals.measures["subjects"] == [20]


def test_a_number_in_the_reason_counts_where_the_field_is_empty() -> None:
    rows = numbered("U0", 20, "24-00000")
    for row in rows[3:]:
        row |= {"case_number": None, "reason": "case 24-00000 f/u"}
    _, signals = told("copied_case_number", [*many_cases(), *rows])
    assert signals.measures["subjects"] == [20]


def test_a_number_that_three_users_type_is_a_common_case() -> None:
    rows = [row for user in ("U0", "U1", "U2") for row in numbered(user, 20, "24-99999")]
    _, signals = told("copied_case_number", [*many_cases(), *rows])
    assert len(signals) == 0


def test_a_registered_number_of_the_user_that_names_nobody() -> None:
    tables = {
        "cases": "case_number,opened\n24-99999,2024-01-01 00:00:00\n",
        "case_people": "case_number,subject\n24-00001,plate:1ABC111\n",
        "case_officers": "case_number,user\n24-99999,U0\n",
    }
    _, signals = told("copied_case_number", [*many_cases(), *numbered("U0", 20, "24-99999")], **tables)
    assert len(signals) == 0


def test_a_number_of_the_desk_without_a_register() -> None:
    """The clerk's bulk number was listed first of all in every log that came without tables."""
    rows = [*many_cases(), *numbered("U0", 20, "24-99999")]
    assert len(told("copied_case_number", rows)[1]) == 0
    beside = [looked("U0", day, plate=f"7U{day:03d}") for day in range(70)]
    assert len(told("copied_case_number", [*rows, *beside])[1]) == 1


def test_numbers_that_no_case_has() -> None:
    known = [row["case_number"] for row in many_cases(12)]
    cases = "case_number,opened\n" + "".join(f"{n},2024-01-01 00:00:00\n" for n in known)
    false = [looked("U0", day, plate=f"8U{day:03d}", case_number=f"24-99{day:04d}") for day in range(12)]
    bench, signals = told("copied_case_number", [*many_cases(12), *false], cases=cases)
    assert users_of("copied_case_number", bench, signals) == ["U0"]
    assert "typed numbers that no case has, 12 of 12" in signals.measures["seen"][0]


def searches(user: str, widths: Sequence[int]) -> list[Row]:
    """Camera searches of so many networks."""
    return [looked(user, day, networks=str(width)) for day, width in enumerate(widths)]


def test_wide_searches_and_a_setting() -> None:
    usual = [row for k in range(12) for row in searches(f"W{k}", [40, 60, 80, 70, 50] * 4)]
    chosen, setting = searches("U0", [50, *[6809] * 19]), searches("U1", [6809] * 20)
    bench, signals = told("scope_excess", [*usual, *chosen, *setting])
    assert users_of("scope_excess", bench, signals) == ["U0"]
    assert signals.measures["reached"] == ["6,809"]
    assert len(signals.actions[0]) == 19


AGENCIES = [f"A{k}" for k in range(10)]
REPORTED = "agency,year,filed_at,investigations,violations,pending\n"


def filed(agency: str, year: int, on: str = "", figures: str = "0,0,0") -> str:
    """A row of the table of filings, in time unless `on` says when."""
    return f"{agency},{year},{on or f'{year + 1}-01-20'},{figures}\n"


def reports(**changed: str) -> str:
    """All filings of ten agencies for 2018 to 2023, one violation a year; a change replaces an agency's row
    of a year, named `A0_2021`.
    """
    rows = [
        changed.get(f"{agency}_{year}", filed(agency, year, figures="1,1,0"))
        for agency in AGENCIES
        for year in range(2018, 2024)
    ]
    return REPORTED + "".join(rows)


def seen(name: str, filings: str, **tables: str) -> dict[str, dict[str, Any]]:
    """What the detector says of each agency it lists; every agency has ten users."""
    rows = [looked(f"{agency}-{k}", k / 24, agency=agency) for agency in AGENCIES for k in range(10)]
    bench, signals = told(name, rows, filings=filings, **tables)
    labels = bench.groups(BY_NAME[name]).labels().gather(signals.actor).to_list()
    assert signals.when is None or signals.when.shape == (len(signals), 2)
    assert all(len(actions) == 0 for actions in signals.actions)
    return {
        label: {key: values[k] for key, values in signals.measures.items()} for k, label in enumerate(labels)
    }


def test_every_report_in_time() -> None:
    assert seen("missing_filing", reports()) == {}


def test_missing_late_and_empty_reports() -> None:
    filings = reports(
        A0_2023="",
        A1_2021=filed("A1", 2021, "2022-06-28"),
        A2_2022=filed("A2", 2022, figures=",,"),
        A3_2022=filed("A3", 2022, "2023-02-20"),  # within the month of grace
    )
    found = {agency: measures["faults"] for agency, measures in seen("missing_filing", filings).items()}
    assert found == {
        "A0": "no report for 2023",
        "A1": "a late one for 2021",
        "A2": "a report without a figure for 2022",
    }


def test_a_parent_files_for_the_child() -> None:
    agencies = "agency,parent,access_from,access_to\nA0,A1,,\nA1,,,\n"
    assert seen("missing_filing", reports(A0_2023=""), agencies=agencies) == {}


def test_an_agency_whose_access_had_ended_owes_nothing() -> None:
    agencies = "agency,parent,access_from,access_to\nA0,,,2022-10-15\n"
    assert seen("missing_filing", reports(A0_2023=""), agencies=agencies) == {}


def test_one_agencys_own_table_says_nothing_of_the_others() -> None:
    own = REPORTED + "".join(filed("A0", year) for year in range(2018, 2023))
    assert list(seen("missing_filing", own)) == ["A0"]


def zeros(agency: str, figures: str = "0,0,0") -> dict[str, str]:
    """Six years without a violation."""
    return {f"{agency}_{year}": filed(agency, year, figures=figures) for year in range(2018, 2024)}


def test_six_years_of_zero() -> None:
    found = seen("implausible_zero", reports(**zeros("A0")))
    assert list(found) == ["A0"]
    assert found["A0"]["years"] == 6
    assert found["A0"]["expected"] == pytest.approx(6.0, abs=0.1)
    assert (found["A0"]["low"], found["A0"]["high"]) == (2, 10)


def test_zero_is_no_finding_where_three_are_not_to_be_expected() -> None:
    seldom = {f"{agency}_{year}": filed(agency, year) for agency in AGENCIES for year in range(2018, 2022)}
    assert seen("implausible_zero", reports(**seldom)).keys() == set()
    assert seen("implausible_zero", reports(**(seldom | zeros("A0")))) == {}


def test_a_case_that_is_pending_every_year_is_still_a_zero() -> None:
    found = seen("implausible_zero", reports(**zeros("A0", "1,0,1")))
    assert found["A0"]["years"] == 5  # the last may yet be decided
    assert "pending in 5" in found["A0"]["pending"] or "pending in 4" in found["A0"]["pending"]


def test_four_years_of_zero_are_too_few() -> None:
    rows = zeros("A0") | {"A0_2018": "", "A0_2019": ""}
    assert seen("implausible_zero", reports(**rows)) == {}


def test_a_share_of_a_protected_list() -> None:
    rows = [looked(f"{agency}-0", 0, agency=agency) for agency in AGENCIES]
    shares = "agency,lookups,listed\n" + "".join(
        f"{agency},5000,{100 + 3 * k}\n" for k, agency in enumerate(AGENCIES[1:])
    )
    bench, signals = told("listed_share", rows, listed_shares=shares + "A0,5000,600\n")
    assert users_of("listed_share", bench, signals) == ["A0"]
    assert signals.measures["share"] == [12.0]
    assert all(len(actions) == 0 for actions in signals.actions)
    _, few = told("listed_share", rows, listed_shares="agency,lookups,listed\nA0,5000,600\n")
    assert few.abstained == "fewer than 8 agencies with counts to compare"


SEPARATED = "user,hired,separated\nU0,2010-01-01,2024-03-10\n"


def test_use_after_separation_and_a_shift_that_clears_it() -> None:
    late = [looked("U0", day, terminal="ELM0") for day in (10, 12)]
    bench, signals = told("after_separation", [*crew(2, 3), *late], users=SEPARATED)
    assert users_of("after_separation", bench, signals) == ["U0"]
    shifts = f"user,start,end\nU0,{at(10)[:19]}+00:00,{at(12.3)[:19]}+00:00\n"
    _, signals = told("after_separation", [*crew(2, 3), *late], users=SEPARATED, shifts=shifts)
    assert len(signals) == 0


def test_whoever_was_given_the_account_began_before_the_roster_knew() -> None:
    late = [looked("U0", day, terminal="ELM0") for day in (10, 12)]
    given = SEPARATED.replace("2010-01-01", "2024-03-20")
    _, signals = told("after_separation", [*crew(2, 3), *late], users=given)
    assert len(signals) == 0
