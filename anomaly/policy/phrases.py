"""The small language in which reasons.toml writes phrases, turned into regular expressions.

A prepared text gives every word a space on each side (" assist  ice "), so a phrase is plain text between
spaces and two phrases in a row never share one. Python and Rust read the expressions alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

WORD = r"[^ ]+"
_WRITTEN = re.compile(r"[^\W_]+\*?|_|#[^\W_]*")


def alternatives(element: str, lists: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the words one element of a phrase stands for, wildcards kept.

    Raises ValueError for a list that does not exist or a word that a prepared text cannot contain.
    """
    words: list[str] = []
    for part in element.split("|"):
        if not part.startswith("@"):
            words.append(part)
        elif part[1:] in lists:
            words.extend(lists[part[1:]])
        else:
            raise ValueError(f"there is no list {part[1:]!r}; lists are {', '.join(sorted(lists))}")
    for word in words:
        if not _WRITTEN.fullmatch(word) or word != word.lower():
            raise ValueError(f"{word!r} is not a lower-case word, word*, #, _ or @list")
    return words


def _word_pattern(word: str) -> str:
    if word == "_":
        return WORD
    if word.endswith("*"):
        return re.escape(word[:-1]) + "[^ ]*"
    return number_word(word).replace("#", "v?[0-9]+")


def number_word(word: str) -> str:
    """Return a word as prepared texts spell it: a kept number of four digits or more has a "v"."""
    return f"v{word}" if word.isdigit() and len(word) >= 4 else word


def pattern(phrases: Iterable[str], lists: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return one expression that finds any of the phrases in a prepared text, or None when there are none.

    Raises ValueError as `alternatives` does, and for an empty phrase.
    """
    singles: list[str] = []
    longer: list[str] = []
    for phrase in phrases:
        elements = phrase.split()
        if not elements:
            raise ValueError("a phrase is empty")
        parts = [[_word_pattern(w) for w in alternatives(e, lists)] for e in elements]
        if len(parts) == 1:
            singles.extend(parts[0])
        else:
            longer.append("  ".join(p[0] if len(p) == 1 else f"(?:{'|'.join(p)})" for p in parts))
    branches = [*longer, *dict.fromkeys(singles)]  # longer first: what explain shows is the fuller phrase
    return f" (?:{'|'.join(branches)}) " if branches else None


def vocabulary(phrases: Iterable[str], lists: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return every word the phrases use, wildcards ("deport*") kept."""
    return {w for phrase in phrases for e in phrase.split() for w in alternatives(e, lists)} - {"_"}
