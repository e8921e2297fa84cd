"""Reads reason texts: which of REASON_CLASSES each is, and which words decided it.

Only distinct texts are read, after numbers are masked: a year of a state's log has few of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from anomaly.policy.codes import (
    ACCUSING,
    MARKS,
    MATTERS,
    REASON_CLASSES,
    TERM_CLASSES,
    Mark,
    Matter,
    ReasonClass,
)
from anomaly.policy.phrases import Phrases, number_word
from anomaly.policy.spelling import Speller
from anomaly.policy.tables import Reading, Spelling, Term
from anomaly.policy.text import CASE_NUMBER, COMMA, NAME, PLATE, mask_long_numbers, prepare

_COMMA = re.compile(rf" ([a-z]+)  {COMMA} (?: ([a-z]+) )?")
_BARRIER = " . "  # what is taken out must not let its neighbours form a phrase
_STRANGER = r" [^ ]{3,} "


@dataclass(frozen=True)
class _Compiled:
    any: str
    not_in: str | None
    unless: str | None
    company: str | None
    strangers: int

    def holds(self, text: pl.Expr) -> pl.Expr:
        seen = text.str.replace_all(self.not_in, _BARRIER) if self.not_in else text
        found = seen.str.contains(self.any)
        if self.unless:
            found &= ~text.str.contains(self.unless)
        if self.company:
            found &= text.str.replace_all(self.company, "").str.count_matches(_STRANGER) <= self.strangers
        return found

    def matched(self, text: str) -> str | None:
        if self.unless and re.search(self.unless, text):
            return None
        if self.company and len(re.findall(_STRANGER, re.sub(self.company, "", text))) > self.strangers:
            return None
        seen = re.sub(self.not_in, _BARRIER, text) if self.not_in else text
        found = re.search(self.any, seen)
        return _plain(found.group()) if found else None


class ReasonReader:
    """The terms of a policy, compiled."""

    def __init__(
        self,
        terms: Mapping[ReasonClass, Mapping[str, Term]],
        marks: Mapping[Mark, Mapping[str, Term]],
        lists: Mapping[str, tuple[str, ...]],
        phrases: Phrases,
        reading: Reading,
        spelling: Spelling,
    ) -> None:
        """terms, marks: {class or mark: {name: Term}}. lists: those phrases may name, read by `phrases`.
        Raises ValueError.
        """
        self._reading = reading
        vague = [phrase for term in terms.get("vague", {}).values() for phrase in term.any]
        compiled_for = partial(_compile, phrases=phrases, vague=[*vague, PLATE, "#"])
        self._terms = [
            (name, term.matter, compiled)
            for name in TERM_CLASSES
            for term in terms.get(name, {}).values()
            if (compiled := compiled_for(term))
        ]
        self._marks = {
            name: [compiled for term in group.values() if (compiled := compiled_for(term))]
            for name, group in marks.items()
        }
        outcomes: list[tuple[ReasonClass, Matter]] = [(name, matter) for name, matter, _ in self._terms]
        outcomes += [("case_number", "none"), ("vague", "none"), ("other", "none"), ("missing", "none")]
        self._class_of = np.array([REASON_CLASSES.index(name) for name, _ in outcomes], dtype=np.uint8)
        self._matter_of = np.array([MATTERS.index(matter) for _, matter in outcomes], dtype=np.uint8)
        self._case_number, self._vaguely, self._otherwise, self._missing = range(
            len(self._terms), len(outcomes)
        )
        self._vague = phrases.pattern([*vague, PLATE, "#"]) or r"(?!)"
        self._case = f" {CASE_NUMBER} "
        every_term = [term for group in (*terms.values(), *marks.values()) for term in group.values()]
        found = phrases.vocabulary([p for t in every_term for p in t.any])
        around = phrases.vocabulary([p for t in every_term for p in (*t.not_in, *t.unless, *t.company)])
        self._numbers = sorted(w for w in found | around if number_word(w) != w)
        plainly = Phrases(dict.fromkeys(lists, ()))
        alone = plainly.vocabulary([p for t in every_term for p in t.any if " " not in p])
        grave = [p for name in ACCUSING for t in terms.get(name, {}).values() for p in t.any if " " not in p]
        # "deport*" met only in a context must not pass "deportaton" for known
        known = found | {w for w in around if not w.endswith("*")}
        self._speller = Speller(
            known,
            alone | {*spelling.accusing, *spelling.targets},
            {*spelling.english, *spelling.spanish, *spelling.names},
            plainly.vocabulary(grave) | set(spelling.accusing),
        )
        self._told: list[tuple[pl.Series, str, pl.DataFrame]] = []
        self._shaped: list[tuple[pl.Series, pl.Series, pl.DataFrame]] = []
        self._names = {*lists.get("given_names", ()), *spelling.names}

    def classify(self, texts: pl.Series) -> npt.NDArray[np.uint8]:
        """Return (n,) uint8 codes into REASON_CLASSES; null and blank are "missing". texts: (n,) String."""
        return self._class_of[self._outcomes(texts)]

    def matter(self, texts: pl.Series) -> npt.NDArray[np.uint8]:
        """Return (n,) uint8 codes into MATTERS: what the term that decided says. texts: (n,) String."""
        return self._matter_of[self._outcomes(texts)]

    def marked(self, texts: pl.Series, mark: Mark) -> npt.NDArray[np.bool_]:
        """Return whether a term of the mark holds in each text: (n,) bool. texts: (n,) String."""
        return self._read(texts, "marks")[mark].fill_null(False).to_numpy()

    def explain(self, text: str | None) -> tuple[ReasonClass, str]:
        """Return the class of one text and the words that decided it ("" where nothing was found)."""
        series = pl.Series("text", [text], dtype=pl.String)
        outcome = int(self._outcomes(series)[0])
        name = REASON_CLASSES[self._class_of[outcome]]
        if name == "missing":
            return name, ""
        prepared = series.to_frame().select(self._prepare(mask_long_numbers(pl.col("text")))).to_series()
        words = str(self._mend(prepared)[0])
        if outcome < len(self._terms):
            return name, self._terms[outcome][2].matched(words) or ""
        if name == "case_number":
            return name, "a case number"
        found = re.findall(self._vague, words)
        return name, ", ".join(map(_plain, found)) if name == "vague" else ""

    def _outcomes(self, texts: pl.Series) -> npt.NDArray[np.uint16]:
        """Return which outcome each text has: the index of the term that decided, or one of the last four."""
        return self._read(texts, "outcome")["outcome"].fill_null(self._missing).to_numpy()

    def _read(self, texts: pl.Series, asked: Literal["outcome", "marks"]) -> pl.DataFrame:
        """Return `outcome`, or each of MARKS, of every text; null where it is missing.

        Each distinct text is read once. The last answers are remembered: classes and matters are told by one
        outcome.
        """
        for column, of, told in self._told:
            if column is texts and of == asked:
                return told
        told = self._reading_of(texts, self._outcome() if asked == "outcome" else self._marking())
        self._told = [(texts, asked, told), *self._told[:7]]
        return told

    def _reading_of(self, texts: pl.Series, of_words: Sequence[pl.Expr]) -> pl.DataFrame:
        which, shapes = self._shapes_of(texts)
        words = shapes.select("words").unique(maintain_order=True).with_columns(of_words)
        read = shapes.join(words, on="words", how="left", maintain_order="left")
        told = (pl.when(~pl.col("missing")).then(name).alias(name) for name in words.columns[1:])
        return read.select(told)[which]

    def _shapes_of(self, texts: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
        """Return which shape each text has, (n,) UInt32, and the `words` of each and whether it is `missing`.

        Texts that differ in long numbers only have one shape: of 383,000 reasons, 4,500 are left. What was
        asked last is remembered, as what reasons say is asked several times.
        """
        for column, which, shapes in self._shaped:
            if column is texts:
                return which, shapes
        rows = pl.DataFrame({"text": texts.cast(pl.String)}).select(mask_long_numbers(pl.col("text")))
        shapes = rows.unique(maintain_order=True)
        numbered = shapes.with_row_index("shape")
        which = rows.join(numbered, on="text", how="left", maintain_order="left", nulls_equal=True)["shape"]
        shapes = shapes.select(
            self._is_missing(pl.col("text")).alias("missing"), self._prepare(pl.col("text")).alias("prepared")
        )
        prepared = shapes.select("prepared").unique(maintain_order=True)
        prepared = prepared.with_columns(self._mend(prepared["prepared"]).alias("words"))
        shapes = shapes.join(prepared, on="prepared", how="left", maintain_order="left", nulls_equal=True)
        self._shaped = [(texts, which, shapes), *self._shaped[:3]]
        return which, shapes

    def _prepare(self, texts: pl.Expr) -> pl.Expr:
        return prepare(texts, self._reading, self._numbers)

    def _mend(self, prepared: pl.Series) -> pl.Series:
        tokens = prepared.str.strip_chars(" ").str.split("  ").explode().unique().drop_nulls()
        known = tokens.str.contains(r"^[a-z][a-z0-9]+$")
        mended = self._speller.corrections(sorted(tokens.filter(known).to_list()))
        if mended:
            wrong, right = [f" {w} " for w in mended], [f" {w} " for w in mended.values()]
            prepared = prepared.str.replace_many(wrong, right)
        if not prepared.str.contains(COMMA, literal=True).any():
            return prepared
        return pl.Series(
            prepared.name, [text and _COMMA.sub(self._after_comma, text) for text in prepared], pl.String
        )

    def _after_comma(self, match: re.Match[str]) -> str:
        """Return "ICE, MARGA" as a name, "ICE, hold" as the two words: the policy knows the second."""
        first, second = match.group(1), match.group(2) or ""
        if second and (len(second) == 1 or second in self._names or not self._speller.uses(second)):
            return f" {NAME} "
        return f" {first} " + (f" {second} " if second else "")

    def _is_missing(self, texts: pl.Expr) -> pl.Expr:
        bare = (
            texts.str.normalize("NFKD")
            .str.to_lowercase()
            .str.replace_all(r"[\p{Cf}\p{Cc}]", "")
            .str.strip_chars()
        )
        redacted = bare.is_in(["", *self._reading.redacted]) | bare.str.contains(r"^(?:\*+|x+ redacted x+)$")
        return texts.is_null() | redacted

    def _outcome(self) -> list[pl.Expr]:
        """Return the outcome of column `words`: the first term that holds; else what little the text says."""
        words = pl.col("words")
        rest = words.str.replace_all(self._vague, "").str.replace_all(self._case, "")
        unknown = rest.str.count_matches(_STRANGER)
        few = unknown <= self._reading.unknown_words_allowed
        says_vague = words.str.contains(self._vague)
        numbered = words.str.contains(self._case, literal=True)
        branches = [(term.holds(words), i) for i, (_, _, term) in enumerate(self._terms)]
        branches += [
            (numbered & few, self._case_number),
            ((unknown == 0) | (says_vague & few), self._vaguely),
        ]
        outcomes = [pl.when(holds).then(pl.lit(i, pl.UInt16)) for holds, i in branches]
        return [pl.coalesce(*outcomes, pl.lit(self._otherwise, pl.UInt16)).alias("outcome")]

    def _marking(self) -> list[pl.Expr]:
        """Return whether column `words` has each of MARKS."""
        terms = {mark: self._marks.get(mark, []) for mark in MARKS}
        return [
            pl.any_horizontal(pl.lit(False), *(one.holds(pl.col("words")) for one in some)).alias(mark)
            for mark, some in terms.items()
        ]


def _compile(term: Term, phrases: Phrases, vague: Sequence[str]) -> _Compiled | None:
    if (wanted := phrases.pattern(term.any)) is None:
        return None
    company = phrases.pattern([*term.any, *term.company, *vague]) if term.company else None
    around = phrases.pattern(term.not_in), phrases.pattern(term.unless)
    return _Compiled(wanted, *around, company, term.strangers)


def _plain(matched: str) -> str:
    return " ".join(word.removeprefix("v") if word[1:].isdigit() else word for word in matched.split())
