"""A hash hangs on the text alone, not on where Arrow keeps it."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pyarrow as pa
from hypothesis import given, settings

from anomaly.coding.hashes import hashes_of

WORDS = [
    *("", "a", "\0", "\0\0", "a\0", "é", "é" * 9, "abcdefghijkl", "abcdefghijklm", "abcdefghijkl\0"),
    *(f"{name} {number}" for name in ("D", "licence no") for number in range(2000)),
]


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.one_of(st.none(), st.text("aZ é", max_size=30)), min_size=1, max_size=40), st.integers(0, 9)
)
def test_equal_texts_have_equal_hashes_however_they_are_held(texts: list[str | None], cut: int) -> None:
    plain = pl.Series(texts, dtype=pl.String)
    expected = hashes_of(plain)
    np.testing.assert_array_equal(expected == 0, plain.is_null().to_numpy())
    held = [
        pl.concat([pl.Series([text], dtype=pl.String) for text in texts], rechunk=False),
        pl.concat([plain[:cut], plain[cut:]], rechunk=False),
        plain.cast(pl.Categorical).cast(pl.String),
        pl.concat([pl.Series([None, "before " * 5]), plain])[2:],
        *(pl.Series(pa.array(texts, kind)) for kind in (pa.string(), pa.large_string(), pa.string_view())),
    ]
    for column in held:
        np.testing.assert_array_equal(hashes_of(column), expected)
    blank = np.array([text == "" for text in texts])
    np.testing.assert_array_equal(hashes_of(plain, blank=True), np.where(blank, 0, expected))


def test_different_texts_have_different_hashes() -> None:
    assert len(np.unique(hashes_of(pl.Series(WORDS)))) == len(WORDS)


def test_a_salt_gives_other_hashes_and_tells_the_same_apart() -> None:
    one, other = (hashes_of(pl.Series(WORDS), salt) for salt in (0, 1))
    assert not np.intersect1d(one, other).size
    assert len(np.unique(other)) == len(WORDS)
