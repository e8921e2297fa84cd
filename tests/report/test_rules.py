"""A rule is quoted with a date: of its force, of its source, or the words that the source gives none."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from anomaly.incidents.model import Finding, ScanResult
from anomaly.policy import load_policy
from anomaly.report.page import pages
from anomaly.report.paper import document as paper

from .browser import Reader
from .sample import result

RULES = load_policy().rules
_DAY = r"[A-Z][a-z]{2} \d{1,2}, \d{4}"
_DATED = rf"(In force( from {_DAY})?( to {_DAY})?|Source of {_DAY}|Date not given by the source)\. "


@cache
def _scan() -> ScanResult:
    scan = result()
    findings = tuple(Finding("leave", f"It breaks {id}.", None, None, id, None) for id in RULES)
    told = {id: rule.model_dump(mode="json") for id, rule in RULES.items()}
    one = replace(scan.incidents[0], findings=findings)
    return replace(scan, incidents=(one,), summary={**scan.summary, "rules": told})


@cache
def _said() -> dict[str, str]:
    made = pages(_scan(), budget=1)
    read = PdfReader(BytesIO(paper.report(_scan(), budget=1)))
    texts = {name: Reader(made[f"{name}.html"]).text for name in ("report", "federal")}
    texts["paper"] = " ".join(page.extract_text() for page in read.pages).replace("\u200b", "")
    return {name: " ".join(text.split()) for name, text in texts.items()}


@pytest.mark.parametrize("where", ["report", "paper"])
@pytest.mark.parametrize("id", RULES)
def test_every_rule_shows_a_date_or_that_there_is_none(id: str, where: str) -> None:
    rule = RULES[id]
    # Paper breaks lines within words: spaces are left out there.
    text, before, dated = _said()[where], rule.text, _DATED
    if where == "paper":
        text, before, dated = text.replace(" ", ""), before.replace(" ", ""), _DATED.replace(" ", "")
    found = re.search(re.escape(before) + r"\s*" + dated, text)
    assert found, id
    assert ("Datenotgiven" in found[0].replace(" ", "")) == (
        rule.effective_from is None and rule.source_dated is None
    )


@pytest.mark.parametrize("where", ["federal", "paper"])
def test_what_the_law_leaves_open_is_dated_where_federal_access_is_told(where: str) -> None:
    said = _said()[where].replace(" ", "")
    assert "listtorequest.Datenotgivenbythesource.CaliforniaGovernmentCode7284.6(b)" in said


def test_a_source_that_bears_a_day_gives_it() -> None:
    assert "Source of Apr 17, 2018. CA DOJ bulletin" in _said()["report"]
