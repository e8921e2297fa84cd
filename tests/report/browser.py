"""A page as a browser and as a program read it."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)


class Reader(HTMLParser):
    """Elements with their attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def on_a_phone(text: str, room: Path) -> tuple[str, str, list[str]]:
    """Show a page: its DOM, what the browser complained of, and how wide a phone and the page on it are."""
    page = room / "page.html"
    page.write_text(text, encoding="utf-8")
    seen = _browse(page, room / "a", "--dump-dom")
    # Headless windows are never narrower than 500 pixels, so the phone is a frame.
    phone = room / "phone.html"
    phone.write_text(
        f'<meta charset="utf-8"><iframe style="width:390px;height:800px;border:0" '
        f'srcdoc="{html.escape(text)}"></iframe><pre id="out"></pre>'
        "<script>onload = () => { const d = frames[0].document;"
        "for (const e of d.querySelectorAll('details')) e.open = true;"
        "document.getElementById('out').textContent ="
        "`widths ${frames[0].innerWidth} ${d.documentElement.scrollWidth}` }</script>",
        encoding="utf-8",
    )
    said = re.findall(r'<pre id="out">(.*?)</pre>', _browse(phone, room / "b", "--dump-dom").stdout)
    return seen.stdout, seen.stderr, said


def on_paper(text: str, room: Path, size: str) -> Path:
    """Print a page on sheets of a size (letter, A4) and return the PDF."""
    page, sheet = room / f"{size}.html", room / f"{size}.pdf"
    page.write_text(text.replace("</head>", f"<style>@page {{ size: {size} }}</style></head>"), "utf-8")
    _browse(page, room / size, "--no-pdf-header-footer", f"--print-to-pdf={sheet}")
    return sheet


def _browse(page: Path, profile: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", *more, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
