"""The small language in which reasons.toml writes phrases, turned into regular expressions.

A prepared text gives every word a space on each side (" assist  ice "), so a phrase is plain text between
spaces and two phrases in a row never share one. Python and Rust read the expressions alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

WORD = r"[^ ]+"
_WRITTEN = re.compile(r"[^\W_]+\*?|_|#[^\W_]*")


def _word_pattern(word: str) -> str:
    if word == "_":
        return WORD
    if word.endswith("*"):
        return re.escape(word[:-1]) + "[^ ]*"
    return number_word(word).replace("#", "v?[0-9]+")


def number_word(word: str) -> str:
    """Return a word as prepared texts spell it: a kept number of four digits or more has a "v"."""
    return f"v{word}" if word.isdigit() and len(word) >= 4 else word


class Phrases:
    """Reads phrases, each element of them once: the words of a list are named in hundreds."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        """lists: those that phrases may name, "@list"."""
        self._lists = lists
        self._alternatives: dict[str, list[str]] = {}
        self._patterns: dict[str, list[str]] = {}

    def check(self, phrase: str) -> None:
        """Raise ValueError for an empty phrase, a list that does not exist or a word that a prepared text
        cannot contain.
        """
        if not phrase.split():
            raise ValueError("a phrase is empty")
        for element in phrase.split():
            self.alternatives(element)

    def alternatives(self, element: str) -> list[str]:
        """Return the words one element of a phrase stands for, wildcards kept; raises as `check` does."""
        if element not in self._alternatives:
            self._alternatives[element] = [*self._words(element)]
        return self._alternatives[element]

    def _words(self, element: str) -> Iterator[str]:
        for part in element.split("|"):
            if part.startswith("@") and part[1:] not in self._lists:
                known = ", ".join(sorted(self._lists))
                raise ValueError(f"there is no list {part[1:]!r}; lists are {known}")
            for word in self._lists[part[1:]] if part.startswith("@") else (part,):
                if not _WRITTEN.fullmatch(word) or word != word.lower():
                    raise ValueError(f"{word!r} is not a lower-case word, word*, #, _ or @list")
                yield word

    def _pattern_of(self, element: str) -> list[str]:
        if element not in self._patterns:
            self._patterns[element] = [_word_pattern(word) for word in self.alternatives(element)]
        return self._patterns[element]

    def pattern(self, phrases: Iterable[str]) -> str | None:
        """Return one expression that finds any of the phrases in a prepared text, or None when there are
        none; raises as `check` does.
        """
        singles: list[str] = []
        longer: list[str] = []
        for phrase in phrases:
            self.check(phrase)
            parts = [self._pattern_of(element) for element in phrase.split()]
            if len(parts) == 1:
                singles.extend(parts[0])
            else:
                longer.append("  ".join(p[0] if len(p) == 1 else f"(?:{'|'.join(p)})" for p in parts))
        branches = [*longer, *dict.fromkeys(singles)]  # longer first: what explain shows is the fuller phrase
        return f" (?:{'|'.join(branches)}) " if branches else None

    def vocabulary(self, phrases: Iterable[str]) -> set[str]:
        """Return every word the phrases use, wildcards ("deport*") kept."""
        elements = {element for phrase in phrases for element in phrase.split()}
        return {word for element in elements for word in self.alternatives(element)} - {"_"}
