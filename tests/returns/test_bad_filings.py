"""Filings that are wrong: a clear error with file and row, or shown as data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from anomaly.errors import InputError
from anomaly.returns.outputs import to_json

from .tables import made, put

HEAD = "agency,year,filed_at,investigations,violations,pending,employees,personal_use,curiosity"
GOOD = "ELM PD,2018,2019-01-20,3,2,1,1,1,1"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("ASH PD,2018,2019-01-20,,2,,,2,1", "3 violations by category, 2 in all"),
        ("ASH PD,2018,2018-12-31,,2,,,,", "it was filed on 2018-12-31, before the year was over"),
        ("ELM PD,2018,2019-01-20,3,4,1,1,1,1", "row 1 is a filing of 2019-01-20 too, with other figures"),
    ],
)
def test_a_filing_that_contradicts_itself_is_refused_by_file_and_row(
    tmp_path: Path, row: str, says: str
) -> None:
    with pytest.raises(InputError) as error:
        made(tmp_path, filings=f"{HEAD}\n{GOOD}\n{row}")
    assert error.value.where == "filings.csv, row 2"
    assert "contradicts itself" in error.value.what
    assert says in error.value.what
    assert error.value.next


def test_the_first_of_many_contradictions_is_told_and_how_many_there_are(tmp_path: Path) -> None:
    rows = "\n".join(f"{name} PD,2018,2019-01-20,,1,,,2,1" for name in ("ASH", "BAY", "FEN"))
    with pytest.raises(InputError, match=r"row 2: .*`ASH PD` about 2018 .*and so do 2 more"):
        made(tmp_path, filings=f"{HEAD}\n{GOOD}\n{rows}")


@pytest.mark.parametrize("value", ["-1", "1.5", "nan", "inf", "1e300", "-0.5"])
def test_a_figure_that_is_no_count_is_refused(tmp_path: Path, value: str) -> None:
    for row in (f"ASH PD,2018,2019-01-20,,{value},,,,", f"ASH PD,2018,2019-01-20,,9,,,{value},"):
        with pytest.raises(InputError, match="is not a count") as error:
            made(tmp_path, filings=f"{HEAD}\n{GOOD}\n{row}")
        assert error.value.where == "filings.csv, row 2"


@pytest.mark.parametrize("value", ["2018.5", "18", "20180", "-2018", "nan", "inf"])
def test_a_year_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError, match="is not a year"):
        made(tmp_path, filings=f"{HEAD}\n{GOOD}\nASH PD,{value},2019-01-20,,1,,,,")


def test_words_where_a_number_should_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`many` in column `violations` is not a number"):
        made(tmp_path, filings=f"{HEAD}\nASH PD,2018,2019-01-20,,many,,,,")


def test_misuse_by_nobody_is_told_and_taken_as_not_given(tmp_path: Path) -> None:
    it = made(tmp_path, filings=f"{HEAD}\n{GOOD}\nASH PD,2018,2019-01-20,,7,,0,,")
    assert [one.shape for one in it.agencies] == ["unknown", "isolated"]
    assert any("1 filing says that 0 employees were engaged" in one for one in it.warnings)
    assert it.figures.agencies_with_employees == 1


def test_the_same_filing_twice_is_one(tmp_path: Path) -> None:
    assert made(tmp_path, filings=f"{HEAD}\n{GOOD}\n{GOOD}").figures.counts["violations"] == 2


def test_two_categories_of_one_name_are_refused(tmp_path: Path) -> None:
    head = HEAD.replace("curiosity", "personal_use\u200b")
    with pytest.raises(InputError, match="two categories are called `personal_use`"):
        made(tmp_path, filings=f"{head}\n{GOOD}")


def test_an_agency_in_filings_that_is_in_no_table_is_shown_and_counted(tmp_path: Path) -> None:
    it = made(tmp_path, filings=f"{HEAD}\n{GOOD}\nGHOST PD,2018,2019-01-20,,3,,,,", agencies="agency\nELM PD")
    assert it.figures.counts["violations"] == 5
    assert to_json(it)["not_in_agencies"] == ["GHOST PD"]
    assert any("1 agency in `filings` stands in no table `agencies`" in one for one in it.warnings)


def test_a_year_that_nobody_filed_about_is_an_error_that_names_the_years(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no filing is about 2016[^$]*2017, 2018"):
        made(tmp_path, 2016, filings=f"{HEAD}\n{GOOD}\nELM PD,2017,2018-01-20,,1,,,,")


def test_a_year_that_is_not_over_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2018 was not over on 2018-12-31"):
        made(tmp_path, as_of=date(2018, 12, 31), filings=f"{HEAD}\n{GOOD}")
    with pytest.raises(InputError, match="2018 was not over on 2018-06-01"):
        made(tmp_path, today=date(2018, 6, 1), filings=f"{HEAD}\nELM PD,2018,,1,1,,,,")


def test_a_day_before_the_first_filing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no filing about 2018 had come by 2019-01-02"):
        made(tmp_path, as_of=date(2019, 1, 2), filings=f"{HEAD}\n{GOOD}")


def test_no_filings_and_an_empty_table_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no table `filings` here"):
        made(put(tmp_path, agencies="agency\nELM PD"))
    with pytest.raises(InputError, match="the table tells of nothing at all"):
        made(tmp_path, filings=HEAD)


def test_tables_that_a_return_does_not_need_are_not_read(tmp_path: Path) -> None:
    it = made(tmp_path, filings=f"{HEAD}\n{GOOD}", calls="this,is\nno,table")
    assert it.figures.counts["violations"] == 2
    assert not any("calls" in one for one in it.warnings)
