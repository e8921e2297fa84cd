"""Misspelt words mended towards the words of the policy, and only where nothing else can be meant.

Short words are never mended: one letter turns "ice" into anything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 5
LONG = 8
_RUN = re.compile(r"(.)\1{2,}")


class Speller:
    """Knows the words of the policy and mends others towards them."""

    def __init__(self, vocabulary: Collection[str], targets: Collection[str], keep: Collection[str]) -> None:
        """vocabulary: words in use ("deport*": any ending). targets: to mend towards. keep: never mended."""
        self._words = {w for w in {*vocabulary, *targets} if w.isalpha()}
        self._keep = frozenset(keep)
        stems = sorted(w[:-1] for w in vocabulary if w.endswith("*"))
        self._stem = re.compile("|".join(map(re.escape, stems)) or r"(?!)")
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(w for w in targets if w.isalpha()):
            if len(word) >= SHORTEST:
                self._by_letter[word[0]].append(word)
            if len(word) >= LONG and word[1] != word[0]:
                self._by_letter[word[1]].append(word)  # "nvestigation", "nivestigation"

    def uses(self, word: str) -> bool:
        """Return whether the policy itself uses a word."""
        return word in self._words or self._stem.match(word) is not None

    def knows(self, word: str) -> bool:
        """Return whether a word needs no mending."""
        return word in self._keep or self.uses(word)

    def corrections(self, words: Iterable[str]) -> dict[str, str]:
        """Return {word: what it should be} for those of the words that can be mended.

        An ending is taken off, a held key released ("uuvwww"), a digit inside dropped ("feld9ony");
        then the nearest word within one edit (5 to 7 letters) or two (8 and more, one of them lost at most),
        swapped neighbours being one (optimal string alignment), that begins with the same letter or, when
        long, has lost it. Ties go to the longer word (dropped letters are the commonest slip), then to the
        alphabet.
        """
        mended: dict[str, str] = {}
        pending: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for word in words:
            if self.knows(word):
                continue
            tries = [form for form in _forms(word) if form]
            known = next((form for form in tries if form not in self._keep and self.knows(form)), None)
            if known is not None:
                if known != word:
                    mended[word] = known
                continue
            for form in tries:
                if len(form) >= SHORTEST and form.isalpha() and form not in self._keep:
                    pending[form[0]].append((word, form))
        best: dict[str, tuple[int, int, str]] = {}
        for letter, pairs in pending.items():
            targets = self._by_letter.get(letter)
            if not targets:
                continue
            distance = process.cdist(
                [form for _, form in pairs], targets, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
            )
            long_target = np.array([len(target) for target in targets]) >= LONG
            long_form = np.array([len(form) + 1 for _, form in pairs]) >= LONG
            allowed = 1 + (long_form[:, None] & long_target[None, :]).astype(np.uint8)
            for row, column in np.argwhere(distance <= allowed):
                word, form = pairs[row]
                target = targets[column]
                rank = (int(distance[row, column]), -len(target), target)
                if word not in best or rank < best[word]:
                    best[word] = rank
        mended.update((word, rank[2]) for word, rank in best.items())
        return mended


def _forms(word: str) -> list[str]:
    """Return the forms of a word to look for, the likeliest first."""
    if not word[:1].isalpha():
        return []
    letters = "".join(c for c in word if c.isalpha())
    if sum(c.isdigit() for c in word) > 1 or (letters != word and len(letters) < SHORTEST):
        return []
    forms = [letters]
    if _RUN.search(letters):
        forms += [_RUN.sub(r"\1", letters), _RUN.sub(r"\1\1", letters), _RUN.sub("", letters)]
    forms += [stem for form in list(forms) for stem in _without_ending(form)]
    return list(dict.fromkeys(forms))


def _without_ending(word: str) -> list[str]:
    """Return what a word may be the plural or the past of; stems keep four letters at least."""
    stems = []
    if word.endswith("ies"):
        stems.append(word[:-3] + "y")
    if word.endswith("es"):
        stems.append(word[:-2])
    if word.endswith("s"):
        stems.append(word[:-1])
    if word.endswith("ed"):
        stems += [word[:-2], word[:-1]]
    if word.endswith("ing"):
        stems += [word[:-3], word[:-3] + "e"]
    return [s for s in stems if len(s) >= 4]
