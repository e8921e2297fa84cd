"""Signals that are kept, and what they add up to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.detectors import BY_NAME, Detector, Signals
from anomaly.incidents import bundle, keep
from anomaly.incidents.tokens import token, token_key
from tests.coding.logs import at, coded

LOG = coded([{"time": at(k), "user": f"U{k % 3}", "subject": f"S{k % 2}"} for k in range(12)])
REPEATED, VOLUME, LEFT = BY_NAME["repeated_lookups"], BY_NAME["volume"], BY_NAME["after_separation"]


def chance(p: list[float], actor: list[int], target: list[int], actions: list[list[int]]) -> Signals:
    rows = tuple(np.array(a, np.int32) for a in actions)
    return Signals.of_chance(
        np.array(actor, np.int32), np.array(p), rows, 10, target=np.array(target, np.int32), measures={}
    )


def rule(actor: list[int], actions: list[list[int]], strength: float = 0.9) -> Signals:
    rows = tuple(np.array(a, np.int32) for a in actions)
    return Signals.of_rule(np.array(actor, np.int32), strength, rows, 10)


def test_rules_are_always_kept_and_chance_below_its_rate() -> None:
    results: list[tuple[Detector, Signals]] = [
        (REPEATED, chance([1e-6, 0.19], [0, 1], [0, 1], [[0, 3], [1, 4]])),
        (LEFT, rule([2], [[2]])),
    ]
    kept = keep(results, 0.1)
    assert [(one.detector.name, one.index) for one in kept] == [
        ("repeated_lookups", 0),
        ("after_separation", 0),
    ]
    assert kept[0].q == pytest.approx(1e-5)
    assert kept[1].q is None


@settings(deadline=None, derandomize=True, max_examples=60)
@given(p=st.lists(st.floats(1e-300, 0.2), min_size=1, max_size=6), fdr=st.floats(0.001, 0.2))
def test_scores_lie_in_bounds_and_follow_p(p: list[float], fdr: float) -> None:
    signals = chance(p, [0] * len(p), [-1] * len(p), [[0]] * len(p))
    kept = keep([(VOLUME, signals)], fdr)
    assert all(one.q is not None and one.q <= fdr for one in kept)
    assert all(0 < one.score <= VOLUME.weight for one in kept)
    by_p = sorted(kept, key=lambda one: one.p or 0)
    assert [one.score for one in by_p] == sorted((one.score for one in kept), reverse=True)


def test_one_actor_and_one_target_are_one_incident() -> None:
    signals = chance([1e-9, 1e-8, 1e-7], [0, 0, 1], [0, 1, 0], [[0, 6], [3, 9], [4, 10]])
    bundles = bundle(keep([(REPEATED, signals)], 0.1))
    assert sorted((b.kept[0].actor, b.kept[0].target) for b in bundles) == [(0, 0), (0, 1), (1, 0)]


def test_a_signal_without_a_target_joins_the_target_most_of_its_actions_are_about() -> None:
    pair = (REPEATED, chance([1e-9], [0], [0], [[0, 6]]))
    same, apart = rule([0], [[0, 6]]), rule([0], [[3, 9, 6]])
    assert len(bundle(keep([pair, (LEFT, same)], 0.1))) == 1
    assert len(bundle(keep([pair, (LEFT, apart)], 0.1))) == 2


def test_agreeing_signals_add_up_and_never_exceed_one() -> None:
    bundles = bundle(keep([(LEFT, rule([0], [[0]])), (BY_NAME["ended_access"], rule([0], [[0]]))], 0.1))
    assert sorted(b.kind for b in bundles) == ["agency", "person"]
    two = bundle(keep([(LEFT, rule([0, 0], [[0], [3]]))], 0.1))
    assert len(two) == 1
    own = LEFT.weight * 0.9
    assert two[0].score == pytest.approx(1 - (1 - own) ** 2)


def test_tokens_are_keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = token(b"k" * 16, "license:D1"), token(b"K" * 16, "license:D1")
    assert one == token(b"k" * 16, "license:D1") != other
    assert token(b"k" * 16, "license:D2") != one
    assert "D1" not in one
    monkeypatch.delenv("ANOMALY_KEY", raising=False)
    monkeypatch.delenv("ANOMALY_KEY_FILE", raising=False)
    key, source = token_key(LOG)
    assert (len(key), source) == (32, "log")
    monkeypatch.setenv("ANOMALY_KEY", "0123456789abcdef")
    assert token_key(LOG) == (b"0123456789abcdef", "environment")
