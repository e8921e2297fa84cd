"""Reason texts made comparable: one form of case and punctuation; numbers and plates by kind, not value.

What is left has few distinct values even where every row carries a number of its own.
"""

from __future__ import annotations

import polars as pl

from anomaly.policy.tables import Reading

CASE_NUMBER = "00000"
PLATE = "0plate"
NAME = "0name"
COMMA = "0comma"

_DATE = r"\b(?:[0-9]{1,2}[-/][0-9]{1,2}[-/](?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{2}-[0-9]{2})\b"


def mask_long_numbers(texts: pl.Expr) -> pl.Expr:
    """Return texts in lower case, digits of long numbers zeroed: cheap, and most become equal to another."""
    return (
        texts.str.to_lowercase()
        .str.replace_all(r"[0-9]{6,}", "000000")
        .str.replace_all(r"([0-9]{2})-[0-9]{4,}", "$1-00000")
    )


def prepare(texts: pl.Expr, reading: Reading, numbers: list[str]) -> pl.Expr:
    """Return prepared texts: words of letters and digits, a space on both sides of each; "" if none is left.

    reading: what case numbers, plates and statutes look like. numbers: those of four digits and more that a
    phrase may name; they are kept and marked ("v1326"), every other such number becomes CASE_NUMBER. The
    letter after a form's number goes ("I-247A" is "i247"). A comma after a word that is also a surname stays,
    as COMMA.
    """
    plain = (
        texts.str.normalize("NFKD")
        .str.to_lowercase()
        .str.replace_all(r"[\p{Mn}\p{Cf}'’`]", "")
        .str.replace_all(r"[+_]", " ")
        .str.replace_all("&", " and ", literal=True)
        .str.replace_all(r"\b([a-z])\.([a-z])\.([a-z])\.([a-z])\b\.?", "$1$2$3$4 ")
        .str.replace_all(r"\b([a-z])\.([a-z])\.([a-z])\b\.?", "$1$2$3 ")
        .str.replace_all(r"\b([a-z])\.([a-z])\.", "$1$2 ")
        .str.replace_all(_DATE, " ")
        .str.replace_all(r"([a-z]{4,})([0-9]{2,}|[0-9]\b)", "$1 $2")
        .str.replace_all(r"([0-9]{5,})([a-z]{4,})", "$1 $2")
        .str.replace_all(
            r"\b([0-9]{1,2})[- ]?u\.?s\.?c\b\.?[-§ ]*|\b([0-9]{1,2})[- ]?usc([0-9])", "$1$2 usc $3"
        )
    )
    if reading.statute_books:
        plain = plain.str.replace_all(rf"\b({'|'.join(reading.statute_books)})([0-9])", "$1 $2")
    if reading.forms:
        plain = plain.str.replace_all(rf"\bi[- ]{{0,3}}({'|'.join(reading.forms)})[a-z]?\b", " i$1 ")
    if reading.surnames:
        plain = plain.str.replace_all(rf"\b({'|'.join(reading.surnames)}) ?, ?\b", f" $1 {COMMA} ")
    for patterns, kind in ((reading.case_numbers, CASE_NUMBER), (reading.plates, PLATE)):
        if patterns:
            plain = plain.str.replace_all("|".join(f"(?:{p})" for p in patterns), f" {kind} ")
    if numbers:
        plain = plain.str.replace_all(rf"\b({'|'.join(numbers)})\b", "v$1")
    words = (
        plain.str.replace_all(r"\b[0-9]{4,}\b", CASE_NUMBER)
        .str.replace_all(r"[^\p{L}\p{N}]+", "  ")
        .str.strip_chars(" ")
    )
    return pl.when(words == "").then(pl.lit("")).otherwise(" " + words + " ")
