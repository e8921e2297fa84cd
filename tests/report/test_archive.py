"""Every kind of PDF keeps what PDF/A-2b and PDF/UA-1 ask, as far as its objects tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

from anomaly.report.alone import entry_paper
from anomaly.report.formats import FORMATS
from anomaly.report.paper import document
from anomaly.report.public.edition import public
from anomaly.returns.paper import paper as return_paper
from tests.report.archive import breaches
from tests.report.sample import hostile, result
from tests.returns.tables import deck

KINDS: dict[str, Callable[[], bytes]] = {
    "report": lambda: document.report(result(), budget=3),
    "report of nothing": lambda: document.report(result(empty=True), budget=3),
    "report in clear": lambda: document.report(
        replace(result(), manifest={"settings": {"clear": True}}), budget=1
    ),
    "report of hostile texts": lambda: document.report(hostile(), budget=3),
    "one entry": lambda: entry_paper(result(), 1),
    "public edition": lambda: FORMATS["pdf"].write(public(result(), threshold=3), 0)["report.pdf"],
    "return": lambda: return_paper(deck()),
}


@cache
def _pdf(kind: str) -> bytes:
    return KINDS[kind]()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_breaks_the_standards(kind: str) -> None:
    assert breaches(_pdf(kind)) == []


def _broken(change: Callable[[PdfWriter], None]) -> list[str]:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(_pdf("one entry"))))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return breaches(out.getvalue())


def _no_font(writer: PdfWriter) -> None:
    for font in writer.pages[0]["/Resources"]["/Font"].values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for key in ("/FontFile2", "/FontFile3"):
            descriptor.pop(key, None)


def _no_words(writer: PdfWriter) -> None:
    for one in writer._objects:
        if isinstance(one, dict) and one.get("/S") == "/Figure":
            one[NameObject("/Alt")] = TextStringObject("")


_SCRIPT = DictionaryObject(
    {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
)
CHANGES: dict[str, tuple[Callable[[PdfWriter], object], str]] = {
    "script": (lambda pdf: pdf.root_object.update({NameObject("/OpenAction"): _SCRIPT}), "JavaScript"),
    "attachment": (lambda pdf: pdf.add_attachment("a.txt", b"a"), "/EmbeddedFiles"),
    "no profile": (lambda pdf: pdf.root_object.pop("/OutputIntents"), "6.2.3"),
    "no language": (lambda pdf: pdf.root_object.pop("/Lang"), "UA 7.2"),
    "no tags": (
        lambda pdf: pdf.root_object["/MarkInfo"].update({NameObject("/Marked"): BooleanObject(False)}),
        "UA 7.1",
    ),
    "no font": (_no_font, "6.2.11.4"),
    "no words": (_no_words, "UA 7.3"),
    "another title": (lambda pdf: pdf.add_metadata({"/Title": "x" * 900}), "6.6.3"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_breaks_them_is_seen(change: str) -> None:
    make, rule = CHANGES[change]

    def changed(pdf: PdfWriter) -> None:
        make(pdf)

    assert any(rule in one for one in _broken(changed)), _broken(changed)
