"""One log read in any way: what a scan lists hangs on none of the sizes and orders in which it works."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anomaly.coding import groups
from anomaly.incidents import ScanResult
from anomaly.scan import Settings, scan
from anomaly.sources import columnar
from tests.scan.test_same_bytes import story_log, told_evidence

STORIES = ("repeated_lookups", "convergence", "harvesting", "shared_login", "linked_pair")


@pytest.fixture(scope="module")
def usual() -> dict[str, tuple[pl.DataFrame, Path, ScanResult]]:
    """The log, the tables and the usual answer of each story."""
    told = {}
    for name in STORIES:
        log, context = story_log(name)
        told[name] = log, context, scan(log, Settings(context=context))
        assert told[name][2].incidents
    return told


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(STORIES),
    shuffle=st.none() | st.integers(0, 9),
    cuts=st.lists(st.floats(0, 1), max_size=4),
    turned=st.booleans(),
    block=st.sampled_from([64, 1_000, 100_000]),
    group=st.sampled_from([50, 777, 1_000_000]),
    part=st.sampled_from([1, 500, 1 << 17]),
    threads=st.integers(1, 4),
    cached=st.booleans(),
)
def test_any_way(
    usual: dict[str, tuple[pl.DataFrame, Path, ScanResult]],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    shuffle: int | None,
    cuts: list[float],
    turned: bool,
    block: int,
    group: int,
    part: int,
    threads: int,
    cached: bool,
) -> None:
    log, context, answer = usual[name]
    folder = tmp_path_factory.mktemp("log")
    mixed = log if shuffle is None else log.sample(fraction=1, shuffle=True, seed=shuffle)
    ends = [0, *sorted(int(cut * log.height) for cut in cuts), log.height]
    pieces = [mixed.slice(a, b - a) for a, b in pairwise(ends) if b > a]
    paths = [folder / f"{k}.parquet" for k in range(len(pieces))]
    for path, piece in zip(paths, pieces, strict=True):
        piece.write_parquet(path, row_group_size=group)
    chosen = Settings(context=context, threads=threads, cache=folder / "cache" if cached else None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columnar, "ROWS", block)
        patch.setattr(groups, "PART", part)
        for _ in range(1 + cached):
            other = scan(paths[::-1] if turned else paths, chosen)
            assert other.incidents == answer.incidents
            assert told_evidence(other) == told_evidence(answer)
