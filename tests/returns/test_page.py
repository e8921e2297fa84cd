"""The page of the return: text as text, nothing asked of a network, readable by everyone, on a phone too."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from anomaly.returns.page import render
from anomaly.returns.pictures import funnel, trend
from anomaly.returns.published import by_source, outcomes, published
from anomaly.returns.rates import Rate
from tests.report.browser import CHROMIUM, Reader, on_a_phone

from .tables import deck, made
from .test_outputs import hostile

AWAITED = "agency,year,filed_at,violations,pending\nELM PD,2018,2019-01-20,1,1\nASH PD,2018,2019-01-20,,1"
ZERO = "agency,year,violations\nELM PD,2018,0"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    room = tmp_path_factory.mktemp("pages")
    agencies = "agency,parent,access_to\nELM PD,,\nFEN PD,,\nBAY JAIL,ELM PD,\nOLD PD,,2016-01-01"
    return {
        "deck": render(deck()),
        "small": render(made(room / "small", filings=AWAITED, agencies=agencies)),
        "zero": render(made(room / "zero", filings=ZERO, users="user,agency\nu,ELM PD")),
        "bare": render(made(room / "bare", filings="agency,year\nELM PD,2018")),
        "hostile": render(hostile(room / "hostile")),
    }


NAMES = ("deck", "small", "zero", "bare", "hostile")


@pytest.mark.parametrize("name", NAMES)
def test_only_known_elements_and_no_way_out(pages: dict[str, str], name: str) -> None:
    forbidden = {"script", "img", "iframe", "link", "object", "form", "base"}
    for tag, attributes in Reader(pages[name]).elements:
        assert tag not in forbidden
        assert not any(key.startswith("on") or key in ("src", "action") for key in attributes)
        if "href" in attributes:
            assert str(attributes["href"]).startswith("#")
    style = pages[name].split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in pages[name]


@pytest.mark.parametrize("name", NAMES)
def test_structure_for_those_who_do_not_see_it(pages: dict[str, str], name: str) -> None:
    elements = Reader(pages[name]).elements
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in elements:
        for key in ("href", "aria-labelledby"):
            if key in attributes:
                assert str(attributes[key]).lstrip("#") in ids
        if tag == "svg":
            assert attributes["role"] == "img"
            assert len(str(attributes["aria-label"])) > 20
    assert {"main", "header", "footer", "nav"} <= {tag for tag, _ in elements}


def test_hostile_names_are_shown_as_text(pages: dict[str, str]) -> None:
    text = Reader(pages["hostile"]).text
    for shown in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "<b>bold</b>"):
        assert shown in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", pages["hostile"])


@pytest.mark.parametrize("name", NAMES)
def test_no_word_reads_as_a_verdict_and_no_none_as_a_number(pages: dict[str, str], name: str) -> None:
    text = Reader(pages[name].split("</style>")[1]).text
    assert not re.search(r"(?i)\b(suspects?|offenders?|guilty|culprits?|violators?|perpetrators?)\b", text)
    assert not re.search(r"\b(None|nan|Undefined|True|False)\b", text)
    assert not re.search(r"\b1 (violations|agencies|investigations|filings|users)\b", text)


def test_every_status_is_told_apart(pages: dict[str, str]) -> None:
    text = " ".join(Reader(pages["small"]).text.split()).replace("\xa0", " ")
    for words in (
        "1 not filed FEN PD: no report about 2018 had come by Mar 4, 2019",
        "0 filed late Nobody.",
        "0 filed zero Nobody.",
        "1 filed without the number of violations ASH PD",
        "1 filed by a parent agency BAY JAIL",
        "1 without access in 2018 OLD PD",
        "1 agency in `filings` stands in no table `agencies`".replace("`", ""),
    ):
        assert words in text, words


def test_nothing_filed_but_a_form_is_told_as_that(pages: dict[str, str]) -> None:
    text = " ".join(Reader(pages["bare"]).text.split())
    assert "Nobody gave a number of violations" in text
    assert "Two figures that would tell more" not in text
    assert "1 filed without the number of violations ELM PD" in text


def test_a_tenth_of_few_violations_is_no_matter_and_a_category_without_a_total_takes_nothing_away(
    tmp_path: Path,
) -> None:
    rows = "\n".join(f"PD {k},2018,{k % 3},,1" for k in range(1, 9))
    page = render(made(tmp_path, filings=f"agency,year,violations,personal,pending\nELM PD,2018,,3,\n{rows}"))
    text = " ".join(Reader(page).text.split())
    assert "a tenth or more" not in text
    assert "personal3 no category given9" in text


def test_published_totals_of_years_are_spans_and_only_years_are_dots() -> None:
    picture = trend(published())
    assert picture.count("in 5 years") == 2
    for year in ("142", "143", "7,275"):
        assert f">{year}<" in picture
    assert picture.count('stroke="var(--explains)" stroke-width="5"') == 2
    assert picture.count("<circle") == 3
    assert "2019–2023: 7,635 violations" in picture
    assert {one.source for one in published()} >= {"EFF Deeplinks, 28 January 2025"}
    assert all(one.source and one.value > 0 and one.last >= one.first for one in published())


def test_a_name_enters_the_picture_as_escaped_text_and_none_upon_another() -> None:
    state, far = Rate(60.0, 50.0, 70.0, 4000), Rate(400.0, 300.0, 500.0, 90)
    picture = funnel(
        [("<b>1.2345</b> & Co", far), ("ASH PD", far), ("ELM PD", Rate(50.0, 10, 90, 30))], state
    )
    assert picture.count("&lt;b&gt;1.2345&lt;/b&gt; &amp; Co") == 1
    assert "<b>" not in picture
    assert "ASH PD" not in picture  # the same place, and no room on the other side
    assert "ELM PD" not in picture
    assert "\ue000" not in picture


def test_one_of_a_thing_is_told_in_the_singular() -> None:
    ones = {one.unit for one in published() if one.value == 1}
    assert ones == {"felony charge", "felony conviction"}


def test_the_page_says_that_published_figures_are_not_of_the_filings(pages: dict[str, str]) -> None:
    text = " ".join(Reader(pages["deck"]).text.split())
    assert "Published figures, not from these filings" in text
    assert "7,635 violations of 2019–2023, 7,275 are of 2023: 360 are left for the 4 years before." in text


def test_shares_are_told_as_shares_of_what_their_source_says_never_as_counts(pages: dict[str, str]) -> None:
    text = " ".join(Reader(pages["deck"]).text.split())
    assert (
        "What became of 389 confirmed cases, 2010–2014 no action109 of 389 counselledabout 17% of the cases "
        "suspended13% of those caught reprimanded12% of those caught resigned7% of those caught "
        "terminated7% of those caught"
    ) in text
    assert [round(part, 2) for _, _, part in outcomes(published())] == [0.28, 0.17, 0.13, 0.12, 0.07, 0.07]
    assert "at least 586" in text
    assert "more than 20" in text
    assert "%" not in trend(published())
    assert [source for source, _ in by_source(published())] == list(
        dict.fromkeys(one.source for one in published())
    )


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("name", ["deck", "hostile"])
def test_browser_shows_it_on_a_phone_without_overflow_or_complaint(
    pages: dict[str, str], name: str, tmp_path: Path
) -> None:
    shown, complaints, widths = on_a_phone(pages[name], tmp_path)
    assert 'id="drafts"' in shown
    assert "CONSOLE" not in complaints, complaints
    assert widths == ["widths 390 390"]
