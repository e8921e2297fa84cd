"""The context tables of a world are what the data dictionary says, and their keys lead somewhere."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from anomaly.context import load_context
from anomaly.schema import CONTEXT
from anomaly.synth import load, size_of, write_world
from anomaly.synth.tables import schema
from tests.synth.conftest import OnDisk

KEYS = [  # table, column, the table and column it must be found in
    ("users", "agency", "agencies", "agency"),
    ("terminals", "agency", "agencies", "agency"),
    ("shifts", "user", "users", "user"),
    ("leave", "user", "users", "user"),
    ("cases", "agency", "agencies", "agency"),
    ("case_people", "case_number", "cases", "case_number"),
    ("case_officers", "case_number", "cases", "case_number"),
    ("case_officers", "user", "users", "user"),
    ("calls", "agency", "agencies", "agency"),
    ("call_people", "call_id", "calls", "call_id"),
    ("call_units", "call_id", "calls", "call_id"),
    ("call_units", "user", "users", "user"),
    ("permits", "agency", "agencies", "agency"),
    ("relations", "user", "users", "user"),
    ("authorizations", "agency", "agencies", "agency"),
    ("service_accounts", "user", "users", "user"),
    ("filings", "agency", "agencies", "agency"),
]
UNIQUE = {
    "users": "user",
    "agencies": "agency",
    "terminals": "terminal",
    "cases": "case_number",
    "calls": "call_id",
    "service_accounts": "user",
}


def test_tables_have_the_columns_of_the_data_dictionary(town: OnDisk) -> None:
    assert {"users", "agencies", "terminals", "shifts", "leave", "cases", "calls", "permits"} <= set(
        town.context
    )
    for name, table in town.context.items():
        assert table.columns == [column.name for column in CONTEXT[name]], name
        for column in CONTEXT[name]:
            assert not column.required or table[column.name].null_count() == 0, (name, column.name)


@pytest.mark.parametrize("size", ["village", "town"])
def test_the_tool_itself_reads_them_without_a_word(
    size: str, village: OnDisk, town: OnDisk, tmp_path: Path
) -> None:
    one = {"village": village, "town": town}[size]
    context = load_context(one.written.context, "America/Los_Angeles")
    assert context.warnings == ()
    assert {name: context[name].height for name in context.files()} == {
        name: table.height for name, table in one.context.items()
    }


@pytest.mark.parametrize(("table", "column", "into", "key"), KEYS)
def test_keys_lead_to_a_row(table: str, column: str, into: str, key: str, town: OnDisk) -> None:
    known = town.context[into][key].implode()
    lost = town.context[table].drop_nulls(column).filter(~pl.col(column).is_in(known))
    assert lost.height == 0, lost.head()


@pytest.mark.parametrize(("table", "column"), UNIQUE.items())
def test_a_key_is_of_one_row(table: str, column: str, town: OnDisk) -> None:
    column_of = town.context[table][column]
    assert column_of.is_unique().all(), column_of.filter(column_of.is_duplicated()).head()


def test_nobody_and_no_place_of_the_log_is_unknown(town: OnDisk) -> None:
    for table, column in (("users", "user"), ("agencies", "agency"), ("terminals", "terminal")):
        known = set(town.context[table][column])
        assert set(town.log[column].drop_nulls()) <= known, column
    assert set(town.log["on_behalf_of"].drop_nulls()) <= {
        *town.context["users"]["user"],
        *town.context["agencies"]["agency"],
    }


def test_what_ends_has_begun(town: OnDisk) -> None:
    for table, begin, end in (
        ("shifts", "start", "end"),
        ("calls", "start", "end"),
        ("cases", "opened", "closed"),
        ("leave", "start", "end"),
        ("bulletins", "issued", "expires"),
    ):
        if table in town.context:
            rows = town.context[table].filter(pl.col(end).is_not_null() & (pl.col(begin) >= pl.col(end)))
            assert rows.height == 0, (table, rows.head())


def test_permits_are_of_people_who_were_looked_up(town: OnDisk) -> None:
    permits = town.context["permits"].filter(kind="employment")
    asked = town.log.filter(purpose="J").height
    assert 0 < permits.height <= 1.05 * asked


def test_parquet_and_csv_say_the_same(tmp_path: Path) -> None:
    p = load()
    size = size_of(p, seed=3, events=3000, users=20, days=60)
    write_world(tmp_path / "csv", size, p, format="csv", clean=False)
    write_world(tmp_path / "parquet", size, p, format="parquet", clean=False)
    log = pl.read_parquet(tmp_path / "parquet" / "log" / "queries.parquet")
    text = pl.read_csv(tmp_path / "csv" / "log" / "queries.csv", infer_schema=False)
    assert log.schema["time"] == pl.Datetime("ms")
    written = log.with_columns(pl.col("time").dt.to_string("%Y-%m-%dT%H:%M:%S")).cast(pl.String)
    assert written.equals(text)
    tables = sorted(path.stem for path in (tmp_path / "csv" / "context").iterdir())
    assert tables == sorted(path.stem for path in (tmp_path / "parquet" / "context").iterdir())
    for name in tables:
        one = pl.read_csv(tmp_path / "csv" / "context" / f"{name}.csv", infer_schema=False)
        typed = pl.read_parquet(tmp_path / "parquet" / "context" / f"{name}.parquet")
        assert dict(typed.schema) == schema(name), name
        times = pl.col(pl.Datetime("ms")).dt.to_string("%Y-%m-%dT%H:%M:%S")
        assert one.equals(typed.with_columns(times).cast(pl.String)), name
