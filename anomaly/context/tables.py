"""The context folder: tables found by name, read as text, checked against the data dictionary, typed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from anomaly.context.clock import to_utc
from anomaly.context.edges import bare
from anomaly.errors import ContextError
from anomaly.schema import CONTEXT, SCANNED, Column, Kind

SUFFIXES = (".csv", ".parquet")
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
_ZONED = "%Y-%m-%d %H:%M:%S%.f%#z"
_TIMES = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")


@dataclass(frozen=True)
class Context:
    """The tables that were given; a table that was not is absent, never empty.

    Times are Datetime("ms", "UTC"), dates Date, numbers Float64, everything else String. Naive times are
    local to the agency.
    """

    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)  # file name -> sha-256
    named: Mapping[str, str] = field(default_factory=dict)  # table -> file name

    def __contains__(self, name: str) -> bool:
        return name in self.tables

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    def file(self, name: str) -> str:
        """Return the name of the file that holds a table, for messages."""
        return self.named.get(name, name)

    def files(self) -> list[str]:
        """Return the names of the tables that were given, sorted."""
        return sorted(self.tables)


def load_context(
    folder: Path | None,
    zone: str,
    only: Collection[str] = SCANNED,
    beside: Mapping[str, Path] | None = None,
) -> Context:
    """Read a context folder.

    zone: IANA name, the zone of naive times. only: names of the tables to read; others are left alone.
    beside: tables in files of any name and place, table -> file. Raises ContextError: no such folder, a
    required column missing, a value that cannot be read as what its column holds, a table twice.
    """
    if folder is None:
        return Context()
    if not folder.is_dir():
        raise ContextError(
            "no such folder of context tables", str(folder), "give a folder with users.csv, cases.csv ..."
        )
    tables: dict[str, pl.DataFrame] = {}
    warnings: list[str] = []
    hashes: dict[str, str] = {}
    named: dict[str, str] = {}
    found: list[tuple[str, Path]] = []
    given = {path.resolve() for path in (beside or {}).values()}
    for path in sorted(folder.iterdir()):
        if path.resolve() in given:
            continue
        if path.suffix not in SUFFIXES or path.stem not in CONTEXT:
            warnings.append(f"context file {path.name} is not a table this tool knows; it was not read")
        elif path.stem in only:
            found.append((path.stem, path))
    for name, path in (*found, *(beside or {}).items()):
        if path.suffix not in SUFFIXES:
            raise ContextError("this is no table", str(path), "give a .csv or .parquet file")
        if name in tables:
            raise ContextError(f"two files hold the table `{name}`", str(folder), "keep one of them")
        if path.name in hashes:
            raise ContextError(f"two files are called {path.name}", str(path), "give it another name")
        tables[name] = _read(path, name, zone, warnings)
        named[name] = path.name
        with path.open("rb") as file:
            hashes[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    if not tables:
        raise ContextError(
            "the folder holds no context table", str(folder), f"known tables: {', '.join(only)}"
        )
    return Context(tables, tuple(warnings), hashes, named)


def _read(path: Path, table_name: str, zone: str, warnings: list[str]) -> pl.DataFrame:
    try:
        frame = pl.read_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ContextError(
            f"cannot be read as {path.suffix[1:]} ({str(error).splitlines()[0]})",
            path.name,
            "export the table again",
        ) from None
    known = {column.name: column for column in CONTEXT[table_name]}
    twice = [name for name in frame.columns if name.partition("_duplicated_")[0] in known.keys() - {name}]
    if twice:
        name = twice[0].partition("_duplicated_")[0]
        raise ContextError(f"two columns are called `{name}`", path.name, "keep one of them")
    missing = [name for name, column in known.items() if column.required and name not in frame.columns]
    if missing:
        raise ContextError(
            f"column `{missing[0]}` is missing; found {', '.join(frame.columns)}",
            path.name,
            f"`{table_name}` has the columns {', '.join(known)}",
        )
    extra = [name for name in frame.columns if name not in known]
    if extra and table_name != "filings":  # filings also carry counts by category
        warnings.append(f"context table {path.name}: columns not used: {', '.join(extra)}")
    kept = frame.select(name for name in frame.columns if name in known or table_name == "filings")
    typed = [
        _typed(kept, known.get(name, Column(name, Kind.NUMBER, "")), path.name, zone) for name in kept.columns
    ]
    table = pl.DataFrame(typed)
    for name, column in known.items():
        if column.required and table[name].null_count():
            row = int(table[name].is_null().arg_max() or 0) + 1
            raise ContextError(
                f"column `{name}` is empty", f"{path.name}, row {row}", "fill it in or drop the row"
            )
    if "time_zone" in table.columns:
        _check_zones(table["time_zone"], path.name)
    absent = [
        pl.lit(None, _type(column)).alias(name) for name, column in known.items() if name not in table.columns
    ]
    return table.with_columns(absent)


def _check_zones(zones: pl.Series, file: str) -> None:
    for row, zone in enumerate(zones, start=1):
        try:
            zone is None or ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ContextError(
                f"`{zone}` is no time zone", f"{file}, row {row}", "write it as in America/Los_Angeles"
            ) from None


def _type(column: Column) -> pl.DataType:
    types: dict[Kind, pl.DataType] = {
        Kind.TEXT: pl.String(),
        Kind.NUMBER: pl.Float64(),
        Kind.DATE: pl.Date(),
        Kind.TIME: pl.Datetime("ms", "UTC"),
    }
    return types[column.kind]


def _typed(frame: pl.DataFrame, column: Column, file: str, zone: str) -> pl.Series:
    raw = frame[column.name].rechunk()  # whoever hashes texts copies them into one, each time
    if raw.dtype == pl.List(pl.String):  # Parquet can say several in one cell; CSV joins them so
        raw = raw.list.join("; ")
    if raw.dtype.is_nested() or raw.dtype == pl.Binary:
        raise ContextError(
            f"column `{column.name}` holds {raw.dtype} and not texts", file, "export it as text"
        )
    if raw.dtype == pl.String and not bare(raw):
        raw = raw.str.strip_chars().replace("", None)
    if column.kind is Kind.TEXT:
        return raw.cast(pl.String)
    if raw.dtype.is_temporal():
        typed = _moment(raw, zone)
        typed = typed.dt.date() if column.kind is Kind.DATE else typed
    else:
        typed = _read_text(raw.cast(pl.String), column.kind, zone)
    wrong = (typed.is_null() & raw.is_not_null()).arg_true()
    if len(wrong):
        row = int(wrong[0])
        kinds = {
            Kind.NUMBER: "a number",
            Kind.DATE: "a date like 2024-03-31",
            Kind.TIME: "a time like 2024-03-31 14:05:00",
        }
        raise ContextError(
            f"`{raw[row]}` in column `{column.name}` is not {kinds[column.kind]}",
            f"{file}, row {row + 1}",
            "correct the value, or leave it empty if it is not known",
        )
    return typed


def _read_text(text: pl.Series, kind: Kind, zone: str) -> pl.Series:
    """Read what is written as what the column holds, (n,) String -> (n,); null where it cannot be."""
    if kind is Kind.NUMBER:
        return text.cast(pl.Float64, strict=False)
    if kind is Kind.DATE:
        dates = [partial(_date, pattern=pattern) for pattern in _DATES]
        return _first(text, *dates, lambda rest: _date(rest.str.slice(0, 10), _DATES[0]))
    times = [partial(_time, pattern=pattern, zone=zone) for pattern in (*_TIMES, _ZONED)]
    return _first(text.str.replace("T", " ", literal=True), *times)


def _date(text: pl.Series, pattern: str) -> pl.Series:
    return text.str.to_date(pattern, strict=False)


def _time(text: pl.Series, pattern: str, zone: str) -> pl.Series:
    given = "UTC" if pattern == _ZONED else None
    return _moment(text.str.to_datetime(pattern, time_unit="ms", time_zone=given, strict=False), zone)


def _first(text: pl.Series, *layouts: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Read text in the first layout that it has, (n,) String -> (n,); a layout is tried on what is left: six
    on each of 1.15 M times took 1.4 s.
    """
    read = layouts[0](text)
    for layout in layouts[1:]:
        left = (read.is_null() & text.is_not_null()).arg_true()
        if len(left):
            read = read.scatter(left, layout(text.gather(left)))
    return read


def _moment(times: pl.Series, zone: str) -> pl.Series:
    """Place times on the UTC line; naive ones are local."""
    if isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone:
        return times.dt.convert_time_zone("UTC").dt.cast_time_unit("ms")
    return to_utc(times.cast(pl.Datetime("ms")), zone)
