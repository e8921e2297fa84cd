"""Reasons as people type them: what each says, and what it must not be taken for."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.policy import REASON_CLASSES, Policy, load_policy

HERE = Path(__file__).parent
POLICY = load_policy()


def classes(texts: list[str | None], policy: Policy = POLICY) -> list[str]:
    return [REASON_CLASSES[code] for code in policy.classify_reasons(pl.Series(texts, dtype=pl.String))]


def labelled(name: str) -> list[tuple[str, str]]:
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return [(row["text"], row["class"]) for row in csv.DictReader(file)]


EXAMPLES = labelled("reasons.csv")


@pytest.mark.parametrize(("text", "wanted"), EXAMPLES)
def test_each_example_is_read_as_labelled(text: str, wanted: str) -> None:
    assert classes([text]) == [wanted], POLICY.explain_reason(text)


# Written before the classifier was run on them; the first runs had 5 of 202,
# 12 of 206 and 5 of 71 wrong (97.5 %, 94.2 %, 93.0 %).
# Principles were mended afterwards, so these now guard against regressions and measure nothing new.
@pytest.mark.parametrize("name", ["heldout.csv", "heldout2.csv", "heldout3.csv"])
def test_held_out_lists_stay_mended(name: str) -> None:
    examples = labelled(name)
    got = classes([text for text, _ in examples])
    wrong = [(t, want, g) for (t, want), g in zip(examples, got, strict=True) if want != g]
    assert len(wrong) <= 1, wrong


def test_every_class_has_examples() -> None:
    assert {wanted for _, wanted in EXAMPLES} == set(REASON_CLASSES)


@pytest.mark.parametrize("dress", [str.upper, str.title, lambda t: t.replace(" ", "+"), lambda t: f"  {t}. "])
def test_dress_does_not_matter(dress) -> None:  # type: ignore[no-untyped-def]
    plain = [
        (t, c)
        for t, c in EXAMPLES
        if c in ("immigration", "personal", "police", "case_number") and t.islower()
    ]
    assert classes([dress(t) for t, _ in plain]) == [c for _, c in plain]


def test_null_is_missing_and_rows_keep_their_order() -> None:
    texts = [None, "UUV", "", "inv", None, "UUV", "\u200b", "\u00a0"]
    assert classes(texts) == [
        "missing", "police", "missing", "vague", "missing", "police", "missing", "missing"
    ]  # fmt: skip


def test_empty_series() -> None:
    assert classes([]) == []
    assert POLICY.classify_reasons(pl.Series([], dtype=pl.Null)).shape == (0,)


def test_a_case_number_never_becomes_a_statute() -> None:
    numbers = ["25-1325", "2025-1326", "CR1326-25", "case 1325", "#1326", "IR 1325", "1326-2025", "25/1326"]
    assert set(classes(numbers)) == {"case_number"}


def test_short_words_are_never_mended() -> None:
    near_ice = [
        "ide",
        "icd",
        "nice",
        "rice",
        "iced",
        "ices",
        "vice",
        "dice",
        "ife",
        "ive",
        "eri",
        "zero",
        "hero",
        "euro",
    ]
    assert "immigration" not in classes(near_ice)


def test_no_common_name_reads_as_a_theme() -> None:
    names = [
        "Romero",
        "Marchetti",
        "Icenhour",
        "Iceland",
        "Alient",
        "Departi",
        "Mosquera",
        "Virgil",
        "Roman",
    ]
    assert not {"immigration", "personal", "protest"} & set(classes(names + [f"Officer {n}" for n in names]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=8))
def test_any_text_is_read_and_alone_as_in_company(texts: list[str | None]) -> None:
    together = classes(texts)
    assert together == [classes([text])[0] for text in texts]
    for text, name in zip(texts, together, strict=True):
        assert POLICY.explain_reason(text)[0] == name


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(EXAMPLES), st.integers(100_000, 99_999_999))
def test_a_number_beside_the_words_does_not_change_a_theme(example: tuple[str, str], number: int) -> None:
    text, wanted = example
    if wanted in ("immigration", "personal", "protest", "test", "police"):
        assert classes([f"{number} {text}"]) == [wanted]


def test_explanations_name_the_words() -> None:
    assert POLICY.explain_reason("Assist: I.C.E. ERO, 25-104") == ("immigration", "ero")
    assert POLICY.explain_reason("my ex-wife's car") == ("personal", "my ex")
    assert POLICY.explain_reason("INVETIGATION") == ("vague", "investigation")
    assert POLICY.explain_reason("Investigation, 2510494") == ("case_number", "a case number")
    assert POLICY.explain_reason(None) == ("missing", "")
    assert POLICY.explain_reason("Dragnet") == ("other", "")
