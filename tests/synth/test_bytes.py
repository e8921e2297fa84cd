"""The same seed gives the same bytes, whatever the number of threads; another seed gives another world."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import pytest

from anomaly.synth import load, size_of, write_world
from anomaly.synth import make as making
from anomaly.synth import write as writing

Format = Literal["csv", "parquet"]


def digests(out: Path, seed: int, threads: int, format: Format) -> dict[str, str]:
    p = load()
    size = size_of(p, seed=seed, events=8000, users=60, days=30)
    write_world(out, size, p, format=format, threads=threads)
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(autouse=True)
def several_slices_and_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SINGLE", 0)
    monkeypatch.setattr(writing, "PART", 1500)
    monkeypatch.setattr(making, "length_of", lambda events, days: 86_400)


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_bytes_do_not_depend_on_threads(format: Format, tmp_path: Path) -> None:
    one, *more = (digests(tmp_path / f"{n}", 7, n, format) for n in (1, 2, 3))
    assert len([name for name in one if name.startswith("log/")]) > 3
    assert {"truth/events.csv", "truth/scenarios.csv", f"clean/context/users.{format}"} <= set(one)
    for other in more:
        assert other == one


def test_another_seed_is_another_world(tmp_path: Path) -> None:
    one, other = (digests(tmp_path / f"{seed}", seed, 2, "csv") for seed in (7, 8))
    same = {Path(name).stem for name in one.keys() & other.keys() if one[name] == other[name]}
    assert same <= {"agencies", "authorizations", "service_accounts"}
