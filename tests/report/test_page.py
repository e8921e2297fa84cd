"""The page holds hostile text as text, asks nothing of a network, and can be read by everyone."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import anomaly.report
from anomaly.incidents.model import ScanResult
from anomaly.report.outputs import write_outputs
from anomaly.report.page import pages as pages_of
from anomaly.report.page import render

from .browser import CHROMIUM, Reader, on_a_phone
from .sample import HOSTILE, hostile, result


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {
        "full": render(result(), budget=7),
        "empty": render(result(empty=True), budget=7),
        "hostile": render(hostile(), budget=50),
    }


@pytest.mark.parametrize("name", ["full", "empty", "hostile"])
def test_only_known_elements_and_no_way_out(pages: dict[str, str], name: str) -> None:
    read = Reader(pages[name])
    assert not {tag for tag, _ in read.elements} & {
        "script",
        "img",
        "iframe",
        "link",
        "object",
        "form",
        "base",
    }
    for tag, attributes in read.elements:
        assert not any(key.startswith("on") or key in ("src", "action") for key in attributes), (
            tag,
            attributes,
        )
        if "href" in attributes:
            assert str(attributes["href"]).startswith("#")
    style = pages[name].split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in pages[name]


def test_hostile_text_is_shown_as_text(pages: dict[str, str]) -> None:
    read = Reader(pages["hostile"])
    for shown in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ 7 * 7 }} {% raw %}",
        "[31mred",
    ):
        assert read.text.count(shown) >= 3
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", pages["hostile"])
    assert "wide" * 250 not in pages["hostile"]


@pytest.mark.parametrize("name", ["full", "empty", "hostile"])
def test_structure_for_those_who_do_not_see_it(pages: dict[str, str], name: str) -> None:
    elements = Reader(pages[name]).elements
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        for key in ("href", "aria-labelledby"):
            if key in attributes:
                assert str(attributes[key]).lstrip("#") in ids
    for tag, attributes in elements:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert len(str(attributes["aria-label"])) > 20
    assert {"main", "header", "footer", "nav"} <= {tag for tag, _ in elements}


def test_first_screen_says_what_was_found_and_what_was_not_checked(pages: dict[str, str]) -> None:
    text = " ".join(Reader(pages["full"]).text.split()).replace("\xa0", " ")
    assert "8 entries for review in 1,204,331 queries by 412 users" in text
    assert "about 0.4 of them are expected to be chance" in text
    assert "2 entries rest on a written rule" in text
    assert "no table agencies in the context folder" in text
    assert "1,204,612 rows read = 1,204,331 scanned + 24 rejected + 257 duplicates" in text
    assert "1 more entry stands in this list only" in text


def test_agencies_stand_by_name_with_persons_events_and_subjects(pages: dict[str, str]) -> None:
    section = pages["full"].split('<section id="agencies"')[1].split("</section>")[0]
    text = " ".join(html.unescape(re.sub("<[^>]*>", " ", section)).split())
    assert "By name, and no ranking" in text
    assert "unauthorized purpose 1 1 11 38 38 20 widespread the most by one: 9%" in text
    assert "personal use 3 1 1 25 25 20 isolated curiosity" in text
    assert "record keeping – 1 – – – – no rows: a matter of filing" in text
    assert "CAFBI0000" not in text
    assert "1: 38 events by 11 persons" in section
    assert "<script>alert(1)</script>" in text
    without = result()
    without = replace(without, summary={**without.summary, "agencies": []})
    assert "agencies" not in {a.get("id") for _, a in Reader(render(without, budget=7)).elements}


@pytest.mark.parametrize("clear", [True, False])
def test_a_scan_in_clear_is_marked_on_every_page(clear: bool) -> None:
    page = render(replace(result(), manifest={"settings": {"clear": clear}}), budget=7)
    marked = "Subjects in clear: for those entitled to them only"
    assert (f'<p class="marking" role="note">{marked}</p>' in page) == clear
    assert ("position: sticky" in page) == clear  # in sight while one reads
    assert (f'@top-left {{ content: "{marked}"' in page) == clear  # in the margin of every printed page


def test_federal_agencies_are_figures_for_oversight_and_no_entries(pages: dict[str, str]) -> None:
    scan = result()
    text = " ".join(Reader(pages["full"]).text.split()).replace("\xa0", " ")
    assert "These are figures, not entries for review, and a suspicion about nobody" in text
    section = pages["full"].split('<section id="oversight"')[1].split("</section>")[0]
    spaced = " ".join(html.unescape(re.sub("<[^>]*>", " ", section)).split())
    assert "CAICE0900 ERO, enforces immigration law 390 97 39 195 130" in spaced
    assert "9 users; access since Jul 1, 2015 to Feb 28, 2025; 31 look-ups after it ended" in spaced
    assert "purpose not stated 300, <script>alert(1)</script> 90" in spaced
    assert "driver 60 15 45 20" in spaced
    assert "not named attention 20 1 0 3" in spaced
    assert "The first 12 of 40; all of them are in federal_requests.csv , by 1 agency." in spaced
    assert text.index("CAICE0900") < text.index("CAFBI0000")
    nobody = {"federal": [], "federal_on_behalf": []}
    without = replace(scan, summary={**scan.summary, **nobody})
    assert "oversight" not in {a.get("id") for _, a in Reader(render(without, budget=7)).elements}


def test_empty_result_says_that_nothing_found_is_not_nothing_done(pages: dict[str, str]) -> None:
    text = " ".join(Reader(pages["empty"]).text.split())
    assert "Nothing stood out for review" in text
    assert "This does not show that nothing was misused" in text
    assert "Entry by entry" not in text


def test_a_dossier_tells_what_it_must(pages: dict[str, str]) -> None:
    dossier = pages["full"].split('id="entry-1"')[1].split("</article>")[0]
    text = " ".join(Reader("<i " + dossier).text.split())
    assert "This user: 21; the median is 1; higher than all 38." in text
    for part in (
        "What was tried to explain it away",
        "covers 21 of 72 rows",
        "could not be tried: no table cases in the context folder",
        "What would clear this",
        "What this log cannot tell",
        "First 8 of 72 rows",
        "2025-03-03 01:00:07",
        "Disposition",
    ):
        assert part in text, part
    assert dossier.count("<svg") == 3
    rule = pages["full"].split('id="entry-2"')[1].split("</article>")[0]
    assert "In force from Jul 1, 2021. Assembly Bill 1747 (2019)" in " ".join(rule.split())
    assert "a rule: no chance model" in rule


def test_no_word_reads_as_a_verdict(pages: dict[str, str]) -> None:
    for page in pages.values():
        text = Reader(page.split("</style>")[1]).text.lower()
        assert not re.search(r"\b(suspects?|offenders?|guilty|culprits?|violators?|perpetrators?)\b", text)


def test_the_budget_bounds_the_dossiers_and_nothing_else() -> None:
    page = render(result(), budget=0)
    assert "<article" not in page
    assert page.count('class="n rank"') == 8


def test_page_bytes_are_the_same_twice_and_in_any_order_of_evidence() -> None:
    one = result()
    shuffled = replace(
        one, incidents=one.incidents[::-1], evidence=one.evidence.sample(fraction=1, shuffle=True, seed=3)
    )
    assert render(one, budget=7) == render(shuffled, budget=7)


def _contrast(one: str, other: str) -> float:
    """Contrast of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        colour = colour * 2 if len(colour) == 3 else colour
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_meets_aa_in_light_dark_and_print() -> None:
    css = Path(str(anomaly.report.__file__)).with_name("templates").joinpath("report.css").read_text()
    schemes = re.findall(r":root \{(.*?)\}", css, re.S)
    assert len(schemes) == 3
    for scheme in schemes:
        colours = dict(re.findall(r"--([a-z-]+): #([0-9a-f]{3,6});", scheme))
        for text in ("ink", "muted", "mark", "link"):
            for ground in ("paper", "card"):
                assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground, colours)
        for shape in ("supports", "explains", "peer", "axis"):
            assert _contrast(colours[shape], colours["paper"]) >= 3, (shape, colours)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("scan", [result(), hostile()], ids=["full", "hostile"])
def test_browser_shows_it_on_a_phone_without_overflow_or_complaint(tmp_path: Path, scan: ScanResult) -> None:
    shown, complaints, widths = on_a_phone(render(scan, budget=50), tmp_path)
    assert 'id="limits"' in shown
    assert "CONSOLE" not in complaints, complaints
    assert widths == ["widths 390 390"]


def test_hostile_texts_are_hostile() -> None:
    assert any("\x1b" in text for text in HOSTILE)
    assert any("\u202e" in text for text in HOSTILE)


def test_a_long_list_goes_on_in_linked_pages_of_a_bearable_size() -> None:
    scan = result()
    one = scan.incidents[0]
    rows = scan.evidence.filter(incident_id=one.incident_id)
    many = tuple(replace(one, rank=k) for k in range(1, 231))
    long = replace(scan, incidents=many, evidence=rows)
    made = pages_of(long, budget=220)
    assert list(made) == ["report.html", "report-2.html", "report-3.html"]
    assert [page.count("<article") for page in made.values()] == [100, 100, 20]
    assert all(len(page.encode()) < 2_000_000 for page in made.values())
    ids = {name: {a.get("id") for _, a in Reader(page).elements} for name, page in made.items()}
    links = [str(a["href"]) for page in made.values() for _, a in Reader(page).elements if "href" in a]
    assert {f"report-3.html#entry-{k}" for k in range(201, 221)} <= set(links)
    for link in links:
        page, _, place = link.partition("#")
        assert place in ids[page or "report.html"] or not place or link.startswith("#entries")
    assert "10 more entries stand" in made["report.html"]
    assert set(pages_of(replace(scan, incidents=many[:200]), budget=50)) == {"report.html"}


def test_a_shorter_list_takes_the_further_pages_of_a_longer_one_away(tmp_path: Path) -> None:
    scan = result()
    long = replace(scan, incidents=tuple(replace(scan.incidents[0], rank=k) for k in range(1, 121)))
    write_outputs(long, tmp_path, budget=200)
    (tmp_path / "report-mine.html").write_text("mine")
    assert (tmp_path / "report-2.html").exists()
    write_outputs(scan, tmp_path, budget=200)
    assert not (tmp_path / "report-2.html").exists()
    assert (tmp_path / "report-mine.html").read_text() == "mine"
