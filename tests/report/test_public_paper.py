"""The public edition on paper: it says what its page says, and nobody can be found in it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from anomaly.incidents.model import ScanResult
from anomaly.report.formats import FORMATS
from anomaly.report.paper import document as paper
from anomaly.report.public.edition import public
from tests.county import county

from .sample import HOSTILE, hostile, result
from .test_public import Told, own_words, renamed


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    made = county(tmp_path_factory.mktemp("public-paper"))
    return Told(made.log, made.context)


def _pdf(edition: ScanResult) -> bytes:
    return FORMATS["pdf"].write(edition, 50)["report.pdf"]


def _text(pdf: bytes) -> str:
    """All that can be read in a PDF: its pages on one line, and what it says of itself."""
    reader = PdfReader(BytesIO(pdf))
    pages = " ".join(page.extract_text() for page in reader.pages)
    told = " ".join(map(str, (reader.metadata or {}).values()))
    xmp = reader.root_object["/Metadata"].get_data().decode()
    return re.sub(r"\s+", " ", f"{pages} {told} {xmp}".replace("\u200b", ""))


@cache
def _said() -> str:
    return _text(_pdf(public(result())))


def leaks(pdf: bytes, needles: set[str]) -> set[str]:
    text, ours = _text(pdf).lower(), own_words()
    return {one for one in needles if one.lower() in text and one.lower() not in ours}


@pytest.mark.parametrize("threshold", [3, 5])
def test_nobody_and_no_text_of_the_log_is_on_paper(told: Told, threshold: int) -> None:
    needles, agencies = told.needles(), set(told.rows["agency"])
    assert len(needles) > 10_000
    assert leaks(_pdf(public(told.clear, threshold=threshold)), needles - agencies) == set()


def test_the_search_would_find_them(told: Told) -> None:
    users = set(told.result.incidents[0].users)
    assert leaks(paper.report(told.result, budget=1), users) == users


def test_who_the_people_are_changes_no_byte(told: Told) -> None:
    assert _pdf(public(renamed(told.result))) == _pdf(public(told.result))
    assert _pdf(public(told.clear)) == _pdf(public(told.result))


def test_it_says_what_the_page_says() -> None:
    for words in (
        "Access-log review · public edition",
        "8 entries for review in 1,204,331 queries by 412 users, Feb 2024 – Sep 2025",
        "Of the entries that rest on a chance model, about 0.4 are expected to be chance",
        "An entry is a reason to look, never a conclusion about a person",
        "What this edition withholds, so that nobody is exposed",
        "Every count from 1 to 4",
        "nobody can say which entry is whose",
        "Found in 5 or more of them",
        "Federal agencies in this log",
        "How full the columns are",
        "could not be tried: no table cases in the context folder",
        "What a log cannot show",
        "Every person, agency and query in it is invented",
    ):
        assert words in _said(), words
    for words in ("Disposition", "Rows of the log", "u-1138", "queries-2025.csv"):
        assert words not in _said(), words


def test_every_page_says_what_it_is() -> None:
    pages = PdfReader(BytesIO(_pdf(public(result())))).pages
    assert len(pages) < 6
    for page in pages:
        assert "Public edition · for review, not a finding · counts under 5 withheld" in page.extract_text()


def test_a_count_that_is_withheld_is_said_to_be_and_never_to_be_none() -> None:
    short = _text(_pdf(public(replace(result(), incidents=result().incidents[:1]))))
    assert "Fewer than 5 entries for review" in short
    assert "The entries are not listed" in short
    assert "Nothing stood out" not in short
    nothing = _text(_pdf(public(result(empty=True))))
    assert "Nothing stood out for review" in nothing
    assert "This does not show that nothing was misused" in nothing
    for text in (short, nothing, _said()):
        assert not re.search(r"\bNone\b|\bnull\b", text)


def test_marks_of_an_agency_that_are_withheld_are_not_shown() -> None:
    figures = result().summary
    lines = [{**one, "case_number": 2} for one in figures["federal"]]
    text = _text(_pdf(public(replace(result(), summary={**figures, "federal": lines}))))
    assert re.search(r"\b90 not shown not shown not shown not shown", text)


def test_an_archive_takes_it_and_hostile_texts_have_no_way_in() -> None:
    text = _text(_pdf(public(replace(hostile(), summary={**hostile().summary, "limits": []}))))
    assert re.search(r"pdfaid:part[^0-9]{1,3}2\b", text)
    assert re.search(r"pdfuaid:part[^0-9]{1,3}1\b", text)
    for one in HOSTILE[:10]:
        assert one not in text
