"""An entry printed from the browser fits US Letter where it fits A4, and its sign-off never stands alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from anomaly.report.alone import entry_page

from .browser import CHROMIUM, on_paper
from .sample import result

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def _entry(documents: int) -> str:
    first, *rest = (scan := result()).incidents
    long = replace(first, would_clear=tuple(f"A document of case {k}" for k in range(documents)))
    return entry_page(replace(scan, incidents=(long, *rest)), 1).decode()


@pytest.mark.parametrize("size", ["letter", "A4"])
def test_an_entry_that_fills_its_page_fits_letter_as_a4(tmp_path: Path, size: str) -> None:
    (page,) = PdfReader(on_paper(_entry(14), tmp_path, size)).pages
    assert "Reviewed by" in page.extract_text()


def test_the_sign_off_stands_with_what_it_signs(tmp_path: Path) -> None:
    pages = [page.extract_text() for page in PdfReader(on_paper(_entry(19), tmp_path, "letter")).pages]
    assert len(pages) == 2
    assert "Reviewed by" in pages[1]
    assert "evidence.parquet" in pages[1] or "rows of the log" in pages[1], pages[1]
