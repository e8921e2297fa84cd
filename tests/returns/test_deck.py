"""The deck's figures as filings: the return says what its pages said."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from anomaly.returns import Return
from anomaly.returns.outputs import to_json
from anomaly.returns.page import render
from anomaly.returns.paper import paper

from .tables import DECK, RECORD, deck, made

PERMITS, ISOLATED, NOT_FILED = "DUNMARSH QUAY PD", "GORSELY HEATH PD", "FED HOLLOWMERE"


@pytest.fixture(scope="module")
def it() -> Return:
    return deck()


def text_of(page: str) -> str:
    read = HTMLParser()
    parts: list[str] = []
    read.handle_data = parts.append  # type: ignore[method-assign]
    read.feed(page.split("</style>")[1])
    return " ".join("".join(parts).split()).replace("\xa0", " ")


def test_the_figures_are_those_of_the_deck(it: Return) -> None:
    told = to_json(it)
    assert {
        name: told[name]
        for name in (
            *("year", "violations", "agencies_with_misuse", "pending", "lost_or_left_job", "suspended"),
            *("reprimanded", "misdemeanor", "felony", "not_filed"),
        )
    } == {
        "year": 2018,
        "violations": 142,
        "agencies_with_misuse": 49,
        "pending": 27,
        "lost_or_left_job": 16,
        "suspended": 15,
        "reprimanded": 10,
        "misdemeanor": 5,
        "felony": 1,
        "not_filed": [NOT_FILED],
    }
    before = told["previous"]
    assert (before["year"], before["violations"], before["agencies_with_misuse"]) == (2017, 143, 72)
    assert before["lost_or_left_job"] == 22
    assert set(before) == {name for name in told if name in before}


def test_what_nobody_filed_is_null_and_not_0(it: Return) -> None:
    told = to_json(it)
    assert told["investigations"] is None
    assert told["counselled"] is None
    assert told["previous"]["suspended"] is None
    assert "Counsellednot given2017: not given" in text_of(render(it))


def test_one_practice_of_many_and_one_person_s_habit(it: Return) -> None:
    of = {one.agency.agency: one for one in it.agencies}
    assert (of[PERMITS].violations, of[PERMITS].shape) == (38, "widespread")
    assert of[PERMITS].practice == ("permit_applicants", 36)
    assert (of[ISOLATED].violations, of[ISOLATED].shape) == (25, "isolated")
    assert {one.shape for one in it.agencies if one.status == "filed"} - {"widespread", "isolated"} == {
        "single",
        "unknown",
    }
    text = text_of(render(it))
    assert "2 agencies each reported a tenth or more of all violations. Are they comparable?" in text
    assert "38 violations, 322 for 1,000 users Widespread: 5 or more employees (14 in all)" in text
    assert "25 violations, 191 for 1,000 users Isolated: one employee, more than one violation" in text


def test_the_agencies_outside_chance_are_named_in_the_picture_and_marked_in_the_table(it: Return) -> None:
    page = render(it)
    picture = page.split("named where there is room")[1].split("</svg>")[0]
    for name in ("Dunmarsh Quay Police Department", "Gorsely Heath Police Department"):
        assert f">{name}</text>" in picture
    rows = page.split('<table class="rates">')[1].split("</table>")[0].split("</tr>")
    marked = [row for row in rows if re.search("<b>(above|below) what chance alone would leave</b>", row)]
    assert "For 8 agencies it could hardly" in text_of(page)
    assert len(marked) == 8
    assert all(any(name in row for row in marked) for name in ("Dunmarsh Quay", "Gorsely Heath"))
    printed = " ".join(page.extract_text() for page in PdfReader(BytesIO(paper(it))).pages)
    assert len(re.findall(r"(?:above|below)\s+what\s+chance\s+alone\s+would\s+leave", printed)) == 8


def test_the_page_says_what_the_deck_s_pages_said(it: Return) -> None:
    text = text_of(render(it))
    for words in (
        "142 violations (2017: 143), reported by 49 agencies (2017: 72)",
        "27 investigations are still pending",
        "1 agency has not filed; 90 have",
        "Misuse by the numbers Violations1422017: 143 Agencies that reported misuse492017: 72",
        "Discipline by the numbers Lost or left their job162017: 22 Suspended15",
        "Reprimanded10",
        "Misdemeanor charges5",
        "Felony charges1",
        "Federal Field Office, Hollowmere (federal): no report about 2018 had come by Apr 7, 2019.",
        "Of the 49 agencies that reported misuse, 2 said how many employees (15 in all) and 47 did not;",
        "2 gave categories and 47 did not.",
    ):
        assert words in text, words


def test_the_federal_agencies_stand_one_by_one_and_beside_not_filed_the_rule(it: Return) -> None:
    told = to_json(it)
    assert [(one["agency"], one["status"], one["investigations"]) for one in told["federal"]] == [
        ("FED ELDERWICK", "zero", None),
        ("FED AMBERLY", "zero", None),
        (NOT_FILED, "missing", None),
    ]
    assert told["filing_rule"]["id"] == "misuse-report"
    text = text_of(render(it))
    pages = [page.extract_text() for page in PdfReader(BytesIO(paper(it))).pages]
    printed = re.sub(r"\s+", " ", " ".join(pages).replace("\u200b", ""))
    for words in (
        "3 federal agencies: 2 filed zero, 1 not filed. 2 of 2 reports do not say how many",
        "Federal Field Office, Hollowmere has not filed",
        "by 1 February of the next year. Agencies that do not report risk sanctions up to removal",
        "Source: CA DOJ bulletin of 17 April 2018",
        "are for whoever grants the access to decide",
    ):
        assert words in text, words
        assert words in printed, words
    assert "Federal Air Station, Elderwickreported zeronot given0" in text.replace(" reported", "reported")


def test_investigations_that_a_federal_agency_opened_are_told(tmp_path: Path) -> None:
    agencies = "agency,kind\nFED A,Federal\nFED B,federal\nELM PD,local"
    filed = (
        "agency,year,filed_at,investigations,violations\nFED A,2018,2019-01-20,2,0\nFED B,2018,2019-01-20,,1"
    )
    page = text_of(render(made(tmp_path, agencies=agencies, filings=filed)))
    assert (
        "2 federal agencies: 1 reported misuse, 1 filed zero. 2 investigations opened. 1 of 2 reports"
    ) in page
    none = made(tmp_path / "none", filings="agency,year,violations\nELM PD,2018,1")
    assert to_json(none)["federal"] == []
    assert "Federal agencies" not in render(none)
    assert "risk sanctions" not in render(none)


def test_a_late_zero_after_the_deck_is_late_and_zero_and_no_longer_missing(tmp_path: Path) -> None:
    shutil.copytree(DECK, tmp_path / "deck")
    with (tmp_path / "deck" / "filings.csv").open("a") as file:
        file.write(f"{NOT_FILED},2018,2019-06-28,0,0,0{',' * 11}\n")
    on_the_day, later = (made(tmp_path / "deck", as_of=date(2019, 6, day)) for day in (20, 29))
    assert to_json(on_the_day)["not_filed"] == [NOT_FILED]
    assert "1 filing about 2018 came after Jun\xa020, 2019: left out" in on_the_day.warnings
    told = to_json(later)
    assert told["not_filed"] == []
    assert NOT_FILED in told["filed_late"]
    assert NOT_FILED in told["filed_zero"]
    assert "Federal Field Office, Hollowmere: Jun 28, 2019, zero" in text_of(render(later))


def test_agencies_stand_by_name_never_by_their_counts(it: Return) -> None:
    names = [one.agency.name for one in it.agencies]
    assert names == sorted(names)
    page = render(it)
    rows = re.findall(r'<tr>\s*<th scope="row"><bdi>(.*?)</bdi>', page.split('id="agencies"')[1])
    assert [name for name in rows if name in names][: len(names)] == names
    cards = re.findall(r"<li><h3><bdi>(.*?)</bdi>", page)
    assert cards == sorted(cards)
    assert len(cards) == 2


def test_every_agency_with_something_to_say_has_a_draft_with_both_recommended_figures(it: Return) -> None:
    page = render(it)
    drafts = page.split('<details class="draft">')[1:]
    assert len(drafts) == 49 + 1 + sum(
        1
        for one in it.agencies
        if one.status == "zero" and one.report and any(one.report.filing.counts.values())
    )
    mine = next(text_of("</style>" + one) for one in drafts if PERMITS in one)
    for words in (
        "Annual misuse return for 2018",
        "Violations381",
        "Employees engaged in misuse14",
        "Violations under “permit applicants”36",
        "Reprimanded",
        "Felony charges",
        "Head of the agency, signature",
    ):
        assert words in mine, words
    blank = next(text_of("</style>" + one) for one in drafts if NOT_FILED in one)
    assert "nothing filed by Apr 7, 2019; was due on Feb 1, 2019" in blank
    assert "Employees engaged in misuse Violations" in blank


def test_the_tables_are_made_again_with_the_same_bytes(tmp_path: Path) -> None:
    kept = {path.name: path.read_bytes() for path in DECK.iterdir()}
    script = (DECK.parent / "make.py").read_text()
    room = tmp_path / "make.py"
    room.write_text(script)
    subprocess.run([sys.executable, room], check=True, env={"PYTHONPATH": str(DECK.parents[2])})
    assert {path.name: path.read_bytes() for path in (tmp_path / "deck2018").iterdir()} == kept
    assert (tmp_path / RECORD.name).read_bytes() == RECORD.read_bytes()


def test_no_agency_is_a_real_one() -> None:
    names = pl.read_csv(DECK / "agencies.csv")["name"].to_list()
    assert not re.search("Chula|Glendale|Orange|Los Angeles|California", " ".join(names))
