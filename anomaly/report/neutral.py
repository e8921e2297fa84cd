"""Text from a log is data: what is done to it before it reaches a page, a spreadsheet or a terminal."""

from __future__ import annotations

import re

import polars as pl

# Characters that move the cursor, break a line or hide what follows. Joiners stay: names need them.
# Both patterns are written with the characters themselves, so that Python and polars (Rust) read them alike.
_BREAKS = "[\x00-\x1f\x7f-\x9f\u2028\u2029]+"
_HIDDEN = (
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+"
)

# What spreadsheets take for a formula (OWASP, CSV Injection), full-width forms too, and a leading TAB or CR.
_FORMULA = r"^(?:\s*[=+\-@＝＋－＠]|[\t\r])"

_BREAKS_RE = re.compile(_BREAKS)
_HIDDEN_RE = re.compile(_HIDDEN)


def clean(text: str) -> str:
    """Return the text on one line, without control, bidirectional-override and invisible characters.

    A line break or other control character becomes a space; a lone surrogate (broken file name) becomes `?`.
    """
    whole = text.encode("utf-8", "replace").decode()
    return _HIDDEN_RE.sub("", _BREAKS_RE.sub(" ", whole))


def shorten(text: str, most: int = 120) -> str:
    """Return the cleaned text, at most `most` characters long, cut with an ellipsis."""
    short = clean(text)
    return short if len(short) <= most else short[: most - 1].rstrip() + "…"


def cell(text: pl.Expr) -> pl.Expr:
    """Return a String expression that is safe in a spreadsheet: cleaned, an apostrophe before a formula."""
    plain = text.str.replace_all(_BREAKS, " ").str.replace_all(_HIDDEN, "")
    formula = text.str.contains(_FORMULA) | plain.str.contains(_FORMULA)
    return pl.when(~formula).then(plain).otherwise("'" + plain)
