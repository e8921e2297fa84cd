"""Rates: exact intervals, a funnel that agrees with them, and no rate where nobody knows the users."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from anomaly.returns.outputs import to_json
from anomaly.returns.rates import Rate, band, rate_of

from .tables import made

HEAD = "agency,year,filed_at,violations,employees,permits"
ROSTER = "user,agency,hired,separated\n" + "\n".join(f"u{k},ELM PD,," for k in range(50))


@given(st.integers(0, 400), st.integers(1, 20_000))
def test_an_interval_leaves_a_fortieth_at_either_end(violations: int, users: int) -> None:
    rate = rate_of(violations, users)
    assert rate.low <= rate.value <= rate.high
    high = rate.high * users / 1000
    assert stats.poisson.cdf(violations, high) == pytest.approx(0.025, rel=0.05, abs=2e-3)
    if violations:
        low = rate.low * users / 1000
        assert stats.poisson.sf(violations - 1, low) == pytest.approx(0.025, rel=0.05, abs=2e-3)
    else:
        assert rate.low == 0


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 60), st.integers(1, 5000), st.floats(0.01, 500))
def test_the_funnel_is_where_an_agency_s_own_interval_holds_the_rate_of_all(
    violations: int, users: int, rate: float
) -> None:
    ((low, high),) = band(rate, [users])
    mine = rate_of(violations, users)
    gap = 1e-3 * max(rate, 1)
    if abs(mine.low - rate) > gap and abs(mine.high - rate) > gap:
        assert mine.holds(Rate(rate, 0, 0, users)) == (low <= mine.value <= high)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (Rate(31.25, 0.7912, 174.1111, 32), ("31.2", "0.8", "174")),
        (Rate(59.7, 50.26, 70.4, 2379), ("59.7", "50.3", "70.4")),
        (Rate(0.0513, 0.0013, 0.2857, 19_500), ("0.051", "0.001", "0.286")),
        (Rate(0.0, 0.0, 36.89, 100), ("0", "0", "36.9")),
        (Rate(0.0, 0.0, 0.0, 10**9), ("0", "0", "0")),
        (Rate(1000.0, 25.3, 5571.6, 1), ("1,000", "25.3", "5,572")),
    ],
)
def test_a_rate_and_its_interval_are_told_in_one_precision(rate: Rate, said: tuple[str, str, str]) -> None:
    assert rate.said == said


def test_users_are_those_employed_in_the_year_and_no_services(tmp_path: Path) -> None:
    extra = "gone,ELM PD,,2017-12-31\nto come,ELM PD,2019-01-01,\nrobot,ELM PD,,\nlate,ELM PD,2018-12-31,"
    it = made(
        tmp_path,
        filings=f"{HEAD}\nELM PD,2018,2019-01-20,2,,\nASH PD,2018,2019-01-20,4,,",
        users=f"{ROSTER}\n{extra}",
        service_accounts="user\nrobot",
    )
    told = {one["agency"]: one for one in to_json(it)["agencies"]}
    assert told["ELM PD"]["users"] == 51
    assert told["ELM PD"]["rate"]["per_1000_users"] == pytest.approx(2000 / 51, abs=1e-4)
    assert told["ASH PD"]["rate"] is None
    assert told["ASH PD"]["why_no_rate"] == "no table says how many users it had"
    assert it.rate is not None
    assert it.rate.users == 51  # the four violations of an agency of unknown size are in no rate


def test_the_users_of_an_agency_stand_under_the_parent_that_filed_for_it(tmp_path: Path) -> None:
    it = made(
        tmp_path,
        filings=f"{HEAD}\nBAY SO,2018,2019-01-20,2,,",
        agencies="agency,parent\nBAY SO,\nELM PD,BAY SO",
        users=f"{ROSTER}\nsheriff,BAY SO,,",
    )
    assert it.rate is not None
    assert it.rate.users == 51
    told = {one["agency"]: one for one in to_json(it)["agencies"]}
    assert told["BAY SO"]["rate"]["users"] == 51
    assert told["ELM PD"]["rate"] is None


def test_without_a_roster_no_rate_is_told_and_the_page_says_why(tmp_path: Path) -> None:
    it = made(tmp_path, filings=f"{HEAD}\nELM PD,2018,2019-01-20,2,,")
    assert it.rate is None
    assert any("there is no table `users`: no rate can be told" in one for one in it.warnings)


@pytest.mark.parametrize(
    ("violations", "employees", "permits", "shape", "practice"),
    [
        ("0", "0", "", None, None),
        ("", "", "", None, None),
        ("1", "", "", "single", None),
        ("2", "", "2", "unknown", ("permits", 2)),
        ("25", "1", "", "isolated", None),
        ("6", "4", "3", "several", None),
        ("38", "14", "36", "widespread", ("permits", 36)),
        ("38", "5", "", "widespread", None),
    ],
)
def test_the_shape_of_violations_is_what_the_filing_says(
    tmp_path: Path,
    violations: str,
    employees: str,
    permits: str,
    shape: str | None,
    practice: tuple[str, int] | None,
) -> None:
    row = f"ELM PD,2018,2019-01-20,{violations},{employees},{permits}"
    (one,) = made(tmp_path, filings=f"{HEAD}\n{row}").agencies
    assert (one.shape, one.practice) == (shape, practice)
