"""The page on explanations lists the explanations there are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from anomaly.explain import EXPLANATIONS, Explanation
from anomaly.explain.candidates import CANDIDATES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanations.md"
ANSWERS = {"whom": "why this subject", "when": "why at this hour", "what": "why this, and so much"}


def table(explanations: Iterable[Explanation]) -> str:
    lines = ["| explanation | what it joins | answers | what it does not show |", "|---|---|---|---|"]
    for one in explanations:
        lines.append(f"| {one.name} | {one.title} {one.manual} | {ANSWERS[one.answers]} | {one.limits} |")
    return "\n".join(" ".join(line.split()) for line in lines)


def test_the_page_lists_every_explanation_and_candidate() -> None:
    page = PAGE.read_text()
    assert table(EXPLANATIONS) in page
    assert table(CANDIDATES) in page


def test_the_page_shows_a_run_with_every_explanation() -> None:
    run = PAGE.read_text().split("```")[3]
    for one in (*EXPLANATIONS, *CANDIDATES):
        assert f"\n{one.name} " in run or f"not tried {one.name}" in run, one.name
