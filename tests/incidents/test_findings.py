"""Signals that are kept, and what they add up to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.detectors import BY_NAME, Detector, Signals
from anomaly.incidents import bundle, keep
from anomaly.incidents.bundles import Bundle
from anomaly.incidents.tokens import token, token_key
from tests.coding.logs import at, coded

DESK = {"agency": "NPD", "unit": "DESK"}
LOG = coded([{"time": at(k), "user": f"U{k % 3}", "subject": f"S{k % 2}", **DESK} for k in range(12)])
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


def test_few_tests_make_no_discovery_of_what_is_not_surprising() -> None:
    few = Signals.of_chance(np.zeros(1, np.int32), np.array([0.02]), (np.zeros(1, np.int32),), 2, measures={})
    assert not keep([(VOLUME, few)], 0.1)
    assert keep([(VOLUME, replace(few, p=np.array([0.001])))], 0.1)
    beside = keep([(VOLUME, few), (LEFT, rule([0], [[2]]))], 0.1)
    assert [one.detector.name for one in beside] == ["volume", "after_separation"]
    assert len(keep([(VOLUME, few), (LEFT, rule([1], [[2]]))], 0.1)) == 1


def test_a_detector_has_the_weight_of_those_it_stands_in_for() -> None:
    pair, busy = chance([1e-6], [0], [0], [[0, 3]]), chance([1e-5], [1], [-1], [[1]])
    without = [(BY_NAME[name], Signals.none(because="no table")) for name in REPEATED.instead_of]
    ran = [(one, Signals.none(tested=10)) for one, _ in without if one.by_chance]
    alone, beside = (
        keep([*without, (REPEATED, pair), (VOLUME, busy)], 0.1),
        keep([(REPEATED, pair), *ran], 0.1),
    )
    assert [one.q for one in alone] == pytest.approx([6 / 5 * 1e-5, 6 / 2 * 1e-4])
    assert [one.q for one in beside] == pytest.approx([3 * 1e-5])


@settings(deadline=None, derandomize=True, max_examples=60)
@given(p=st.lists(st.floats(1e-300, 0.2), min_size=1, max_size=6), fdr=st.floats(0.001, 0.2))
def test_scores_lie_in_bounds_and_follow_p(p: list[float], fdr: float) -> None:
    signals = chance(p, [0] * len(p), [-1] * len(p), [[0]] * len(p))
    kept = keep([(VOLUME, signals)], fdr)
    assert all(one.q is not None and one.q <= fdr for one in kept)
    assert all(0 < one.score <= VOLUME.weight for one in kept)
    by_p = sorted(kept, key=lambda one: one.p or 0)
    assert [one.score for one in by_p] == sorted((one.score for one in kept), reverse=True)


def bundles(*results: tuple[Detector, Signals]) -> list[Bundle]:
    return bundle(keep(results, 0.1), LOG)


def told(found: list[Bundle]) -> list[tuple[str, str | None, list[tuple[str, int]]]]:
    """Kind, practice, and the detector and actor of each signal."""
    return [(b.kind, b.practice, sorted((k.detector.name, k.actor) for k in b.kept)) for b in found]


def test_one_user_and_one_theme_are_one_incident() -> None:
    signals = chance([1e-9, 1e-8, 1e-7], [0, 0, 1], [0, 1, 0], [[0, 6], [3, 9], [4, 10]])
    found = told(bundles((REPEATED, signals)))
    assert found == [
        ("person", None, [("repeated_lookups", 0)] * 2),
        ("person", None, [("repeated_lookups", 1)]),
    ]


def test_another_theme_of_the_same_user_is_another_incident_unless_it_is_about_the_same_rows() -> None:
    pair = (REPEATED, chance([1e-9], [0], [0], [[0, 6]]))
    same, apart = rule([0], [[0, 6]]), rule([0], [[3, 9, 6]])
    assert len(bundles(pair, (LEFT, same))) == 1
    assert len(bundles(pair, (LEFT, apart))) == 2


def test_a_circumstance_joins_what_the_user_did() -> None:
    assert VOLUME.circumstance
    pair = (REPEATED, chance([1e-9], [0], [0], [[0, 6]]))
    assert len(bundles(pair, (VOLUME, chance([1e-9, 1e-9], [0, 2], [-1, -1], [[3, 9], [2]])))) == 2


def test_what_several_users_of_a_unit_do_alike_is_the_units() -> None:
    practice = replace(LEFT, practice=True)
    everybody = rule([0, 1, 2], [[0], [1], [2]])
    (found,) = bundles((practice, everybody))
    assert (found.kind, found.practice, len(found.kept)) == ("unit", "NPD · DESK", 3)
    assert len(bundles((LEFT, everybody))) == 3
    assert len(bundles((practice, rule([0, 1], [[0], [1]])))) == 2


def test_a_signal_about_somebody_many_looked_up_stands_with_the_many() -> None:
    crowd = replace(REPEATED, name="crowd", group="subject", kind="subject")
    many = (crowd, chance([1e-9], [1], [1], [[1, 3, 5]]))
    assert told(bundles(many, (REPEATED, chance([1e-9], [0], [1], [[3, 9]])))) == [
        ("subject", None, [("crowd", 1), ("repeated_lookups", 0)])
    ]


def test_agreeing_signals_add_up_and_never_exceed_one() -> None:
    pair = chance([1e-9, 1e-9], [0, 0], [0, 1], [[0, 6], [3, 9]])
    (two,) = bundles((REPEATED, pair))
    (one,) = bundles((REPEATED, chance([1e-9], [0], [0], [[0, 6]])))
    assert one.score < two.score <= 1
    assert two.score == pytest.approx(1 - (1 - one.score) ** 2, abs=0.02)


def test_users_who_did_alike_count_once() -> None:
    practice = replace(LEFT, practice=True)
    (found,) = bundles((practice, rule([0, 1, 2], [[0], [1], [2]])))
    assert found.score == pytest.approx(LEFT.weight * 0.9)


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
