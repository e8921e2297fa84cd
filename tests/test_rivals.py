"""The ten and their rivals: one answer on logs of chance, a page from nothing, a library that is missing."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from importlib import import_module, util
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from anomaly.bench.rivals import contenders, engine, make, measure
from anomaly.bench.rivals.child import ten
from anomaly.bench.rivals.contenders import CONTENDERS, RIVALS
from anomaly.bench.rivals.limits import Limits, StoppedError, run
from anomaly.bench.rivals.make import benchmark
from anomaly.bench.rivals.page import page, verdict
from anomaly.bench.rivals.pictures import pictures
from anomaly.bench.rivals.ten import TEN, in_order
from anomaly.bench.rivals.world import plain
from anomaly.errors import InputError
from tests.test_cli import anomaly

ROWS = 3_000
KINDS = ("annual", "sick", "light duty", "training", None)


def chance(folder: Path, seed: int) -> None:
    """Write a raw log and its tables with no sense in them: bursts, nights, a clock change, gaps."""
    random = np.random.default_rng(seed)
    names = np.array([None, *(f"K{k}" for k in range(40))], object)

    def some(values: Any, count: int = ROWS) -> pl.Series:
        return pl.Series(random.choice(np.array(values, object), count).tolist(), dtype=pl.String)

    begin = np.datetime64("2024-02-20", "ms").astype(np.int64)
    bursts = random.integers(0, 90 * 86_400, ROWS // 10).repeat(10) + random.integers(0, 2_000, ROWS)
    times = np.sort(
        begin + 1_000 * np.where(random.random(ROWS) < 0.5, bursts, random.integers(0, 90 * 86_400, ROWS))
    )
    log = {
        "event_id": pl.Series(range(ROWS)).cast(pl.String),
        "time": pl.Series(times).cast(pl.Datetime("ms")),
    }
    log |= {"agency": some(["A", "B", "C"]), "user": some([f"U{k}" for k in range(6)])}
    log |= {name: some([None, "X", "Y"]) for name in ("unit", "terminal", "message_key", "purpose")}
    log |= {name: some([None, "X"]) for name in ("reason", "case_number")}
    log |= {name: some(names) for name in ("license", "name", "plate")}
    log |= {"dob": some(["1980-01-01", None]), "cascade_id": some([None] * 9 + ["1", "2"])}
    days = [np.datetime64(int(day), "D").astype(object) for day in random.integers(19_750, 19_870, 24)]
    starts = begin + 3_600_000 * random.integers(0, 80 * 24, 20)
    tables = {
        "users": {
            "user": [f"U{k}" for k in range(8)],
            "hired": [*days[:4], None, None, None, None],
            "separated": [*days[4:10], None, None],
        },
        "agencies": {
            "agency": ["A", "B", "D"],
            "access_from": [None, days[10], None],
            "access_to": days[11:14],
        },
        "leave": {
            "user": some([f"U{k}" for k in range(8)], 20),
            "start": pl.Series(starts).cast(pl.Datetime("ms")),
            "end": pl.Series(starts + 3_600_000 * random.integers(1, 300, 20)).cast(pl.Datetime("ms")),
            "kind": some(KINDS, 20),
        },
    }
    for place in ("log", "context"):
        (folder / place).mkdir(parents=True)
    pl.DataFrame(log).write_parquet(folder / "log" / "queries.parquet")
    for name, columns in tables.items():
        pl.DataFrame(columns).write_parquet(folder / "context" / f"{name}.parquet")


@pytest.mark.parametrize("seed", range(4))
def test_all_give_the_engines_answers_on_a_log_of_chance(seed: int, tmp_path: Path) -> None:
    chance(tmp_path / "raw", seed)
    plain(tmp_path / "raw", tmp_path, files=1 + seed % 3)
    answers = {name: ten(name, tmp_path)[1] for name in CONTENDERS}
    for detector in TEN:
        wanted = in_order(detector, answers["engine"][detector])
        for name in RIVALS:
            assert in_order(detector, answers[name][detector]).equals(wanted), (detector, name)
    assert all(len(answers["engine"][detector]) for detector in TEN if detector != "convergence")


def test_rows_that_are_one_action_are_not_compared(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "tables").mkdir()
    times = pl.Series([10**12, 10**12 + 60_000]).cast(pl.Datetime("ms", "UTC"))
    rows = pl.DataFrame({"event_id": ["1", "2"], "time": times, "user": "U", "subject": "S"})
    rows.write_parquet(tmp_path / "log" / "queries.parquet")
    pl.DataFrame({"agency": ["A"]}).write_parquet(tmp_path / "tables" / "agencies.parquet")
    with pytest.raises(AssertionError, match="some rows are one action"):
        engine.load(tmp_path)


def test_another_answer_is_told(tmp_path: Path) -> None:
    for who in CONTENDERS:
        (tmp_path / who).mkdir()
        for detector in TEN:
            events = 2 if (who, detector) == ("pandas", "volume") else 1
            pl.DataFrame({"events": [events]}).write_parquet(tmp_path / who / f"{detector}.parquet")
    with pytest.raises(AssertionError, match="pandas gives another answer for volume"):
        measure.compare(tmp_path, [*CONTENDERS])


def test_the_page_is_written_size_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cold(room: Path, limits: Limits, tell: measure.Tell) -> dict[str, Any]:
        return {"seconds": 60.0, "kernels": 47, "loading": 0.4}

    monkeypatch.setattr(make, "cold", cold)
    monkeypatch.setattr(make, "WARM", 10_000)
    out, said = tmp_path / "docs", []
    for rows, keep in ((12_000, False), (24_000, True)):
        (tmp_path / str(rows)).mkdir()
        benchmark([rows], 1, Limits(), tmp_path / str(rows), said.append, out, keep=keep)
    text = (out / "benchmarks.md").read_text("utf-8")
    told = json.loads((out / "benchmarks" / "measured.json").read_text("utf-8"))
    assert page(told) == text
    sizes = told["sizes"]
    assert [round(size["rows"], -3) for size in sizes] == [12_000, 24_000] or len(sizes) == 2
    assert f"{sizes[1]['rows']:,} rows, one run" in text
    for name in (*CONTENDERS, *TEN, "isolation forest", "COPOD", "decoding", "low_and_slow"):
        assert name in text, name
    assert not re.search(r"\b(nan|None|inf)\b", text)
    linked = set(re.findall(r"\]\((benchmarks/\w+\.svg)\)", text))
    assert linked == {f"benchmarks/{path.name}" for path in (out / "benchmarks").glob("*.svg")}
    for link in linked:
        picture = ET.fromstring((out / link).read_text("utf-8"))
        assert [len(part.text or "") > 10 for part in picture[:2]] == [True, True]  # title and description
    assert str(tmp_path) not in text + json.dumps(sizes)
    assert any("pandas" in line for line in said)
    is_told_who_was_stopped(told)


def is_told_who_was_stopped(told: dict[str, Any]) -> None:
    """The same figures, as if some had not fitted at the larger size."""
    last = told["sizes"][-1]
    assert ("**compare the CPU seconds**" in page(told)) == (last["load"] > told["machine"]["cores"] + 1)
    for name in ("engine", "pandas"):
        last["contenders"][name] = {"stopped": "did not fit in 8 GB"}
    last["scan"], last["learners"] = {"stopped": "did not fit in 8 GB"}, {"stopped": "stopped after 30 min"}
    text = page(told)
    assert f"At {last['rows']:,} rows engine did not fit in 8 GB, pandas did not fit in 8 GB." in text
    assert "the learners stopped after 30 min" in text
    assert f"all tables of its world, {told['sizes'][0]['rows']:,} rows" in text
    assert all(pictures(told["sizes"]).values())
    for name in last["contenders"]:
        last["contenders"][name] = {"stopped": "ran out of memory"}
    assert len(verdict(last)) == len(CONTENDERS)
    assert page(told)


HOG = "import time; x = bytearray(400_000_000); time.sleep(60)"


@pytest.mark.parametrize(
    ("code", "limits", "why"),
    [
        (HOG, Limits(memory=200_000_000), "did not fit in 0.2 GB"),
        (HOG, Limits(minutes=0.01), "stopped after 0.01 min"),
        ("raise MemoryError", Limits(), "ran out of memory"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Limits(), "ran out of memory"),
    ],
)
def test_who_takes_too_much_is_stopped_and_says_why(code: str, limits: Limits, why: str) -> None:
    with pytest.raises(StoppedError, match=re.escape(why)):
        run(["timeit", "-n1", "-r1", code], limits)


def test_a_process_that_fails_is_no_process_that_took_too_much() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        run(["timeit", "-n1", "-r1", "1 / 0"], Limits())


def test_a_contender_that_was_stopped_is_not_run_again() -> None:
    assert measure.medians([{"seconds": {}}, {"stopped": "ran out of memory"}]) == {
        "stopped": "ran out of memory"
    }


@pytest.mark.parametrize(("module", "name"), contenders.NEEDED.items())
def test_a_library_that_is_missing_is_named_with_its_extra(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = util.find_spec
    monkeypatch.setattr(contenders, "find_spec", lambda one: None if one == module else there(one))
    with pytest.raises(InputError, match=re.escape(f"{name} is not installed")) as told:
        contenders.check_installed()
    assert "access-log-anomaly[benchmarks]" in str(told.value)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["log.csv", "--rivals"], "rivals read a log that is made for them"),
        (["--rivals", "--only", "volume"], "--only"),
        (["--memory", "4GB"], "this is for rivals"),
        (["--rows", "10", "--rows", "20"], "--rows twice"),
        (["--rivals", "--keep"], "name it with --out"),
        (["--rivals", "--memory", "much"], "is no size"),
    ],
)
def test_wrong_usage_is_told_before_anything_runs(arguments: list[str], said: str) -> None:
    done = anomaly("bench", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_everybody_has_all_ten() -> None:
    for one in CONTENDERS.values():
        module = import_module(f"anomaly.bench.rivals.{one.module}")
        assert all(callable(getattr(module, name)) for name in (*TEN, one.load))
