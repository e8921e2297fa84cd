"""Not filed, filed late, filed zero: three different things, as of a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from anomaly.detectors import BY_NAME
from anomaly.returns import Return, annual_return
from anomaly.returns.outputs import to_json
from tests.detectors.bench import story_bench

from .tables import TODAY, made

HEAD = "agency,year,filed_at,violations,pending"
AGENCIES = """agency,name,kind,parent,access_from,access_to
    ELM PD,Elm,local,,,
    ASH PD,Ash,local,,,
    BAY SO,Bay Sheriff,local,,,
    BAY JAIL,Bay Jail,local,BAY SO,,
    NEW PD,New,local,,2019-01-01,
    OLD PD,Old,local,,,2017-12-31
    FED FEN,Field Office,Federal,,,
"""
FILED = f"""{HEAD}
    ELM PD,2018,2019-01-20,2,0
    ASH PD,2018,2019-06-28,0,0
    BAY SO,2018,2019-03-03,0,1
"""


def statuses(it: Return) -> dict[str, tuple[str, bool | None]]:
    return {one.agency.agency: (one.status, one.late) for one in it.agencies}


def test_each_agency_has_its_status_and_lateness_stands_beside(tmp_path: Path) -> None:
    it = made(tmp_path, filings=FILED, agencies=AGENCIES)
    assert it.as_of == date(2019, 6, 28)
    assert statuses(it) == {
        "ELM PD": ("filed", False),
        "ASH PD": ("zero", True),
        "BAY SO": ("zero", False),
        "BAY JAIL": ("by_parent", None),
        "NEW PD": ("no_access", None),
        "OLD PD": ("no_access", None),
        "FED FEN": ("missing", None),
    }
    told = to_json(it)
    assert (told["not_filed"], told["filed_late"], told["filed_zero"]) == (
        ["FED FEN"],
        ["ASH PD"],
        ["ASH PD", "BAY SO"],
    )
    assert (told["as_of"], told["due"], told["late_after"]) == ("2019-06-28", "2019-02-01", "2019-03-03")


def test_what_had_not_come_by_the_day_is_not_known(tmp_path: Path) -> None:
    it = made(tmp_path, filings=FILED, agencies=AGENCIES, as_of=date(2019, 3, 3))
    assert statuses(it)["ASH PD"] == ("awaited", None)
    assert to_json(it)["not_filed"] == []
    assert to_json(it)["awaited"] == ["ASH PD", "FED FEN"]
    it = made(tmp_path, as_of=date(2019, 3, 4))
    assert to_json(it)["not_filed"] == ["ASH PD", "FED FEN"]


def test_a_return_made_without_a_day_is_as_of_the_day_on_which_a_report_is_late_never_a_day_to_come(
    tmp_path: Path,
) -> None:
    early = f"{HEAD}\nELM PD,2018,2019-01-20,2,0"
    assert made(tmp_path, filings=early, agencies=AGENCIES).as_of == date(2019, 3, 4)
    it = made(tmp_path, today=date(2019, 2, 7))
    assert it.as_of == date(2019, 2, 7)
    assert "FED FEN" in to_json(it)["awaited"]


def test_an_undated_filing_is_filed_and_whether_in_time_is_not_known(tmp_path: Path) -> None:
    it = made(tmp_path, filings=f"{HEAD}\nELM PD,2018,,2,0", agencies=AGENCIES)
    assert statuses(it)["ELM PD"] == ("filed", None)
    assert any("1 filing about 2018 has no date" in one for one in it.warnings)


def test_a_form_without_a_figure_is_neither_a_zero_nor_missing(tmp_path: Path) -> None:
    it = made(tmp_path, filings=f"{FILED}\nFED FEN,2018,2019-01-20,,", agencies=AGENCIES)
    assert statuses(it)["FED FEN"] == ("no_figure", False)
    told = to_json(it)
    assert told["filed_no_figure"] == ["FED FEN"]
    assert "FED FEN" not in [*told["not_filed"], *told["filed_zero"]]


def test_of_several_filings_the_last_counts_and_the_first_says_whether_it_came_in_time(
    tmp_path: Path,
) -> None:
    it = made(tmp_path, filings=f"{FILED}\nELM PD,2018,2019-09-01,5,0\nELM PD,2018,2019-10-01,,")
    elm = next(one for one in it.agencies if one.agency.agency == "ELM PD")
    assert (elm.violations, elm.late) == (5, False)
    assert any("1 agency filed for 2018 more than once" in one for one in it.warnings)


def test_parents_that_are_each_other_s_parents_are_followed_once(tmp_path: Path) -> None:
    ring = "agency,parent\nA,B\nB,A\nELM PD,"
    it = made(tmp_path, filings=f"{HEAD}\nELM PD,2018,2019-01-20,2,0", agencies=ring)
    assert to_json(it)["not_filed"] == ["A", "B"]


def test_without_agencies_whoever_ever_filed_or_has_users_is_known(tmp_path: Path) -> None:
    it = made(
        tmp_path,
        filings=f"{FILED}\nGORSE PD,2017,2018-01-20,0,0",
        users="user,agency\nu1,ELM PD\nu2,FEN PD",
    )
    assert to_json(it)["not_filed"] == ["FEN PD", "GORSE PD"]
    assert any("whoever never filed is not known" in one for one in it.warnings)


def test_few_filings_of_many_agencies_may_be_a_part_of_the_register(tmp_path: Path) -> None:
    agencies = "agency\n" + "\n".join(f"PD {k}" for k in range(9)) + "\nELM PD"
    it = made(tmp_path, filings=f"{HEAD}\nELM PD,2018,2019-01-20,2,0", agencies=agencies)
    assert any("only 1 of 10 agencies filed" in one for one in it.warnings)


def test_the_return_and_the_detector_find_the_same_agencies_late_missing_or_empty() -> None:
    bench, one = story_bench("missing_filing"), BY_NAME["missing_filing"]
    agencies = bench.groups(one).labels()
    detected = {agencies[actor] for actor in bench.run(one).actor.tolist()}
    at_fault = {
        one.agency.agency
        for year in range(2018, 2024)
        for one in annual_return(bench.context, year, today=TODAY, as_of=date(2024, 5, 16)).agencies
        if one.late or one.status in ("missing", "no_figure")
    }
    assert at_fault == detected


@pytest.mark.parametrize("year", [2018, 2020, 2023])
def test_a_year_of_nothing_but_zero_is_a_year(tmp_path: Path, year: int) -> None:
    it = made(tmp_path, year, filings=f"{HEAD}\nELM PD,{year},{year + 1}-01-20,0,0")
    assert (it.figures.counts["violations"], it.figures.agencies_with_misuse) == (0, 0)
