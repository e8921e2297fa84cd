"""A table whose texts look bare at both ends holds none that cleaning would change."""

from __future__ import annotations

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from anomaly.context.edges import bare

SIGNS = st.text("AB1 \t\u00a0\u3000é", max_size=16)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.none(), SIGNS), max_size=6), st.lists(SIGNS, max_size=6))
def test_what_is_bare_needs_no_cleaning(some: list[str | None], others: list[str]) -> None:
    texts = pl.Series([*some, *others], dtype=pl.String)
    if bare(texts):
        assert texts.str.strip_chars().replace("", None).equals(texts, null_equal=True)
    assert bare(texts.str.extract(r"([A-B]+)").fill_null("A"))


@pytest.mark.parametrize("more", ["", "-AND-A-LONG-TAIL"])
@pytest.mark.parametrize("odd", [" A{}", "A{} ", "A{}\u00a0", "\tA{}", "{}"])
def test_one_text_in_many_is_seen(odd: str, more: str) -> None:
    texts = pl.Series([f"A{k}{more if k % 3 else ''}" for k in range(40_000)])
    joined = pl.concat([texts, texts], rechunk=False)  # two buffers
    assert bare(joined)
    spaced = odd.format(more) if odd != "{}" else ""
    assert not bare(joined.scatter(39_999, spaced))


def test_texts_in_many_buffers() -> None:
    texts = [pl.Series([f"A LONG TEXT, NUMBER {k}"]) for k in range(300)]
    assert bare(pl.concat(texts[:30], rechunk=False))
    assert not bare(pl.concat([*texts, pl.Series(["A LONG TEXT WITH A TAIL "])], rechunk=False))
