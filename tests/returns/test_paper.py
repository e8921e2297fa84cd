"""The return on paper: its first page is the first screen, a draft is a sheet, bytes, PDF/A."""

from __future__ import annotations

import re
import sys
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from anomaly.cli import app
from anomaly.errors import InputError
from anomaly.returns.outputs import write_return
from anomaly.returns.paper import paper

from .tables import DECK, deck, made
from .test_outputs import hostile

FILES = ["return.csv", "return.html", "return.json"]


@cache
def _pdf() -> bytes:
    return paper(deck())


def _pages(pdf: bytes) -> list[str]:
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    return [re.sub(r"\s+", " ", page.replace("\u200b", "")) for page in pages]


def test_the_first_page_is_the_first_screen_of_the_page() -> None:
    said = _pages(_pdf())[0]
    for words in (
        "Misuse reported for 2018",
        "142 violations (2017: 143), reported by 49 agencies (2017: 72).",
        "27 investigations are still pending.",
        "1 agency has not filed; 90 have.",
        "As of Apr 7, 2019. Reports about 2018 were due on Feb 1, 2019",
        "Misuse by the numbers Violations 142 2017: 143 Agencies that reported misuse 49 2017: 72",
        "Discipline by the numbers Lost or left their job 16 2017: 22 Suspended 15 2017: not given",
        "Counselled not given",
        "Misdemeanor charges 5",
        "Felony charges 1",
    ):
        assert words in said, words


def test_everything_of_the_page_is_on_paper() -> None:
    pages = _pages(_pdf())
    said = " ".join(pages)
    for words in (
        "2 agencies each reported a tenth or more of all violations. Are they comparable?",
        "38 violations, 322 for 1,000 users Widespread: 5 or more employees (14 in all). 36 of the 38",
        "Of the 49 agencies that reported misuse, 2 said how many employees (15 in all) and 47 did not",
        "Federal Field Office, Hollowmere (federal): no report about 2018 had come by Apr 7, 2019.",
        "41 filed zero",
        "59.7 violations for 1,000 users (50.3 to 70.4)",
        "has not filed",
        "2018 142 49 16 90",
        "Published for California",
        "users.csv; their fingerprints are in return.json",
        "7,635 violations",
        "no action 109 of 389",
        "counselled about 17% of the cases",
        "A draft is nothing until the agency has checked and signed it",
    ):
        assert words in said, words
    filed = said[said.index("41 filed zero") : said.index("Agency by agency")]
    zero = deck().with_status("zero")
    assert len(zero) == 41
    assert all(one.agency.name in filed for one in zero)  # a long list is not cut


def test_agencies_stand_by_name() -> None:
    said = " ".join(_pages(_pdf()))
    rows = said[said.index("Agency by agency") : said.index("Over the years")]
    at = [rows.index(f"{one.agency.name} ") for one in deck().agencies]
    assert at == sorted(at)


def test_every_draft_is_one_page_and_blank_is_not_zero() -> None:
    sheets = [page for page in _pages(_pdf()) if "Head of the agency, signature" in page]
    assert len(sheets) == len([page for page in _pages(_pdf()) if "Annual misuse return for 2018 ·" in page])
    mine = next(page for page in sheets if "DUNMARSH QUAY PD" in page)
    for words in (
        "as filed on",
        "Violations 38",
        "Employees engaged in misuse 14",
        "Violations under “permit applicants” 36",
        "Blank is not zero",
    ):
        assert words in mine, words
    blank = next(page for page in sheets if "FED HOLLOWMERE" in page)
    assert "nothing filed by Apr 7, 2019; was due on Feb 1, 2019" in blank
    assert "Suspended Resigned" in blank
    assert not any("None" in page for page in _pages(_pdf()))


def test_the_same_bytes_and_the_marks_of_an_archive() -> None:
    assert paper(deck()) == _pdf()
    reader = PdfReader(BytesIO(_pdf()))
    xmp = reader.root_object["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part[^0-9]{1,3}2\b", xmp)
    assert re.search(r"pdfuaid:part[^0-9]{1,3}1\b", xmp)
    assert reader.root_object["/MarkInfo"]["/Marked"].value
    assert reader.metadata is not None
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == date(2019, 4, 7)  # the day of the return


def test_a_return_of_little_is_set_too(tmp_path: Path) -> None:
    one = paper(made(tmp_path / "a", filings="agency,year\nELM PD,2018"))
    assert "Nobody gave a number of violations" in _pages(one)[0]
    two = paper(made(tmp_path / "b", filings="agency,year,filed_at,violations\nELM PD,2018,2019-01-20,0"))
    assert "0 violations, reported by 0 agencies" in _pages(two)[0]
    bad = " ".join(_pages(paper(hostile(tmp_path / "c"))))
    assert "<script>alert(1)</script>" in bad


def test_the_verb_writes_it_beside_the_others(tmp_path: Path) -> None:
    asked = ["return", "--context", str(DECK), "--year", "2018", "--out"]
    run = CliRunner()
    assert run.invoke(app, [*asked, str(tmp_path / "page")]).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "page").iterdir()) == FILES
    assert run.invoke(app, [*asked, str(tmp_path / "both"), "--format", "pdf"]).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "both").iterdir()) == [*FILES, "return.pdf"]
    assert (tmp_path / "both" / "return.pdf").read_bytes() == _pdf()
    with pytest.raises(InputError, match="`doc` is no format"):
        run.invoke(app, [*asked, str(tmp_path / "none"), "--format", "doc"], catch_exceptions=False)
    assert not (tmp_path / "none").exists()


def test_without_typst_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=re.escape("pip install 'access-log-anomaly[pdf]'")):
        write_return(deck(), tmp_path / "out", format="pdf")
    assert not (tmp_path / "out").exists()
