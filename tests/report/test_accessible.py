"""Axe finds nothing in any page, in a real browser: contrast in light and dark, tables, landmarks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from anomaly.incidents.model import ScanResult
from anomaly.report.alone import entry_page
from anomaly.report.page import pages, render, render_public
from anomaly.report.public.edition import public
from anomaly.report.subject import render_subject
from anomaly.returns.page import render as render_return
from tests.report.sample import asked, hostile, result
from tests.returns.tables import deck

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


def _beside(scan: Callable[[], ScanResult], name: str) -> str:
    return pages(scan(), budget=7)[f"{name}.html"]


def _long() -> ScanResult:
    one = result()
    return replace(one, incidents=tuple(replace(one.incidents[0], rank=k) for k in range(1, 121)))


PAGES = {
    "report": lambda: render(result(), budget=7),
    "report of nothing": lambda: render(result(empty=True), budget=7),
    "report of hostile texts": lambda: render(hostile(), budget=50),
    **{
        f"{kind}, {name}": partial(_beside, scan, name)
        for name in ("agencies", "federal", "limits")
        for kind, scan in (("full", result), ("hostile", hostile))
    },
    "further entries": lambda: pages(_long(), budget=120)["report-2.html"],
    "subject": lambda: render_subject(asked()),
    "one entry": lambda: entry_page(result(), 1).decode(),
    "public edition": lambda: render_public(public(result(), threshold=3)),
    "return": lambda: render_return(deck()),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as running:
        yield running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(PAGES[name](), encoding="utf-8")
    # The page's own policy lets no script in, axe's neither.
    for scheme, width in (("light", 1200), ("dark", 390)):
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
        )
        page = context.new_page()
        page.goto(file.as_uri())
        found = Axe().run(page).response["violations"]
        context.close()
        told = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]
        assert told == [], (scheme, width)
