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
from .sample import HOSTILE, _requests, hostile, result

# A place of this page, or of one that is written beside it.
_WITHIN = r"#[\w-]+|(report|agencies)(-[0-9]+)?\.html(#[\w-]+)?|(federal|limits)\.html(#[\w-]+)?"
BESIDE = ("agencies", "federal", "limits")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {
        "full": render(result(), budget=7),
        "empty": render(result(empty=True), budget=7),
        "hostile": render(hostile(), budget=50),
        **{name: _beside(result(), name) for name in BESIDE},
        **{f"hostile {name}": _beside(hostile(), name) for name in BESIDE},
    }


def _beside(scan: ScanResult, name: str) -> str:
    return pages_of(scan, budget=7)[f"{name}.html"]


EVERY = ["full", "empty", "hostile", *BESIDE, *(f"hostile {name}" for name in BESIDE)]


@pytest.mark.parametrize("name", EVERY)
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
            assert re.fullmatch(_WITHIN, str(attributes["href"]))
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


@pytest.mark.parametrize("name", EVERY)
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
            if key in attributes and ".html" not in str(attributes[key]):
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
    assert '<a href="agencies.html#agency-2"><b><bdi>NORTHGATE PD' in section
    text = " ".join(html.unescape(re.sub("<[^>]*>", " ", section)).split())
    assert "By name, and no ranking" in text
    assert "unauthorized purpose widespread the most by one: 9% 1 1 11 38 38 20" in text
    assert "personal use isolated 3 1 1 25 25 20 curiosity" in text
    assert "record keeping no rows: a matter of filing – 1 – – – –" in text
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
    spaced = _spaced(section)
    assert "CAICE0900 ERO, enforces immigration law 390 97 39 195 130" in spaced
    assert "31 look-ups were made after access had ended." in spaced
    assert "40 look-ups by other agencies name a federal immigration agency" in spaced
    assert "40 look-ups stand on the list to request in writing, case by case: of 1 agency" in spaced
    assert '<a href="federal.html">' in section
    assert text.index("CAICE0900") < text.index("CAFBI0000")
    nobody = {"federal": [], "federal_on_behalf": []}
    without = replace(scan, summary={**scan.summary, **nobody})
    assert "oversight" not in {a.get("id") for _, a in Reader(render(without, budget=7)).elements}


def test_federal_access_has_a_page_that_tells_it_whole(pages: dict[str, str]) -> None:
    said = _spaced(pages["federal"])
    assert "These are figures, not entries for review, and a suspicion about nobody" in said
    assert "CAICE0900 ERO, enforces immigration law 390 97 39 195 130" in said
    assert (
        "ERO 1 390 97 293 130 0 31 not known 2 180 44 136 60 no date known no date known" in said
    )  # by component
    assert "9 users; access since Jul 1, 2015 to Feb 28, 2025." in said
    assert "Before access 0 After access 31 Left open by law 12 of criminal history alone" in said
    assert "Before access not known After access no end known" in said
    assert "not stated 300 2 298 9 <script>alert(1)</script> 90 2 88 9" in said  # by purpose
    assert "C criminal justice 80 2 78 9" in said
    assert "None to request: all 30 look-ups with nothing behind them were of criminal history alone" in said
    assert "Look-ups: the rows of one action count once" in said
    assert "driver 60 15 45 20" in said
    assert "not named attention 20 1 0 20 3" in said
    assert said.count("2025-03-03 16:05 u-0007") == 1
    assert "They are in federal_requests.csv" in said
    many = replace(result(), requests=_requests("CAICE0900", "u-0007", 2500))
    assert "The first 1,000 of 2,500; all of them are in federal_requests.csv" in _spaced(
        pages_of(many, budget=1)["federal.html"]
    )
    rule = {"title": "What stays open", "text": "Criminal history may be given.", "source": "Code, 1"}
    figures = {**result().summary, "rules": {"sb54-exceptions": rule}}
    lawful = _spaced(pages_of(replace(result(), summary=figures), budget=0)["federal.html"])
    assert "What stays open Criminal history may be given. So look-ups of criminal history alone" in lawful


def test_an_agency_has_a_part_with_its_volume_clock_units_shape_and_entries(pages: dict[str, str]) -> None:
    page = pages["agencies"]
    assert "CAFBI0000 60 40,000 – " in _spaced(page)  # volume of one without entries
    part = page.split('id="agency-2"')[1].split("</article>")[0]
    said = _spaced("<i " + part)
    assert "NORTHGATE PD" in said
    assert "Users 60 Rows 40,000 Entries 2 Clock America/Los_Angeles" in said
    assert "personal use isolated 3 1 1 25 25 20" in said
    assert "<img src=x onerror=alert(1)> 25 1 1,200" in said  # a unit
    assert '<a href="report.html#entry-1">' in part
    assert re.search(r'Bars by month: [^"]*Mar 2024 9,000', part)
    assert "Bars by hour of the day, local time; the busiest hour begins at 8:00." in part
    assert '<a href="#agency-2">' in page
    assert "1: 38 events by 11 persons" in page


def test_a_state_of_1200_agencies_keeps_its_first_page_short_and_every_page_small() -> None:
    scan = result()
    figures = [
        {**one, "agency": f"AGENCY {k:04}"}
        for k in range(1200)
        for one in scan.summary["agencies"][1 + k % 2 : 2 + k % 2]
    ]
    named = tuple(f"AGENCY {k:04}" for k in range(1200))
    wide = tuple(
        replace(scan.incidents[k % 7], rank=k + 1, agencies=named, summary="long " * 80) for k in range(30)
    )
    state = {**scan.summary, "agencies": figures, "log": {**scan.summary["log"], "agencies": 1200}}
    made = pages_of(replace(scan, incidents=wide, summary=state), budget=7)
    assert list(made)[:3] == ["report.html", "agencies.html", "agencies-2.html"]
    assert len(made) == 1 + 24 + 2
    assert all(len(page.encode()) < 2_000_000 for page in made.values())
    first = made["report.html"].split('<section id="agencies"')[1].split("</section>")[0]
    assert "unauthorized purpose – 600 – –" in _spaced(first)
    assert "AGENCY" not in first
    assert len(first) < 20_000
    assert made["agencies.html"].count("and 10 more, in <code>incidents.csv</code>") == 50
    assert '<a href="agencies-24.html#agency-1200"><bdi>AGENCY 1199' in made["agencies.html"]
    assert 'id="agency-1200"' in made["agencies-24.html"]


def test_the_limits_have_a_page_that_names_each(pages: dict[str, str]) -> None:
    said = _spaced(pages["limits"])
    for part in (
        "Requests made by word of mouth",
        "3 detectors of 10 abstained",
        "Queries after access ended access control no table agencies in the context folder",
        "An open case no table cases in the context folder",
        "24 rows, < 1% of all, could not be read and were left out",
        "time: not a date 20",
        "257 rows say what another row says, and were left out.",
        "Times without a zone are read as UTC; hours and days are judged in America/Los_Angeles.",
        "20 rows were left out for the time",
        "Values are redacted in plate (25% of its rows)",
        "Of the 6 entries with a chance model, about 0.4 are expected to be chance",
        "12 rows carry a time after the end",
    ):
        assert part in said, part
    assert {one["aria-labelledby"] for tag, one in Reader(pages["limits"]).elements if tag == "section"} == {
        f"{key}-title" for key in ("never", "unchecked", "unread", "clocks", "redacted", "errors")
    }


def test_what_could_be_tried_is_counted_and_no_more_is_claimed() -> None:
    scan = result()
    tried = [one | {"could_run": True, "why_not": None} for one in scan.summary["explanations"]]
    said = _spaced(_beside(replace(scan, summary={**scan.summary, "explanations": tried}), "limits"))
    assert f"Each of the {len(tried)} explanations this program knows could be tried." in said


def test_a_scan_in_clear_is_marked_on_the_pages_beside_the_report() -> None:
    made = pages_of(replace(result(), manifest={"settings": {"clear": True}}), budget=7)
    assert all('<p class="marking" role="note">Subjects in clear' in page for page in made.values())


def _spaced(page: str) -> str:
    text = html.unescape(re.sub("<[^>]*>", " ", page.split("</style>")[-1])).replace("\xa0", " ")
    return " ".join(text.split()).replace(" ,", ",").replace(" .", ".")


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
@pytest.mark.parametrize("name", EVERY)
def test_browser_shows_it_on_a_phone_without_overflow_or_complaint(
    tmp_path: Path, pages: dict[str, str], name: str
) -> None:
    shown, complaints, widths = on_a_phone(pages[name], tmp_path)
    assert "</main>" in shown
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
    assert list(made)[:3] == ["report.html", "report-2.html", "report-3.html"]
    assert list(made)[3:] == ["agencies.html", "federal.html", "limits.html"]
    assert [page.count('class="dossier"') for page in made.values()] == [100, 100, 20, 0, 0, 0]
    assert all(len(page.encode()) < 2_000_000 for page in made.values())
    ids = {name: {a.get("id") for _, a in Reader(page).elements} for name, page in made.items()}
    links = [
        (name, str(a["href"])) for name, page in made.items() for _, a in Reader(page).elements if "href" in a
    ]
    assert {f"report-3.html#entry-{k}" for k in range(201, 221)} <= {link for _, link in links}
    for name, link in links:
        page, _, place = link.partition("#")
        assert place in ids[page or name] or not place, (name, link)
    assert "10 more entries stand" in made["report.html"]
    assert "report-2.html" not in pages_of(replace(scan, incidents=many[:200]), budget=50)


def test_a_shorter_list_takes_the_further_pages_of_a_longer_one_away(tmp_path: Path) -> None:
    scan = result()
    long = replace(scan, incidents=tuple(replace(scan.incidents[0], rank=k) for k in range(1, 121)))
    write_outputs(long, tmp_path, budget=200)
    (tmp_path / "report-mine.html").write_text("mine")
    assert (tmp_path / "report-2.html").exists()
    write_outputs(scan, tmp_path, budget=200)
    assert not (tmp_path / "report-2.html").exists()
    assert (tmp_path / "federal.html").exists()
    nobody = {"federal": [], "federal_on_behalf": [], "agencies": []}
    write_outputs(replace(scan, summary={**scan.summary, **nobody}), tmp_path, budget=200)
    assert not (tmp_path / "federal.html").exists()
    assert not (tmp_path / "agencies.html").exists()
    assert 'href="agencies' not in (tmp_path / "report.html").read_text()
    assert (tmp_path / "report-mine.html").read_text() == "mine"


def test_a_long_list_of_what_was_tried_is_whole() -> None:
    first, *rest = result().incidents
    titles = [f"Innocent reason {number}, which takes so many words to tell" for number in range(60)]
    tried = tuple(replace(first.tried[0], title=title, cleared=0, could_run=True) for title in titles)
    page = render(replace(result(), incidents=(replace(first, tried=tried), *rest)), budget=1)
    assert all(title in page for title in titles)
