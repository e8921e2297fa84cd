"""What makes a world quick says what is plain: draws by cell, part of a town, part of the rows."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow.parquet as pq
import pytest

from anomaly.synth import load, size_of
from anomaly.synth import world as worlds
from anomaly.synth import write as writing
from anomaly.synth.logfile import DIFFERENT
from anomaly.synth.make import build, make
from anomaly.synth.rows import Rows, in_order
from anomaly.synth.staff import DAY
from anomaly.synth.streams import chosen
from anomaly.synth.world import FEW, REGULARS, NoPartError, World


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("bounds", [0, 1, 11, 380])
def test_a_draw_is_placed_as_by_search(bounds: int, side: Literal["left", "right"]) -> None:
    rng = np.random.default_rng(bounds)
    law = np.sort(rng.random(bounds))
    cells = np.arange(1 << 12) / (1 << 12)
    for n in (0, 10, 100_000):
        draws = np.concatenate([rng.random(n), law, cells])  # on a bound and on the edge of a cell as well
        np.testing.assert_array_equal(chosen(law, draws, side), np.searchsorted(law, draws, side))
    tied = np.repeat(law, 3)
    np.testing.assert_array_equal(chosen(tied, draws, side), np.searchsorted(tied, draws, side))


@pytest.fixture(scope="module")
def a_world() -> World:
    p = load()
    return build(size_of(p, size="county", seed=3), p)


@pytest.mark.parametrize("n", [1, 10, 11, 300])
@pytest.mark.parametrize(("ahead", "large"), [(0, 0), (1, 0), (64, 0), (64, 1 << 18), (1 << 20, 0)])
@pytest.mark.parametrize(("sex", "ages"), [("", None), ("F", (30, 31)), ("M", (20, 60))])
def test_some_of_a_town_are_who_they_should_be(
    a_world: World,
    n: int,
    ahead: int,
    large: int,
    sex: str,
    ages: tuple[int, int] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether a part of the town is enough or the whole is looked at."""
    monkeypatch.setattr(worlds, "AHEAD", ahead)
    monkeypatch.setattr(worlds, "LARGE", large)
    low, high = a_world.plan.agencies[0].town
    town = np.arange(low + REGULARS, high)
    fits = ~np.isin(town, a_world.staff.person)
    fits &= (a_world.people.female[town] == (sex == "F")) | (sex == "")
    if ages:
        fits &= (a_world.age(town) >= ages[0]) & (a_world.age(town) <= ages[1])
    rng = np.random.default_rng(n)
    if fits.sum() < n:
        with pytest.raises(NoPartError):
            a_world.some(rng, 0, n, sex=sex, ages=ages)
        return
    some = a_world.some(rng, 0, n, sex=sex, ages=ages)
    assert len(set(some.tolist())) == n
    assert np.isin(some, town[fits]).all()
    if n <= FEW:
        on_file = np.isin(some, a_world.cases.about(0))
        assert on_file.sum() == max(0, n - int((fits & ~np.isin(town, a_world.cases.about(0))).sum()))


def test_rows_are_kept_and_ordered_at_once() -> None:
    rng = np.random.default_rng(4)
    rows = Rows({"time": rng.integers(0, 90_000, size=5000), "serial": np.arange(5000) // 2})
    kept = np.flatnonzero(rows["time"] < 70_000)
    made = in_order(rows, kept)
    plain = kept[np.lexsort((rows["serial"][kept], rows["time"][kept]))]
    for name in rows:
        np.testing.assert_array_equal(made[name], rows[name][plain])
    assert in_order(rows).height == rows.height


@pytest.mark.parametrize("n", [0, 1, 124_999, 125_000, 125_001, 1_000_003])
def test_row_groups_are_of_one_size(n: int) -> None:
    parts = writing.groups(n)
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == n
    sizes = [part.stop - part.start for part in parts]
    assert max(sizes) <= writing.GROUP
    assert max(sizes) - min(sizes) <= 1


def test_what_is_seldom_the_same_twice_is_not_compressed(tmp_path_factory: pytest.TempPathFactory) -> None:
    out, p = tmp_path_factory.mktemp("world") / "out", load()
    size = size_of(p, seed=2, events=4000, users=40, days=30)
    world, _ = make(size, p)
    with writing.Writing(out, world, size.events, format="parquet", clean=False) as one:
        one.log(DAY, 2)
    group = pq.ParquetFile(out / "log" / "queries.parquet").metadata.row_group(0)
    kinds = {group.column(k).path_in_schema: group.column(k).compression for k in range(group.num_columns)}
    assert {name for name, kind in kinds.items() if kind == "UNCOMPRESSED"} == set(DIFFERENT)
