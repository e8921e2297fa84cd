"""Tables in a folder, Parquet or CSV, read as evidence is read: what does not fit is said, never nulled."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from anomaly.errors import InputError


def table(folder: Path, name: str, *, next: str) -> tuple[pl.DataFrame, str]:
    """Read `name`.parquet or `name`.csv (all columns as text); return the frame and the path for messages.

    Raises InputError when there is none or it cannot be read; `next` says what to do when there is none.
    """
    for path in _paths(folder, name):
        if not path.is_file():
            continue
        try:
            if path.suffix == ".parquet":
                return pl.read_parquet(path), str(path)
            return pl.read_csv(path, infer_schema=False), str(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            first = str(error).partition("\n")[0]
            raise InputError(f"cannot be read ({first})", str(path), "write it again") from None
    raise InputError(f"has no {name}.parquet and no {name}.csv", str(folder), next)


def stands(folder: Path, name: str) -> bool:
    """Say whether there is such a table."""
    return any(path.is_file() for path in _paths(folder, name))


def _paths(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.parquet", folder / f"{name}.csv"


def require(frame: pl.DataFrame, columns: Collection[str], at: str) -> None:
    """Raise InputError when one of the columns is missing."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(
            f"has no column `{missing[0]}`", at, f"it needs {', '.join(columns)} (docs/contracts.md)"
        )


def integers(frame: pl.DataFrame, column: str, at: str) -> pl.Expr:
    """Return the column as whole numbers from 1 on; InputError with the data row where a value is none."""
    number = pl.col(column).cast(pl.Int64, strict=False)
    bad = frame.with_row_index("at", offset=1).filter(number.is_null() | (number < 1))
    if len(bad):
        raise InputError(
            f"data row {bad['at'][0]:,}: `{column}` is {bad[column][0]!r}, not a number from 1 on",
            at,
            "write it again",
        )
    return number.alias(column)


def as_texts(frame: pl.DataFrame, column: str) -> pl.Expr:
    """Return the column as lists of text: a text is split at `;`, a column that is missing is empty lists."""
    if column not in frame.columns:
        return pl.lit([], pl.List(pl.String)).alias(column)
    if isinstance(frame.schema[column], pl.List):
        return pl.col(column).cast(pl.List(pl.String)).fill_null([])
    parts = pl.col(column).cast(pl.String).fill_null("").str.split(";")
    return parts.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
