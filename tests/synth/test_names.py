"""Names are drawn with census weights where Faker is installed, are invented where it is not, and the world
says which.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from anomaly.errors import InputError
from anomaly.synth import load, size_of, write_world
from anomaly.synth.make import build
from anomaly.synth.names import places, tables

TABLES = "faker.providers.person.en_US"


@pytest.fixture
def without_faker(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setitem(sys.modules, TABLES, None)


def test_surnames_come_as_often_as_in_the_census() -> None:
    weights = pytest.importorskip(TABLES).Provider.last_names
    p = load()
    people = build(size_of(p, seed=3, users=2000, events=2_000_000, days=365), p).people
    assert people.names.source == "census"
    surnames = np.array(people.names.surnames)[people.surname]
    for name, weight in sorted(weights.items(), key=lambda item: -item[1])[:20]:
        share = weight / sum(weights.values())
        assert (surnames == name.upper()).mean() == pytest.approx(share, rel=0.2), name


def test_names_are_invented_without_the_extra_and_the_world_says_so(
    without_faker: Callable[[], None], tmp_path: Path
) -> None:
    without_faker()
    p = load()
    written = write_world(tmp_path / "w", size_of(p, users=8, days=30, events=600), p, clean=False)
    assert written.names == "invented"
    assert json.loads((tmp_path / "w" / "world.json").read_text())["names"] == "invented"


def test_census_names_without_the_extra_are_refused_with_what_to_install(
    without_faker: Callable[[], None], tmp_path: Path
) -> None:
    without_faker()
    p = load().model_copy(update={"names": "census"})
    with pytest.raises(InputError) as caught:
        write_world(tmp_path / "w", size_of(p, users=8, days=30, events=600), p)
    assert "access-log-anomaly[synth]" in str(caught.value)
    assert not (tmp_path / "w").exists()


def test_invented_names_do_not_need_the_extra_and_are_as_unequal_as_said() -> None:
    flat, steep = (tables("invented", exponent).surname_weight for exponent in (0.01, 1.5))
    assert steep[9] > 5 * flat[9]


def test_places_are_all_different() -> None:
    assert len(set(places(5000))) == 5000
