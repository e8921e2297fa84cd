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

from anomaly.bench.rivals import __main__ as command
from anomaly.bench.rivals import contenders, engine, measure
from anomaly.bench.rivals.child import ten
from anomaly.bench.rivals.contenders import CONTENDERS, RIVALS
from anomaly.bench.rivals.make import benchmark
from anomaly.bench.rivals.ten import TEN, in_order
from anomaly.bench.rivals.world import plain
from anomaly.errors import InputError

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
        measure.compare(tmp_path)


def test_the_command_writes_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = {"seconds": 60.0, "kernels": 47, "loading": 0.4}

    def cold(room: Path, tell: measure.Tell) -> dict[str, Any]:
        measure.make(room / "warm", 10_000)
        return loaded

    monkeypatch.setattr("anomaly.bench.rivals.make.cold", cold)
    out, said = tmp_path / "docs", []
    for rows, keep in ((12_000, False), (24_000, True)):
        (tmp_path / str(rows)).mkdir()
        benchmark([rows], 2, 1, out, tmp_path / str(rows), said.append, keep=keep)
    text = (out / "benchmarks.md").read_text("utf-8")
    benchmark([], 1, 1, out, tmp_path, said.append, keep=True)
    assert (out / "benchmarks.md").read_text("utf-8") == text
    with pytest.raises(InputError, match="nothing to draw"):
        benchmark([], 1, 1, out, tmp_path, said.append)
    sizes = json.loads((out / "benchmarks" / "measured.json").read_text("utf-8"))["sizes"]
    assert [round(size["rows"], -3) for size in sizes] == [12_000, 24_000] or len(sizes) == 2
    assert f"{sizes[1]['rows']:,} rows, one run" in text
    for name in (*CONTENDERS, *TEN, "isolation forest", "ecod", "decoding", "low_and_slow"):
        assert name in text, name
    assert not re.search(r"\b(nan|None|inf)\b", text)
    linked = set(re.findall(r"\]\((benchmarks/\w+\.svg)\)", text))
    assert linked == {f"benchmarks/{path.name}" for path in (out / "benchmarks").glob("*.svg")}
    for link in linked:
        picture = ET.fromstring((out / link).read_text("utf-8"))
        assert [len(part.text or "") > 10 for part in picture[:2]] == [True, True]  # title and description
    assert str(tmp_path) not in text + json.dumps(sizes)
    assert any("pandas" in line for line in said)


@pytest.mark.parametrize(("module", "name"), contenders.NEEDED.items())
def test_a_library_that_is_missing_is_named_with_its_extra(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = util.find_spec
    monkeypatch.setattr(contenders, "find_spec", lambda one: None if one == module else there(one))
    with pytest.raises(InputError, match=re.escape(f"{name} is not installed")):
        contenders.check_installed()
    monkeypatch.setattr("sys.argv", ["rivals", "--sizes", "1000"])
    assert command.main() == 2
    assert "access-log-anomaly[benchmarks]" in capsys.readouterr().err


def test_everybody_has_all_ten() -> None:
    for one in CONTENDERS.values():
        module = import_module(f"anomaly.bench.rivals.{one.module}")
        assert all(callable(getattr(module, name)) for name in (*TEN, one.load))
