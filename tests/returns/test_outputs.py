"""What a return leaves: the contract's names, the same bytes, whole or not at all, safe in a spreadsheet."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.report.neutral import clean
from anomaly.returns import Return
from anomaly.returns.figures import figures_of
from anomaly.returns.outputs import to_json, write_return
from tests.report.sample import HOSTILE

from .tables import deck, made

CONTRACT = {
    *("year", "violations", "agencies_with_misuse", "investigations", "pending", "lost_or_left_job"),
    *("suspended", "reprimanded", "counselled", "misdemeanor", "felony", "employees", "categories"),
    *("previous", "not_filed", "filed_late", "filed_zero", "agencies", "as_of"),
}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def hostile(folder: Path) -> Return:
    """Agencies, kinds and a category with names that are code somewhere."""
    names = [text[:80] for text in HOSTILE if clean(text).strip()]
    folder.mkdir(exist_ok=True)
    filings = pl.DataFrame(
        {
            "agency": names,
            "year": [2018] * len(names),
            "filed_at": ["2019-01-20"] * len(names),
            "violations": range(3, 3 + len(names)),
            "=1+1": [1] * len(names),
            "<b>bold</b>": [1] * len(names),
        }
    )
    filings.write_csv(folder / "filings.csv")
    pl.DataFrame({"agency": names, "name": names[::-1], "kind": names}).write_csv(folder / "agencies.csv")
    pl.DataFrame({"user": [f"u{k}" for k in range(len(names))], "agency": names}).write_csv(
        folder / "users.csv"
    )
    return made(folder)


def test_the_json_has_every_name_of_the_contract_sorted_ascii_and_null_where_nobody_filed(
    tmp_path: Path,
) -> None:
    write_return(deck(), tmp_path / "out")
    raw = (tmp_path / "out" / "return.json").read_bytes()
    raw.decode("ascii")
    told = json.loads(raw)
    assert set(told) >= CONTRACT
    assert list(told) == sorted(told)
    assert told["categories"] == {"curiosity": 1, "permit_applicants": 36, "personal_use": 25}
    assert set(figures_of(2017, []).to_json()) == set(told["previous"])
    assert told["investigations"] is None
    one = next(one for one in told["agencies"] if one["agency"] == "DUNMARSH QUAY PD")
    assert (one["violations"], one["shape"], one["status"], one["late"]) == (38, "widespread", "filed", False)
    assert set(told["inputs"]) == {"agencies.csv", "filings.csv", "users.csv"}


def test_a_year_before_that_nobody_filed_about_is_all_null(tmp_path: Path) -> None:
    it = made(tmp_path, filings="agency,year,violations\nELM PD,2018,3")
    before = to_json(it)["previous"]
    assert (before["filings"], before["categories"]) == (0, {})
    for name in ("violations", "agencies_with_misuse", "pending", "lost_or_left_job"):
        assert before[name] is None


def test_the_same_bytes_twice_and_in_any_order_of_rows(tmp_path: Path) -> None:
    write_return(deck(), tmp_path / "a")
    write_return(deck(), tmp_path / "b")
    assert sorted(bytes_of(tmp_path / "a")) == ["return.csv", "return.html", "return.json"]
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    rows = ["ELM PD,2018,2019-01-20,2", "ASH PD,2018,2019-01-21,3", "BAY PD,2017,2018-01-21,3"]
    told = []
    for name, order in (("c", rows), ("d", rows[::-1])):
        it = made(tmp_path / name, filings="agency,year,filed_at,violations\n" + "\n".join(order))
        told.append(to_json(replace(it, hashes={})))
    assert told[0] == told[1]


def test_a_write_that_fails_leaves_the_older_return_as_it_was(tmp_path: Path) -> None:
    write_return(deck(), tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_return(replace(deck(), hashes={"x": float("nan")}), tmp_path / "out")  # type: ignore[dict-item]
    assert bytes_of(tmp_path / "out") == before
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="this is a file, not a folder"):
        write_return(deck(), tmp_path / "file")


def test_one_row_for_each_agency_and_a_column_for_each_category(tmp_path: Path) -> None:
    write_return(deck(), tmp_path)
    frame = pl.read_csv(tmp_path / "return.csv")
    assert frame.height == 91
    assert frame["violations"].sum() == 142
    assert frame["category: permit_applicants"].sum() == 36
    row = frame.row(by_predicate=pl.col("agency") == "GORSELY HEATH PD", named=True)
    assert (row["shape"], row["practice"], row["practice_violations"]) == ("isolated", "personal_use", 25)
    assert row["low"] < row["per_1000_users"] < row["high"]


def test_names_that_are_formulas_are_texts_in_a_spreadsheet(tmp_path: Path) -> None:
    write_return(hostile(tmp_path / "tables"), tmp_path / "out")
    text = (tmp_path / "out" / "return.csv").read_bytes().decode()
    rows = list(csv.reader(text.splitlines()))
    assert len(rows) == 1 + sum(bool(clean(one).strip()) for one in HOSTILE)
    for row in rows:
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell
            assert cell.isprintable(), cell
    json.loads((tmp_path / "out" / "return.json").read_bytes().decode("ascii"))
