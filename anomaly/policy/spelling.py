"""Misspelt words mended towards the words of the policy, and only where nothing else can be meant.

Short words are never mended: one letter turns "ice" into anything. A word that would count against somebody
is held to more: no everyday word may be as near ("rpeorte" is "reporte", not "reporter"), and at two slips
its own letters must have been lost or swapped, none replaced ("LINDFORD" is no landlord).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 5
LONG = 8
_RUN = re.compile(r"(.)\1{2,}")


class Speller:
    """Knows the words of the policy and mends others towards them."""

    def __init__(
        self,
        vocabulary: Collection[str],
        targets: Collection[str],
        keep: Collection[str],
        accusing: Collection[str] = (),
    ) -> None:
        """vocabulary: words in use ("deport*": any ending). targets: to mend towards. keep: never mended.
        accusing: those of the targets that count against somebody.
        """
        self._words = {w for w in {*vocabulary, *targets} if w.isalpha()}
        self._keep = frozenset(keep)
        self._accusing = frozenset(accusing)
        stems = sorted(w[:-1] for w in vocabulary if w.endswith("*"))
        self._stem = re.compile("|".join(map(re.escape, stems)) or r"(?!)")
        self._targets = _by_letter(w for w in targets if w.isalpha())
        self._rivals = _by_letter(
            w for w in (self._keep | self._words) - {*accusing, *targets} if w.isalpha()
        )

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
        long, has lost it. Ties go to the longer word (dropped letters are the commonest slip), then to one
        that accuses nobody, then to the alphabet; what is as near to a correct word of as many letters as to
        an accusing one is left as it is.
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
        best: dict[str, tuple[int, int, bool, str]] = {}
        for word, form, target, edits in _near(pending, self._targets):
            grave = target in self._accusing
            if grave and edits > 1 and Counter(form) - Counter(target):
                continue
            rank = (edits, -len(target), grave, target)
            if word not in best or rank < best[word]:
                best[word] = rank
        accused = {
            letter: [(word, form) for word, form in pairs if word in best and best[word][2]]
            for letter, pairs in pending.items()
        }
        for word, _, rival, edits in _near(accused, self._rivals):
            if word in best and (edits, -len(rival)) <= best[word][:2]:
                del best[word]
        mended.update((word, rank[-1]) for word, rank in best.items())
        return mended


def _by_letter(words: Iterable[str]) -> dict[str, list[str]]:
    """Return the words by the letter that a slip of theirs may begin with."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        if len(word) >= SHORTEST:
            found[word[0]].append(word)
        if len(word) >= LONG and word[1] != word[0]:
            found[word[1]].append(word)  # "nvestigation", "nivestigation"
    return found


def _near(
    pending: Mapping[str, list[tuple[str, str]]], words_of: Mapping[str, list[str]]
) -> Iterator[tuple[str, str, str, int]]:
    """Return (word, form, near word, edits) of all that are near; pending: {letter: [(word, form)]}."""
    for letter, pairs in pending.items():
        words = words_of.get(letter)
        if not words or not pairs:
            continue
        distance = process.cdist(
            [form for _, form in pairs], words, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
        )
        long_word = np.array([len(word) for word in words]) >= LONG
        long_form = np.array([len(form) + 1 for _, form in pairs]) >= LONG
        allowed = 1 + (long_form[:, None] & long_word[None, :]).astype(np.uint8)
        for row, column in np.argwhere(distance <= allowed):
            yield *pairs[row], words[column], int(distance[row, column])


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
