"""A seeded log of realistic widths and no story: it measures, it does not test detection."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

KEYS = ("DQ", "RQ", "QW", "QH", "KQ", "IQ")
REASONS = ("investigation", "traffic stop", "warrant check", "welfare check", "stolen veh", "inv", "")
CASES = 20_000  # reasons that name a case
STEMS = ("BAR", "COL", "DUN", "FAR", "HOL", "KEN", "LAN", "MOR", "RAD", "WES")
ENDINGS = ("BY", "COTT", "DEN", "FORD", "LEY", "MAN", "STON", "TER", "TON", "WELL")
SURNAMES = tuple(stem + ending for stem in STEMS for ending in ENDINGS)
GIVEN = ("ANN", "BEN", "CARA", "DEAN", "ELLA", "FRED", "GWEN", "HUGH", "IVY", "JOEL", "KATE", "LEO")
YEAR_MS = 365 * 86_400_000
BEGIN_MS = 1_704_700_800_000  # 2024-01-08, UTC


def write_log(path: Path, rows: int, *, people: bool = True) -> None:
    """Write a year of queries as zstd Parquet, by one user for every 1,250 rows, six rows a subject.

    people: as switches log them, a query by name, birth and sex, by plate or by licence, as its message key
    says, at a terminal; else ten columns, and every query by licence. The same rows at every call. Text is
    made while it is written: what is held at once is some 60 bytes a row.
    """
    random = np.random.default_rng(1)
    times = BEGIN_MS + np.sort(random.integers(0, YEAR_MS, rows))
    numbers = pl.LazyFrame(
        {
            "row": np.arange(rows),
            "ms": times,
            "who": random.integers(0, max(200, rows // 1250), rows),
            "key": random.integers(0, len(KEYS), rows),
            "why": random.integers(0, len(REASONS) + CASES, rows),
            "case": random.integers(0, max(1, rows // 20), rows),
            "whom": random.integers(0, max(1, rows // 6), rows),
        }
    )
    log = {
        "event_id": pl.col("row").cast(pl.String),
        "time": pl.col("ms").cast(pl.Datetime("ms")).dt.replace_time_zone("UTC"),
        "user": _numbered("U", pl.col("who")),
        "agency": _numbered("AGENCY ", pl.col("who") % 50),
        "unit": _numbered("UNIT ", pl.col("who") // 50 % 6),
        "message_key": _one_of(KEYS, pl.col("key")),
        "purpose": pl.lit("C"),
        "reason": _one_of((*REASONS, *(f"case 24-{number:05}" for number in range(CASES))), pl.col("why")),
        "case_number": _numbered("24-", pl.col("case")),
        "license": _numbered("D", 1_000_000 + pl.col("whom")),
    }
    numbers.select(**(log | _people() if people else log)).sink_parquet(path, compression="zstd")


def _people() -> dict[str, pl.Expr]:
    """Say who was asked about as the message key has it; a subject is the same person under every key."""
    whom, key = pl.col("whom"), _one_of(KEYS, pl.col("key"))
    by_plate, by_name = key == "RQ", key.is_in(["QW", "QH", "IQ"])
    name = pl.concat_str(
        _one_of(SURNAMES, whom % 7919 % len(SURNAMES)), pl.lit(","), _one_of(GIVEN, whom % len(GIVEN))
    )
    born = pl.date(1940, 1, 1) + pl.duration(
        days=whom * 7919 % 24_000
    )  # 7919: a prime, so that births spread
    asked = {
        "license": (~by_plate & ~by_name, _numbered("D", 1_000_000 + whom)),
        "name": (by_name, name),
        "dob": (by_name, born.dt.to_string("%Y-%m-%d")),
        "sex": (by_name, _one_of(("F", "M"), whom % 2)),
        "plate": (by_plate, _numbered("7P", 100_000 + whom)),
    }
    by_key = {column: pl.when(when).then(text) for column, (when, text) in asked.items()}
    return by_key | {
        "terminal": pl.concat_str(pl.lit("T"), pl.col("who") % 50, pl.lit("-"), pl.col("who") // 50 % 40)
    }


def _numbered(prefix: str, number: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(prefix), number)


def _one_of(texts: tuple[str, ...], place: pl.Expr) -> pl.Expr:
    return place.cast(pl.UInt32).cat.to(pl.Enum(texts)).cast(pl.String)
