"""The report on paper: what its first page says, text that stays text, the same bytes, PDF/A, pages."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from pypdf import PdfReader

from anomaly.errors import InputError
from anomaly.incidents.model import Part, ScanResult
from anomaly.report import alone
from anomaly.report.paper import document as paper
from anomaly.report.paper import typeset
from anomaly.report.paper.palette import for_paper
from anomaly.report.timeline import hours

from .sample import HOSTILE, hostile, result

ROOT = Path(__file__).resolve().parents[2]
MARKUP = (
    "#eval(\"1+1\")",
    '#read("/etc/passwd") #image("/etc/passwd") #import "@preview/cetz:0.3.4"',
    "$x^2$ *bold* _slanted_ `raw` <label> @reference = heading",
    "back\\slash \\u{41} \\",
    "\"]; panic(1) #{ while true {} } //",
    "https://example.test/#fragment -- --- ... ~ 'quoted' \"twice\"",
    "unbroken" * 500,
    "\u05d0\u05d1\u05d2 \u0633\u0644\u0627\u0645 left",
    "\x00\x07\x1b[31m\u202e\ud800",
    "\u5f20\u4f1f \U0001f600\u200d\U0001f525 e\u0301",
)  # fmt: skip


@cache
def _report() -> bytes:
    return paper.report(result(), budget=50)


def _reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def _words(pdf: bytes, page: int | None = None) -> str:
    """The text of a page, or of all, on one line and without the places where a long word may break."""
    pages = _reader(pdf).pages
    texts = [one.extract_text() for one in (pages if page is None else pages[page : page + 1])]
    return re.sub(r"\s+", " ", " ".join(texts).replace("\u200b", ""))


def _saying(text: str) -> ScanResult:
    """A scan whose one entry says it wherever a log can speak."""
    scan = hostile()
    one = scan.incidents[0]
    said = replace(
        one,
        rank=1,
        summary=text,
        users=(text,),
        subjects=(text,),
        agencies=(text,),
        reasons=((text, 3),),
        findings=tuple(replace(each, sentence=f"{text} again") for each in one.findings),
        would_clear=(text,),
    )
    figures = {**result().summary, "title": text, "warnings": [text], "limits": [text], "rejects": {text: 1}}
    return ScanResult((said,), scan.evidence, scan.rejects, figures, scan.manifest)


def test_the_first_page_is_the_first_screen() -> None:
    said = _words(_report(), 0)
    assert "Northgate County, queries of 2025" in said
    assert "8 entries for review in 1,204,331 queries by 412 users, Feb 1, 2024 to Sep 30, 2025" in said
    assert "about 0.4 of them are expected to be chance" in said
    assert "An entry is a reason to look, never a conclusion about a person" in said
    assert "What could not be checked" in said
    assert "no table agencies in the context folder" in said
    assert "not a finding" in said
    assert "Every person, agency and query in it is invented" in said


def test_everything_of_the_page_is_on_paper() -> None:
    said = _words(_report())
    one = result().incidents[0]
    for part in (
        "Why it is listed",
        "The same subject on 21 distinct days",
        "A reason is required",  # a rule
        "Assembly Bill 1747 (2019)",  # its source
        "What was tried to explain it away",
        "could not be tried: no table cases",
        "What would clear this",
        "What this log cannot tell",
        "This user: 21; the median is",
        "queries-2025.csv",
        "1,001",  # the row
        "Disposition",
        "Reviewed by",
        "Agencies: how much, by how many",
        "By name, and no ranking",
        "40,000 queries",
        "no rows: a matter of filing",
        "Widespread: three users or more",
        "the most by one: 9%",
        "have no entry; summary.json has the figures of all",
        "Federal access",
        "a suspicion about nobody; where a rule was broken",
        "access since Jul 1, 2015 to Feb 28, 2025; 31 look-ups after it ended; purpose not stated 300",
        "access since a day not known, no end known",
        "Look-ups by other agencies that name a federal immigration agency",
        "The first 12 of 40; all of them are in federal_requests.csv, by 1 agency",
        "enforces immigration law",
        "Innocent explanations, tried before anything was scored",
        "1,204,612 rows read = 1,204,331 scanned + 24 rejected + 257 duplicates",
        "How full the columns are",
        "Why rows were rejected",
        "Requests made by word of mouth",
        "What this scan could not check – 3 detectors of 10 abstained",
        "What could not be read – 24 rows, < 1% of all",
        "Clocks – Times without a zone are read as UTC",
        "What is redacted – Values are redacted in plate (25% of its rows)",
        "Errors to expect – Of the 6 entries with a chance model, about 0.4 are expected to be chance",
        one.summary[:60],
    ):
        assert part in said, part
    assert not re.search(r"(?i)\bguilt|\boffender|\bsuspect\b", said)


def test_who_had_which_part_and_what_the_law_leaves_open_are_told() -> None:
    scan = result()
    parts = tuple(Part("HARBOR COUNTY SO", f"hc-{k:03}", 90 - k, 12, 0) for k in range(14))
    entries = tuple(replace(one, parts=parts if one.rank == 2 else parts[:1]) for one in scan.incidents)
    rule = {"title": "What stays open", "text": "Criminal history may be given.", "source": "Code, section 1"}
    figures = {**scan.summary, "rules": {**scan.summary["rules"], "sb54-exceptions": rule}}
    said = _words(paper.report(replace(scan, incidents=entries, summary=figures), budget=50))
    assert said.count("Who had which part") == 1
    assert "hc-007 HARBOR COUNTY SO 83 12 –" in said
    assert "hc-008 HARBOR" not in said
    assert "and 6 other users, in incidents.json" in said
    assert "What stays open Criminal history may be given. So look-ups of criminal history alone" in said
    assert said.count("Code, section 1") == 1


def test_a_log_without_agencies_has_no_section_of_them() -> None:
    scan = result()
    figures = {**scan.summary, "agencies": [], "federal": [], "federal_on_behalf": []}
    said = _words(paper.report(replace(scan, summary=figures), budget=1))
    assert "how much, by how many" not in said
    assert "Federal access" not in said


def test_a_scan_in_clear_says_so_on_every_page() -> None:
    scan = replace(result(), manifest={"settings": {"clear": True}})
    for pdf in (paper.report(scan, budget=3), alone.entry_paper(scan, 1)):
        for page in _reader(pdf).pages:
            assert "Subjects in clear: for those entitled to them only" in page.extract_text()
    assert "Subjects in clear" not in _words(_report())


def test_a_scan_that_found_nothing_says_what_that_shows() -> None:
    said = _words(paper.report(result(empty=True), budget=50))
    assert "Nothing stood out for review" in said
    assert "This does not show that nothing was misused" in said


def test_the_budget_bounds_the_dossiers_and_not_the_list() -> None:
    pdf = paper.report(result(), budget=2)
    said = _words(pdf)
    assert said.count("Disposition") == 2
    assert "6 more entries stand in this list only" in said


@pytest.mark.parametrize("text", MARKUP, ids=range(len(MARKUP)))
def test_text_of_a_log_is_set_and_never_read_as_markup(text: str) -> None:
    said = _words(paper.report(_saying(text), budget=5))
    assert "root:" not in said
    if text.isascii() and text.isprintable():
        bare = re.sub(r"\s+", "", text[:90])
        assert bare in re.sub(r"\s+", "", said)


def test_the_hostile_texts_of_the_page_are_set_too() -> None:
    said = _words(paper.report(hostile(), budget=50))
    for text in HOSTILE[:5]:
        assert re.sub(r"\s+", "", text) in re.sub(r"\s+", "", said), text
    assert "49" not in _words(paper.report(_saying("{{ 7 * 7 }}"), budget=0), 0)


def test_right_to_left_text_leaves_its_neighbours_in_place() -> None:
    said = _words(alone.entry_paper(_saying("\u05d0\u05d1\u05d2, 42 left"), 1))
    assert re.search(r"\S{3} ?, ?42 left” · 1,204,331 queries", re.sub("[\u2066-\u2069]", "", said)), said[
        :200
    ]


def test_a_character_without_a_glyph_stands_as_its_number() -> None:
    said = _words(paper.report(_saying("\u5f20\u4f1f drove"), budget=5))
    assert "[U+5F20][U+4F1F] drove" in said


def test_the_bytes_are_the_same_in_another_run_and_another_process(tmp_path: Path) -> None:
    code = (
        "import hashlib, sys; from anomaly.report.paper import document as paper;"
        "from tests.report.sample import result;"
        "print(hashlib.sha256(paper.report(result(), budget=50)).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert paper.report(result(), budget=50) == _report()
    assert other.stdout.strip() == hashlib.sha256(_report()).hexdigest()


def test_the_archive_marks_are_there() -> None:
    """Typst refuses what breaks the standard; these are its marks, and archive.py has the rest."""
    reader = _reader(_report())
    xmp = reader.root_object["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part[^0-9]{1,3}2\b", xmp)
    assert re.search(r"pdfaid:conformance[^A-Z]{1,3}B\b", xmp)
    assert re.search(r"pdfuaid:part[^0-9]{1,3}1\b", xmp)
    intent = reader.root_object["/OutputIntents"][0].get_object()
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"  # an ICC profile
    assert reader.root_object["/Lang"] == "en"
    assert reader.root_object["/MarkInfo"]["/Marked"].value
    assert "Northgate County" in reader.metadata.title
    assert reader.metadata.creation_date.date() == date(2025, 9, 30)  # the last day of the log
    assert not reader.is_encrypted
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(reader.root_object.get("/Names", {}))


def test_all_fonts_are_in_the_file_and_are_typsts_own() -> None:
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()
        for page in _reader(_report()).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        assert re.match(r"/[A-Z]{6}\+(Libertinus|DejaVuSansMono|NewCM)", str(font["/BaseFont"]))
        assert {"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"].get_object())


def test_every_picture_has_its_words() -> None:
    said = [
        one["/Alt"] for one in _elements(_reader(_report()).root_object["/StructTreeRoot"]) if "/Alt" in one
    ]
    assert any(text.startswith("Bars by") for text in said)
    assert any("This user: 21; the median" in text for text in said)
    drawn = for_paper(hours(range(24)))
    assert drawn["alt"].startswith("Bars by hour")
    assert "var(" not in drawn["svg"]
    assert isinstance(drawn["svg"], Markup)


def _elements(element: Any) -> Iterator[Any]:
    element = element.get_object()
    if isinstance(element, list):
        for one in element:
            yield from _elements(one)
    elif isinstance(element, dict):
        yield element
        if "/K" in element:
            yield from _elements(element["/K"])


def test_a_dossier_begins_a_page_and_fills_one_where_it_fits() -> None:
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in _reader(_report()).pages]
    for one in result().incidents:
        begins = [page for page in pages if page.startswith(f"{one.rank} {one.category.capitalize()} ")]
        assert len(begins) == 1, one.rank
        assert all(part in begins[0] for part in ("Disposition", "Reviewed by", "Date")), one.rank


def test_one_entry_alone_is_one_page() -> None:
    for rank in (1, 4):
        reader = _reader(alone.entry_paper(result(), rank))
        said = re.sub(r"\s+", " ", reader.pages[0].extract_text())
        assert len(reader.pages) == 1
        assert f"Entry {rank} of 8" in said
        assert "never a conclusion about a person" in said
        assert "Disposition" in said


def test_an_entry_without_rows_is_set() -> None:
    scan = result()
    bare = replace(scan.incidents[2], days=(), findings=(), reasons=(), tried=(), rank=1)
    said = _words(alone.entry_paper(replace(scan, incidents=(bare,), evidence=scan.evidence.clear()), 1))
    assert "Explained –" in said
    assert "rows of the log" not in said


def test_an_entry_too_long_for_a_page_goes_on() -> None:
    scan = result()
    one = scan.incidents[0]
    long = replace(one, findings=tuple(replace(one.findings[0], sentence=f"{i} " * 90) for i in range(20)))
    pdf = alone.entry_paper(replace(scan, incidents=(long,)), 1)
    assert len(_reader(pdf).pages) > 1
    assert "Disposition" in _words(pdf)


def test_a_rank_that_is_not_there_is_refused() -> None:
    for of_rank in (alone.entry_paper, alone.entry_page):
        with pytest.raises(InputError, match="no entry has the rank 9: the list has 8 entries"):
            of_rank(result(), 9)
        with pytest.raises(InputError, match="the list has 0 entries"):
            of_rank(result(empty=True), 1)


def test_an_entry_alone_as_a_page_holds_itself() -> None:
    page = alone.entry_page(result(), 3).decode()
    assert "default-src 'none'" in page
    assert "Entry 3 of 8" in page
    assert page.count('class="dossier"') == 1
    assert "<details open>" in page
    assert "<script" not in page
    for entry in hostile().incidents:
        assert "<script" not in alone.entry_page(hostile(), entry.rank).decode()


def test_without_typst_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=re.escape("pip install 'access-log-anomaly[pdf]'")):
        typeset.typeset("entry.typ", {}, date(2025, 1, 1))
