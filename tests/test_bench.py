"""`anomaly bench`: what is measured and how it is told. Times are never judged here."""

from __future__ import annotations

import csv
import gzip
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from anomaly.bench import Measured, bench, write_log
from anomaly.bench.outputs import markdown, to_json, write_measured
from anomaly.bench.run import STAGES
from anomaly.bench.terminal import print_measured
from anomaly.detectors import DETECTORS
from anomaly.errors import InputError
from anomaly.scan import Settings, scan
from tests.test_cli import STORY, anomaly

ROWS = 6_000
ROW_KEYS = {
    "part", "name", "seconds", "rows_per_second", "of_decoding", "tested", "signals", "why_not", "runs",
}  # fmt: skip


@pytest.fixture(scope="module")
def measured() -> Measured:
    return bench(rows=ROWS, runs=2)


def timeless(value: Any) -> Any:
    """Leave out everything that is a time, or made of times, or of the machine's memory."""
    changing = {"seconds", "runs", "rows_per_second", "of_decoding", "memory", "kernels"}
    if isinstance(value, dict):
        return {name: timeless(one) for name, one in value.items() if name not in changing}
    return [timeless(one) for one in value] if isinstance(value, list) else value


def test_every_stage_and_every_detector_has_a_row(measured: Measured) -> None:
    rows = measured.rows()
    assert all(row.keys() == ROW_KEYS for row in rows)
    stages = [row for row in rows if row["part"] == "stage"]
    assert [row["name"] for row in stages] == ["writing", "compiling", *STAGES, "whole"]
    assert [row["name"] for row in rows if row["part"] == "detector"] == [one.name for one in DETECTORS]
    assert {len(row["runs"]) for row in stages} == {1, 2}  # written and compiled once, the others each run
    decoding = next(row for row in stages if row["name"] == "decoding")
    assert decoding["of_decoding"] == 1
    for row in rows:
        if row["seconds"] is not None and row["name"] != "compiling":
            assert row["rows_per_second"] == pytest.approx(ROWS / row["seconds"])
            assert row["of_decoding"] == pytest.approx(row["seconds"] / decoding["seconds"])


def test_what_abstains_says_why_and_has_no_time(measured: Measured) -> None:
    rows = {row["name"]: row for row in measured.rows()}
    for name, why in (("coworker", "no table `users`"), ("scope_excess", "the log has no `networks`")):
        assert rows[name]["why_not"].startswith(why)
        assert (rows[name]["seconds"], rows[name]["runs"], rows[name]["tested"]) == (None, [], 0)
    assert rows["wrong_terminal"]["why_not"] is None
    assert rows["wrong_terminal"]["tested"] == 200


def test_a_bench_finds_what_a_scan_finds() -> None:
    log, settings = f"{STORY}/log.csv", Settings(context=Path(STORY, "context"))
    told = {row["name"]: row for row in bench([log], settings, runs=1).rows() if row["part"] == "detector"}
    result = scan([log], settings)
    for one in result.summary["detectors"]:
        row = told[one["name"]]
        assert (row["tested"], row["signals"], row["why_not"]) == (
            one["tested"],
            one["signals"],
            one["why_not"],
        )
    assert bench([log], settings, runs=1).facts.entries == len(result.incidents) > 0


def test_all_but_the_times_is_the_same_twice(measured: Measured) -> None:
    assert timeless(to_json(bench(rows=ROWS, runs=2))) == timeless(to_json(measured))


def test_json_says_of_what(measured: Measured) -> None:
    told = to_json(measured)
    assert told["log"]["seeded"] is True
    assert (told["log"]["rows"], told["log"]["users"], told["runs"]) == (ROWS, 200, 2)
    assert {"time", "user", "name", "dob", "plate", "license", "terminal"} <= set(told["log"]["columns"])
    assert {one["name"] for one in told["detectors"]} == {one.name for one in DETECTORS}
    assert told["memory"]["peak_bytes"] >= told["memory"]["base_bytes"] > 0


@pytest.mark.parametrize("suffix", ["json", "csv", "md"])
def test_the_file_is_what_its_name_says(measured: Measured, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / "new" / f"speed.{suffix}"
    write_measured(measured, out)
    text = out.read_text()
    names = [row["name"] for row in measured.rows()]
    if suffix == "json":
        assert json.loads(text) == to_json(measured)
    elif suffix == "csv":
        rows = list(csv.DictReader(text.splitlines()))
        assert [row["name"] for row in rows] == names
        assert set(rows[0]) == ROW_KEYS - {"runs"}
    else:
        assert [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines()[4:]] == names
        assert text == markdown(measured)
    assert [path.name for path in tmp_path.rglob("*")] == ["new", out.name]


@pytest.mark.parametrize("width", [80, 100])
def test_the_table_fits(measured: Measured, width: int) -> None:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    print_measured(measured, console)
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= width
    table = [line for line in lines if re.match(r"^[a-z_]+ +[\d,]+\.\d{3}", line)]
    ran = [row for row in measured.rows() if row["seconds"] is not None]
    assert len(table) == len(ran)  # no row is folded into two
    told = [line.split()[0] for line in table]
    assert told[: len(STAGES) + 3] == ["writing", "compiling", *STAGES, "whole"]


def test_only_some_detectors() -> None:
    told = bench(rows=ROWS, runs=1, only=["volume", "convergence"]).rows()
    assert [row["name"] for row in told if row["part"] == "detector"] == ["convergence", "volume"]


def test_the_same_log_however_it_is_written(tmp_path: Path) -> None:
    write_log(tmp_path / "log.parquet", 3_000)
    frame = pl.read_parquet(tmp_path / "log.parquet").with_columns(
        pl.col("time").dt.to_string("%Y-%m-%dT%H:%M:%S%.3fZ")
    )
    frame.write_csv(tmp_path / "log.csv")
    frame.write_csv(tmp_path / "log.tsv", separator="\t")
    frame.write_ndjson(tmp_path / "log.jsonl")
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress((tmp_path / "log.csv").read_bytes()))
    (tmp_path / "packed.parquet.gz").write_bytes(gzip.compress((tmp_path / "log.parquet").read_bytes()))
    answers = []
    for name in ("log.parquet", "log.csv", "log.tsv", "log.jsonl", "packed.csv.gz", "packed.parquet.gz"):
        told = bench([tmp_path / name], runs=1)
        answers.append(told.facts.answers)
        decoded = "decoding" in told.facts.stages
        assert decoded == (told.facts.not_decoded is None) == (name != "packed.parquet.gz")
        assert {row["of_decoding"] for row in told.rows()} != {None} or not decoded
    assert all(one == answers[0] for one in answers)


def test_a_log_that_polars_cannot_decode_has_no_ratio(tmp_path: Path) -> None:
    log = tmp_path / "ragged.csv"
    log.write_text("time,user\n2024-01-08T09:00:00Z,U1\n2024-01-08T09:00:00Z,U1,more,than,headers\n")
    told = bench([log], runs=1)
    assert told.facts.rows == 2
    assert "polars stops at ragged.csv" in str(told.facts.not_decoded)
    assert {row["of_decoding"] for row in told.rows()} == {None}
    assert all(row["name"] != "decoding" or row["seconds"] is None for row in told.rows())


def test_the_seeded_log_is_the_same_twice_and_serves_at_one_row(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_log(tmp_path / name, 2_000)
    assert pl.read_parquet(tmp_path / "a").equals(pl.read_parquet(tmp_path / "b"))
    people = pl.read_parquet(tmp_path / "a").drop_nulls("name").group_by("name", "dob").agg(pl.len())
    assert people.height > 300
    assert bench(rows=1, runs=1).facts.rows == 1
    write_log(tmp_path / "ten", 100, people=False)
    assert pl.read_parquet(tmp_path / "ten").width == 10


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"only": ["volme"]}, "did you mean volume?"),
        ({"only": ["x"]}, "`x` is no detector"),
        ({"rows": 0}, "--rows: 0 is not usable"),
        ({"runs": 0}, "--runs: 0 is not usable"),
        ({"inputs": ["-"]}, "standard input can be read once"),
        ({"inputs": [f"{STORY}/log.csv"], "rows": 5}, "leave out --rows"),
        ({"inputs": ["no such file"]}, "there is no such file"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        bench(**given)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rows", "0"], "Invalid value for '--rows'"),
        (["--only", "volme"], "did you mean volume?"),
        (["README.md"], "no time and no user column is recognised"),
        (["--out", "speed.txt"], "ends in .json, .csv, .md"),
        (["--out", "docs"], "this is a folder"),
    ],
)
def test_wrong_usage_leaves_with_2(arguments: list[str], said: str) -> None:
    done = anomaly("bench", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_verb(tmp_path: Path) -> None:
    out = tmp_path / "speed.json"
    done = anomaly("bench", "--rows", 2_000, "--runs", 1, "--only", "volume", "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2,000 rows of 15 columns of a seeded log (200 users, ")
    assert [one["name"] for one in json.loads(out.read_text())["detectors"]] == ["volume"]
    assert max(map(len, done.stdout.splitlines())) <= 100
