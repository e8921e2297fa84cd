"""Texts by code: a row of a log has a number, and the words are put in when it is written."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.synth.streams import Ints


class _Written(NamedTuple):
    """Texts by code, ready to be gathered: whole, whether they have a place for a number, and the parts
    around it.
    """

    plain: pl.Series
    numbered: NDArray[np.bool_]
    before: pl.Series
    after: pl.Series

    @classmethod
    def of(cls, texts: list[str]) -> _Written:
        """Each of `texts` as written and in capitals."""
        both = [part for text in texts.copy() for part in (text, text.upper().replace("{N}", "{n}"))]
        split = [text.partition("{n}") for text in both]
        return cls(
            pl.Series([text or None for text in both], dtype=pl.String),
            np.array([part[1] != "" for part in split]),
            pl.Series([part[0] for part in split], dtype=pl.String),
            pl.Series([part[2] for part in split], dtype=pl.String),
        )


class Phrases:
    """Every text a world may type, by code: `2 * k` as written, `2 * k + 1` in capitals; code 0 is blank.

    `{n}` in a text stands for a case number.
    """

    def __init__(self) -> None:
        self._texts: list[str] = [""]
        self._codes: dict[str, int] = {"": 0}
        self._lots: dict[tuple[str, ...], Ints] = {}
        self._adding = Lock()  # slices are made on several threads: two texts must not get one code
        self._written = _Written.of(self._texts)

    def code(self, text: str) -> int:
        """The code of a text, as written."""
        known = self._codes.get(text)
        if known is None:
            with self._adding:
                if text not in self._codes:
                    self._texts.append(text)
                    self._codes[text] = 2 * len(self._texts) - 2
                known = self._codes[text]
        return known

    def codes(self, texts: Sequence[str]) -> Ints:
        """The codes of several texts, (n,), not to be written to."""
        lot = tuple(texts)
        known = self._lots.get(lot)
        if known is None:  # every slice asks for the same lots: a tenth of its time if each text is looked up
            known = self._lots[lot] = np.array([self.code(text) for text in lot], dtype=np.int64)
            known.setflags(write=False)
        return known

    def render(self, codes: Ints, numbers: pl.Series) -> pl.Series:
        """The text of each code, (n,), with the case number of its row where it has a place for one; null
        if blank.
        """
        written = self._written
        if len(written.numbered) != 2 * len(self._texts):
            self._written = written = _Written.of(self._texts)
        plain = written.plain.gather(codes)
        rows = np.flatnonzero(written.numbered.take(codes))
        if not len(rows):
            return plain
        before, after = written.before.gather(codes[rows]), written.after.gather(codes[rows])
        return plain.scatter(rows, before + numbers.gather(rows).fill_null("") + after)
