"""Reads reason texts: which of REASON_CLASSES each is, and which words decided it.

Only distinct texts are read, after numbers are masked: a year of a state's log has few of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from anomaly.policy.codes import REASON_CLASSES, TERM_CLASSES, ReasonClass
from anomaly.policy.phrases import number_word, pattern, vocabulary
from anomaly.policy.spelling import Speller
from anomaly.policy.tables import Reading, Spelling, Term
from anomaly.policy.text import CASE_NUMBER, PLATE, mask_long_numbers, prepare

_CODE = {name: code for code, name in enumerate(REASON_CLASSES)}
_BARRIER = " . "  # what is taken out must not let its neighbours form a phrase


@dataclass(frozen=True)
class _Compiled:
    code: int
    any: str
    not_in: str | None
    unless: str | None

    def holds(self, text: pl.Expr) -> pl.Expr:
        seen = text.str.replace_all(self.not_in, _BARRIER) if self.not_in else text
        found = seen.str.contains(self.any)
        return found & ~text.str.contains(self.unless) if self.unless else found

    def matched(self, text: str) -> str | None:
        if self.unless and re.search(self.unless, text):
            return None
        seen = re.sub(self.not_in, _BARRIER, text) if self.not_in else text
        found = re.search(self.any, seen)
        return _plain(found.group()) if found else None


class ReasonReader:
    """The terms of a policy, compiled."""

    def __init__(
        self,
        terms: Mapping[ReasonClass, Mapping[str, Term]],
        lists: Mapping[str, tuple[str, ...]],
        reading: Reading,
        spelling: Spelling,
    ) -> None:
        """terms: {class: {name: Term}}. lists: those phrases may name. A wrong phrase is a ValueError."""
        self._reading = reading
        self._terms = []
        for name in TERM_CLASSES:
            for term in terms.get(name, {}).values():
                if wanted := pattern(term.any, lists):
                    not_in, unless = pattern(term.not_in, lists), pattern(term.unless, lists)
                    self._terms.append(_Compiled(_CODE[name], wanted, not_in, unless))
        vague = [phrase for term in terms.get("vague", {}).values() for phrase in term.any]
        self._vague = pattern([*vague, PLATE, "#"], lists) or r"(?!)"
        self._case = f" {CASE_NUMBER} "
        every_term = [term for group in terms.values() for term in group.values()]
        found = vocabulary([p for t in every_term for p in t.any], lists)
        around = vocabulary([p for t in every_term for p in (*t.not_in, *t.unless)], lists)
        self._numbers = sorted(w for w in found | around if number_word(w) != w)
        alone = [p for t in every_term for p in t.any if " " not in p]
        targets = vocabulary(alone, dict.fromkeys(lists, ())) | set(spelling.targets)
        # "deport*" met only in a context must not pass "deportaton" for known
        known = found | {w for w in around if not w.endswith("*")}
        self._speller = Speller(known, targets, {*spelling.english, *spelling.names})

    def classify(self, texts: pl.Series) -> npt.NDArray[np.uint8]:
        """Return (n,) uint8 codes into REASON_CLASSES; null and blank are "missing". texts: (n,) String."""
        rows = pl.DataFrame({"text": texts.cast(pl.String)})
        rows = rows.with_columns(mask_long_numbers(pl.col("text")))
        distinct = rows.unique(maintain_order=True).with_columns(
            self._prepare(pl.col("text")).alias("prepared")
        )
        prepared = distinct.select("prepared").unique(maintain_order=True)
        prepared = prepared.with_columns(self._mend(prepared["prepared"]).alias("words"))
        words = prepared.select("words").unique(maintain_order=True).with_columns(self._code())
        coded = distinct.join(prepared, on="prepared", how="left", maintain_order="left").join(
            words, on="words", how="left", maintain_order="left"
        )
        missing = self._is_missing(pl.col("text"))
        coded = coded.select(
            "text", pl.when(missing).then(pl.lit(_CODE["missing"], pl.UInt8)).otherwise("code").alias("code")
        )
        joined = rows.join(coded, on="text", how="left", maintain_order="left", nulls_equal=True)
        return joined["code"].fill_null(_CODE["missing"]).to_numpy()

    def explain(self, text: str | None) -> tuple[ReasonClass, str]:
        """Return the class of one text and the words that decided it ("" where nothing was found)."""
        series = pl.Series("text", [text], dtype=pl.String)
        name = REASON_CLASSES[int(self.classify(series)[0])]
        if name == "missing":
            return name, ""
        prepared = series.to_frame().select(self._prepare(mask_long_numbers(pl.col("text")))).to_series()
        words = str(self._mend(prepared)[0])
        if name in TERM_CLASSES:
            hits = (t.matched(words) for t in self._terms if t.code == _CODE[name])
            return name, next(hit for hit in hits if hit is not None)
        if name == "case_number":
            return name, "a case number"
        found = re.findall(self._vague, words)
        return name, ", ".join(map(_plain, found)) if name == "vague" else ""

    def _prepare(self, texts: pl.Expr) -> pl.Expr:
        return prepare(texts, self._reading, self._numbers)

    def _mend(self, prepared: pl.Series) -> pl.Series:
        tokens = prepared.str.strip_chars(" ").str.split("  ").explode().unique().drop_nulls()
        known = tokens.str.contains(r"^[a-z][a-z0-9]+$")
        mended = self._speller.corrections(sorted(tokens.filter(known).to_list()))
        if not mended:
            return prepared
        wrong, right = [f" {w} " for w in mended], [f" {w} " for w in mended.values()]
        return prepared.str.replace_many(wrong, right)

    def _is_missing(self, texts: pl.Expr) -> pl.Expr:
        bare = (
            texts.str.normalize("NFKD")
            .str.to_lowercase()
            .str.replace_all(r"[\p{Cf}\p{Cc}]", "")
            .str.strip_chars()
        )
        redacted = bare.is_in(["", *self._reading.redacted]) | bare.str.contains(r"^\*+$")
        return texts.is_null() | redacted

    def _code(self) -> pl.Expr:
        """Return the code of column `words`: the first term that holds; else what little the text says."""
        words = pl.col("words")
        rest = words.str.replace_all(self._vague, "").str.replace_all(self._case, "")
        unknown = rest.str.count_matches(r" [^ ]{3,} ")
        few = unknown <= self._reading.unknown_words_allowed
        says_vague = words.str.contains(self._vague)
        numbered = words.str.contains(self._case, literal=True)
        branches = [(term.holds(words), term.code) for term in self._terms]
        branches += [
            (numbered & few, _CODE["case_number"]),
            ((unknown == 0) | (says_vague & few), _CODE["vague"]),
        ]
        codes = [pl.when(holds).then(pl.lit(code, pl.UInt8)) for holds, code in branches]
        return pl.coalesce(*codes, pl.lit(_CODE["other"], pl.UInt8)).alias("code")


def _plain(matched: str) -> str:
    return " ".join(word.removeprefix("v") if word[1:].isdigit() else word for word in matched.split())
