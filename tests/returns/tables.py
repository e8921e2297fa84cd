"""Small tables for a return, and the return made from them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from anomaly.returns import Return, annual_return, read_tables

DECK = Path(__file__).resolve().parents[2] / "fixtures" / "filings" / "deck2018"
RECORD = DECK.parent / "reviews2018.csv"
TODAY = date(2026, 1, 1)


def put(folder: Path, **tables: str) -> Path:
    """Write tables as they are, a line a row; the header first."""
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        rows = [line.strip() for line in text.splitlines() if line.strip()]
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def made(
    folder: Path, year: int = 2018, as_of: date | None = None, *, today: date = TODAY, **tables: str
) -> Return:
    """Return the return of a year, from tables that are written first."""
    return annual_return(read_tables(put(folder, **tables)), year, today=today, as_of=as_of)


def deck(as_of: date | None = None, *, review: Path | None = None) -> Return:
    """Return the deck's year, with or without what three of its agencies have on record."""
    return annual_return(read_tables(DECK, review), 2018, today=TODAY, as_of=as_of)
