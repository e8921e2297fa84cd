"""The review record: what stands of it, the draft it makes, and a filing beside it that is never mixed in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.errors import InputError
from anomaly.returns import Return, annual_return, read_tables
from anomaly.returns.outputs import agencies_frame, to_json, write_return
from anomaly.returns.page import render
from anomaly.returns.paper import paper
from anomaly.returns.record import tally
from anomaly.returns.reviews import Review, standing
from anomaly.schema import FINDINGS
from tests.report.browser import CHROMIUM, Reader, on_a_phone

from .tables import RECORD, TODAY, deck, made, put
from .test_paper import _pages

HEAD = "incident_id,agency,user,category,opened,decided,finding,violations,outcome"
FILED = "agency,year,filed_at,investigations,violations,pending,employees,reprimanded,personal_use,strange"
ONE = "I-1,ELM PD,u1,personal use,2018-02-01,2018-04-01,violation,2,reprimanded"
PERMITS, ISOLATED, NOT_FILED = "DUNMARSH QUAY PD", "GORSELY HEATH PD", "FED HOLLOWMERE"


@pytest.fixture(scope="module")
def it() -> Return:
    return deck(date(2019, 4, 7), review=RECORD)


def record_of(it: Return, agency: str) -> dict[str, object]:
    told = next(one for one in to_json(it)["agencies"] if one["agency"] == agency)["record"]
    assert isinstance(told, dict)
    return told


def test_the_record_makes_the_figures_of_the_form(tmp_path: Path) -> None:
    rows = """
        I-1,ELM PD,u1,personal use,2018-02-01,2018-04-01,violation,2,suspended; misdemeanor
        I-1,ELM PD,u2,personal use,2018-02-01,2018-04-01,violation,,counselled
        I-2,ELM PD,u1,Curiosity,2018-05-01,2018-06-01,Violation,3,suspended;counselled
        I-3,ELM PD,u3,,2018-05-02,2018-06-01,no violation,,
        I-4,ELM PD,,,2018-05-03,,pending,,
        I-5,ELM PD,,harvesting,2018-07-01,2018-08-01,violation,,
        I-6,ELM PD,,harvesting,2018-07-01,2018-08-01,violation,,terminated"""
    it = made(tmp_path, reviews=f"{HEAD}\n{rows}")
    told = record_of(it, "ELM PD")
    assert told == {
        "investigations": 6,
        "violations": 8,  # a violation without a number is one
        "pending": 1,
        "employees": 4,  # two that are named, and one for each row that names nobody
        "counselled": 2,
        "reprimanded": 0,
        "suspended": 1,  # one employee, in two entries
        "resigned": 0,
        "terminated": 1,
        "misdemeanor": 1,
        "felony": 0,
        "categories": {"curiosity": 3, "harvesting": 2, "personal use": 3},
        "differences": {},
    }


def test_a_draft_is_not_a_filing(tmp_path: Path) -> None:
    it = made(tmp_path, reviews=f"{HEAD}\n{ONE}", agencies="agency\nELM PD\nASH PD")
    told = to_json(it)
    assert told["violations"] is None
    assert told["not_filed"] == ["ASH PD", "ELM PD"]
    assert told["record"] == {"agencies": ["ELM PD"], "differ": [], "not_filed": ["ELM PD"]}
    text = " ".join(Reader(render(it)).text.split()).replace("\xa0", " ")
    assert "Nobody has filed." in text
    assert "There is no table filings: drafts are from the review record" in text
    assert "It is no filing until the agency files it." in text
    assert "Nobody has filed." in _pages(paper(it))[0]


def test_of_an_agency_that_filed_both_are_shown_and_the_filed_figure_counts(tmp_path: Path) -> None:
    it = made(
        tmp_path,
        filings=f"{FILED}\nELM PD,2018,2019-01-20,,1,0,1,1,0,1\nASH PD,2018,2019-01-21,2,4,0,1,0,,",
        reviews=f"{HEAD}\n{ONE}",
    )
    told = to_json(it)
    assert (told["violations"], told["employees"], told["categories"]) == (
        5,
        2,
        {"personal_use": 0, "strange": 1},
    )
    assert record_of(it, "ELM PD")["differences"] == {"violations": 1, "category: personal_use": 2}
    assert told["record"] == {"agencies": ["ELM PD"], "differ": ["ELM PD"], "not_filed": []}
    row = agencies_frame(it).row(by_predicate=pl.col("agency") == "ELM PD", named=True)
    assert (row["violations"], row["record_violations"], row["record_pending"]) == (1, 2, 0)
    assert agencies_frame(it).filter(agency="ASH PD")["record_violations"].to_list() == [None]
    assert "the review record of 1 agency says otherwise than it filed: the filed figures count here" in (
        it.warnings
    )


def test_the_last_row_says_what_stands_by_day_and_then_by_order(tmp_path: Path) -> None:
    rows = [
        "I-1,ELM PD,u1,personal use,2018-02-01,,pending,,",
        "I-1,ELM PD,u1,personal use,2018-02-01,2018-04-01,violation,2,suspended",
        "I-1,ELM PD,u1,personal use,2018-02-01,2018-09-01,violation,2,terminated",
        "I-1,ELM PD,u1,personal use,2018-02-01,2019-02-10,no violation,,",
    ]
    for k, order in enumerate(permutations(rows)):
        folder = put(tmp_path / str(k), reviews="\n".join([HEAD, *order]))
        for day, says in (
            ("2019-01-02", {"violations": 2, "terminated": 1, "suspended": 0}),
            ("2019-02-10", {"violations": 0, "terminated": 0, "investigations": 1}),
        ):
            it = annual_return(read_tables(folder), 2018, today=TODAY, as_of=date.fromisoformat(day))
            assert says.items() <= record_of(it, "ELM PD").items()
    same_day = [rows[1], rows[1].replace("suspended", "suspended; felony")]
    it = made(tmp_path / "same", reviews="\n".join([HEAD, *same_day]))
    assert record_of(it, "ELM PD")["felony"] == 1


def test_what_was_decided_later_was_pending_and_what_is_reopened_is_again(tmp_path: Path) -> None:
    rows = f"""{HEAD}
        I-1,ELM PD,u1,,2018-12-01,2019-03-01,violation,,
        I-2,ELM PD,u2,,2018-02-01,2018-03-01,violation,,
        I-2,ELM PD,u2,,2018-02-01,2019-02-01,pending,,
        I-3,ELM PD,u2,,2019-01-04,,pending,,"""
    it = made(tmp_path, as_of=date(2019, 1, 10), reviews=rows)
    assert {"investigations": 2, "pending": 1, "violations": 1}.items() <= record_of(it, "ELM PD").items()
    assert (
        "2 rows of the review record about 2018 are of a day after Jan\xa010, 2019: left out" in it.warnings
    )
    it = made(tmp_path)
    assert it.as_of == date(2019, 3, 4)
    assert {"investigations": 2, "pending": 1, "violations": 1}.items() <= record_of(it, "ELM PD").items()
    last = f"{rows}\nI-2,ELM PD,u2,,2018-02-01,2019-05-06,no violation,,"
    assert made(tmp_path, reviews=last).as_of == date(2019, 5, 6)  # of the last decision about the year


def test_an_entry_of_nobody_gives_way_to_its_users_and_a_decision_does_not(tmp_path: Path) -> None:
    rows = f"""{HEAD}
        I-1,ELM PD,,,2018-02-01,,pending,,
        I-1,ELM PD,u1,,2018-02-01,2018-03-01,violation,,
        I-2,ELM PD,,,2018-02-01,2018-03-01,violation,,
        I-2,ELM PD,u1,,2018-02-01,2018-03-01,no violation,,"""
    told = record_of(made(tmp_path, reviews=rows), "ELM PD")
    assert {"investigations": 2, "pending": 0, "violations": 2, "employees": 2}.items() <= told.items()


def test_a_year_of_its_own_is_taken_where_it_fits(tmp_path: Path) -> None:
    row = "I-1,ELM PD,u1,,2018-12-01,2019-03-01,violation,,"
    it = made(tmp_path, 2019, reviews=f"{HEAD},year\n{row},2019")
    assert record_of(it, "ELM PD")["violations"] == 1
    with pytest.raises(InputError, match=r"(?s)no review is about 2018.*2019"):
        made(tmp_path)


def test_an_entry_of_an_agency_whose_parent_filed_is_on_the_parent_s_record(tmp_path: Path) -> None:
    it = made(
        tmp_path,
        filings=f"{FILED}\nBAY SO,2018,2019-01-20,,1,,,,,",
        agencies="agency,parent\nBAY SO,\nBAY JAIL,BAY SO",
        reviews=f"{HEAD}\n{ONE.replace('ELM PD', 'BAY JAIL')}",
    )
    assert record_of(it, "BAY SO")["differences"] == {"violations": 1}
    assert [one.agency.agency for one in it.on_record] == ["BAY SO"]


def test_rows_without_a_finding_are_counted_and_nothing_else(tmp_path: Path) -> None:
    blank = "I-9,,,personal use,,,,,"
    it = made(tmp_path, reviews=f"{HEAD}\n{ONE}\n{blank}\n{blank}")
    assert record_of(it, "ELM PD")["investigations"] == 1
    assert "2 rows of the review record have no finding: not looked at yet, and counted as nothing" in (
        it.warnings
    )
    it = made(tmp_path / "b", filings=f"{FILED}\nELM PD,2018,2019-01-20,,1,,,,,", reviews=f"{HEAD}\n{blank}")
    assert "the review record tells of nothing that was opened in 2018" in it.warnings
    assert 'id="record"' not in render(it)
    assert to_json(it)["record"] == {"agencies": [], "differ": [], "not_filed": []}


BAD = [
    (
        "I-2,ELM PD,u1,,2018-02-01,2018-04-01,guilt,,",
        "`guilt` in column `finding` is none",
        "no violation or",
    ),
    ("I-2,ELM PD,u1,,2018-02-01,2018-04-01,violation,,fired", "`fired` in column `outcome`", "terminated"),
    ("I-2,ELM PD,u1,spite,2018-02-01,2018-04-01,violation,,", "`spite` in column `category`", "curiosity"),
    ("I-2,ELM PD,u1,,2018-02-01,2018-01-31,violation,,", "before it was opened on 2018-02-01", "see what"),
    ("I-2,ELM PD,u1,,2018-02-01,,violation,,", "the day on which it was decided is missing", "see what"),
    ("I-2,ELM PD,u1,,2018-02-01,2018-04-01,violation,0,", "there are 0 violations", "see what"),
    ("I-2,ELM PD,u1,,2018-02-01,2018-04-01,no violation,1,", "and violations are counted", "see what"),
    ("I-2,ELM PD,u1,,2018-02-01,2018-04-01,no violation,,resigned", "“resigned” came of it", "see what"),
    ("I-2,ELM PD,u1,,2018-02-01,,pending,,resigned", "“resigned” came of it", "see what"),
    ("I-2,ELM PD,u1,,,,,,resigned", "`outcome` is filled in, and there is no finding", "see what"),
    (
        "I-2,ELM PD,u1,,2018-02-01,2018-04-01,,,",
        "`decided` is filled in, and there is no finding",
        "see what",
    ),
    ("I-2,,u1,,2018-02-01,2018-04-01,violation,,", "column `agency` is empty", "fill it in"),
    ("I-2,ELM PD,u1,,,2018-04-01,violation,,", "column `opened` is empty", "fill it in"),
    ("I-2,ELM PD,u1,,2018-02-01,2018-04-01,violation,1.5,", "`1.5` in column `violations`", "correct"),
    ("I-2,ELM PD,u1,,2018-02-01,2018-04-01,violation,many,", "`many` in column `violations`", "correct"),
    ("I-2,ELM PD,u1,,spring,2018-04-01,violation,,", "`spring` in column `opened` is not a date", "correct"),
    ("I-2,ELM PD,u1,,0218-02-01,2018-04-01,violation,,", "it was opened in 218", "see what"),
    (",ELM PD,u1,,2018-02-01,2018-04-01,violation,,", "column `incident_id` is empty", "fill it in"),
    (f"{ONE.split('violation')[0]}no violation,,", "row 1 of 2018-04-01 too says “violation”", "see what"),
]


@pytest.mark.parametrize(("row", "says", "next"), BAD, ids=[says for _, says, _ in BAD])
def test_a_row_that_is_wrong_is_refused_by_file_and_row(
    tmp_path: Path, row: str, says: str, next: str
) -> None:
    with pytest.raises(InputError) as error:
        made(tmp_path, reviews=f"{HEAD}\n{ONE}\n{row}")
    assert error.value.where == "reviews.csv, row 2"
    assert says in error.value.what
    assert next in (error.value.next or "")


@pytest.mark.parametrize(
    ("year", "says"),
    [("2017", "reported for 2017, and was opened in 2018"), ("2019", "and decided in 2018"), ("18", "`18`")],
)
def test_a_year_that_does_not_fit_is_refused(tmp_path: Path, year: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        made(tmp_path, reviews=f"{HEAD},year\n{ONE},{year}")


def test_how_many_rows_are_wrong_is_told(tmp_path: Path) -> None:
    rows = "\n".join(f"I-{k},ELM PD,u1,,2018-02-01,,violation,," for k in range(2, 5))
    with pytest.raises(InputError, match=r"row 2: this row about `I-2` contradicts itself.*and so do 2 more"):
        made(tmp_path, reviews=f"{HEAD}\n{ONE}\n{rows}")


def test_an_agency_that_no_table_knows_is_refused_before_it_is_missed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"reviews.csv, row 1: `ELM PD` is in no table `agencies`"):
        made(tmp_path, reviews=f"{HEAD}\n{ONE}", agencies="agency\nElm PD")
    assert made(tmp_path, filings=f"{FILED}\nELM PD,2018,2019-01-20,,1,,,,,").on_record  # it has filed


def test_a_record_of_another_place_is_read_and_two_are_refused(tmp_path: Path) -> None:
    tables = put(tmp_path / "tables", filings=f"{FILED}\nELM PD,2018,2019-01-20,,1,,,,,")
    put(tmp_path / "desk", record=f"{HEAD}\n{ONE}", filings=f"{HEAD}\n{ONE}")
    it = annual_return(read_tables(tables, tmp_path / "desk" / "record.csv"), 2018, today=TODAY)
    assert set(it.hashes) == {"filings.csv", "record.csv"}
    assert it.on_record
    put(tables, record=f"{HEAD}\n{ONE}")
    assert not read_tables(tables, tables / "record.csv").warnings
    for file, says in (
        ("none.csv", "cannot be read as csv"),
        ("record.txt", "this is no table"),
        ("filings.csv", "two files are called filings.csv"),
    ):
        with pytest.raises(InputError, match=says):
            read_tables(tables, tmp_path / "desk" / file)
    put(tables, reviews=f"{HEAD}\n{ONE}")
    with pytest.raises(InputError, match="two files hold the table `reviews`"):
        read_tables(tables, tmp_path / "desk" / "record.csv")
    pl.read_csv(tables / "reviews.csv").write_parquet(tables / "reviews.parquet")
    (tables / "reviews.csv").unlink()
    assert annual_return(read_tables(tables), 2018, today=TODAY).on_record == it.on_record


def test_a_list_of_outcomes_is_read_and_what_is_no_text_is_refused(tmp_path: Path) -> None:
    row = {"incident_id": "I-1", "agency": "ELM PD", "opened": "2018-02-01", "decided": "2018-03-01"}
    frame = pl.DataFrame([{**row, "finding": "violation", "outcome": ["counselled", "felony"]}])
    frame.write_parquet(tmp_path / "reviews.parquet")
    told = record_of(made(tmp_path), "ELM PD")
    assert (told["counselled"], told["felony"], told["suspended"]) == (1, 1, 0)
    for strange in ([[1]], [{"a": "b"}], [b"violation"]):
        frame.with_columns(finding=pl.Series(strange)).write_parquet(tmp_path / "reviews.parquet")
        with pytest.raises(InputError, match=r"column `finding` holds .* and not texts"):
            made(tmp_path)


def test_the_deck_with_a_record_has_the_figures_of_the_deck(it: Return) -> None:
    told, plain = to_json(it), to_json(deck(date(2019, 4, 7)))
    for name in plain.keys() - {"agencies", "warnings", "record", "inputs"}:
        assert told[name] == plain[name], name
    assert told["record"] == {
        "agencies": [PERMITS, NOT_FILED, ISOLATED],
        "differ": [PERMITS],
        "not_filed": [NOT_FILED],
    }
    assert record_of(it, PERMITS)["differences"] == {"violations": 2, "employees": 1}
    early = deck(date(2019, 3, 4), review=RECORD)
    assert record_of(early, PERMITS)["differences"] == {"pending": 1}
    assert record_of(it, ISOLATED)["differences"] == {}


def test_page_and_paper_show_both_side_by_side_and_no_user(it: Return) -> None:
    page, sheets = render(it), _pages(paper(it))
    text = " ".join(Reader(page).text.split()).replace("\xa0", " ")
    for said in (text.replace("engaged1415", "engaged 14 15 "), " ".join(sheets)):
        for words in (
            "What the review record says of 2018, for 3 agencies, as of Apr 7, 2019. It is no filing",
            "employees engaged 14 15 +1",
            "As filed, in every figure that was: Gorsely Heath Police Department.",
            "The review record of 1 agency says otherwise than it filed",
        ):
            assert words in said, words
    assert "has not filed investigations–3– violations–1–" in text
    assert "has not filed investigations – 3 – violations – 1 –" in " ".join(sheets)
    draft = next(one for one in page.split('<details class="draft">') if f"{PERMITS}</bdi>" in one)
    said = " ".join(Reader("<i " + draft).text.split())
    for words in ("Violations3840 (+2)1", "under “unauthorized purpose”38", "until the agency amends it"):
        assert words in said, words
    sheet = next(one for one in sheets if f"agency {PERMITS}" in one)
    for words in ("2018 on record 2017", "Violations 38 40 (+2) 1", "until the agency amends it"):
        assert words in sheet, words
    for user in ("p-15", "g-1", "h-2"):
        assert user not in page + " ".join(sheets)
        assert user not in json.dumps(to_json(it))


def test_the_same_bytes_whatever_the_order_of_the_record(tmp_path: Path) -> None:
    head, *rows = RECORD.read_text().splitlines()
    mixed = put(tmp_path / "mixed", reviews="\n".join([head, *rows[::-1]])) / "reviews.csv"
    ways = [deck(date(2019, 4, 7), review=one) for one in (RECORD, mixed)]
    for name, one in zip("ab", ways, strict=True):
        write_return(replace(one, hashes={}), tmp_path / name)
    for file in ("return.html", "return.csv", "return.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_what_stands_in_the_record_is_text(tmp_path: Path) -> None:
    code = "<script>alert(1)</script>"
    rows = ["<b>,=1+1,u1,,2018-02-01,,pending,,", f"{code},{code},@u,,2018-02-01,2018-04-01,violation,,"]
    page = render(made(tmp_path, reviews="\n".join([HEAD, *rows])))
    assert code not in page
    assert code in Reader(page).text
    with pytest.raises(InputError) as error:
        made(tmp_path, reviews=f"{HEAD}\n{rows[1].replace('violation', chr(27) + '[2J')}")
    assert "\x1b" not in str(error.value)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_phone_shows_it_without_overflow(it: Return, tmp_path: Path) -> None:
    shown, complaints, widths = on_a_phone(render(it), tmp_path)
    assert 'id="record"' in shown
    assert "CONSOLE" not in complaints, complaints
    assert widths == ["widths 390 390"]


REVIEWS = st.lists(
    st.builds(
        Review,
        row=st.integers(1, 10**6),
        incident_id=st.sampled_from(["I-1", "I-2", "I-3"]),
        agency=st.just("ELM PD"),
        user=st.none() | st.sampled_from(["u1", "u2"]),
        category=st.none() | st.sampled_from(["curiosity", "harvesting"]),
        opened=st.dates(date(2018, 1, 1), date(2018, 1, 9)),
        decided=st.none() | st.dates(date(2018, 1, 9), date(2018, 1, 20)),
        finding=st.sampled_from(FINDINGS),
        violations=st.integers(0, 3),
        outcomes=st.sampled_from([(), ("counselled",), ("counselled", "felony")]),
        year=st.just(2018),
    ),
    max_size=8,
    unique_by=lambda one: one.row,
)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(REVIEWS, st.dates(date(2018, 1, 1), date(2018, 1, 21)))
def test_any_record_adds_up(reviews: list[Review], day: date) -> None:
    stands = standing(reviews, day)
    told = tally(stands).counts
    assert set(standing(reviews[::-1], day)) == set(stands)
    assert len({one.about for one in stands}) == len(stands)
    assert all(one.opened <= day and one.since <= day for one in stands)
    assert told["pending"] <= told["investigations"] <= 3
    assert all(told[name] <= told["employees"] for name in ("counselled", "felony"))
    assert sum(tally(stands).categories.values()) <= told["violations"]
    later = standing(reviews, date(2019, 1, 1))
    assert {one.incident_id for one in stands} <= {one.incident_id for one in later}
