"""One contract, applied to every detector without being asked (docs/contracts.md)."""

from __future__ import annotations

import math
import shutil
import string
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from anomaly.coding import Grouping, Groups
from anomaly.coding.groups import MADE_FROM
from anomaly.context import Context, load_context
from anomaly.detectors import DETECTORS, Detector
from anomaly.detectors.contract import MANUAL, WEAKEST
from anomaly.errors import SettingsError
from anomaly.explain import EXPLANATIONS, try_all
from anomaly.incidents.findings import Kept
from anomaly.incidents.tell import Teller
from anomaly.scan import Settings, scan
from anomaly.scan.run import cannot_run
from anomaly.schema import CATEGORIES, INCIDENT_KINDS, SUBJECT_KINDS
from tests.county import county
from tests.detectors.bench import STORY_OF, ZONE, Bench, emptied, story_bench
from tests.stories import load_story

every = pytest.mark.parametrize("one", DETECTORS, ids=lambda one: one.name)
by_chance = pytest.mark.parametrize("one", [d for d in DETECTORS if d.by_chance], ids=lambda one: one.name)
ROW = {
    "time": "2024-03-04T09:00:00Z",
    "user": "ANN",
    "agency": "NPD",
    "unit": "PATROL",
    "message_key": "RQ",
    "reason": "stop",
    "case_number": "24-1",
    "plate": "7ABC123",
}


@every
def test_declares_itself(one: Detector) -> None:
    assert one.title.endswith(".")
    assert set(one.manual) == set(MANUAL)
    assert one.kind in INCIDENT_KINDS
    assert one.category in CATEGORIES
    assert set(one.clears) <= {other.name for other in EXPLANATIONS}
    assert 0 < one.weight <= 1
    assert all(isinstance(value, int | float) and value > 0 for value in one.settings.values())


@every
def test_actors_without_actions_give_no_signals(one: Detector) -> None:
    bench = story_bench(one.name)
    log = emptied(bench.log)
    groups = Groups(
        Grouping(one.group, log),
        frozenset(one.needs) | frozenset(one.uses),
        one.clears,
        lambda names, actions: np.zeros(0, np.bool_),
    )
    assert len(groups)
    signals = one.run(groups, bench.context)
    assert len(signals) == 0 or signals.when is not None


@every
def test_one_row_gives_no_chance_signals(one: Detector) -> None:
    bench = Bench.of(pl.DataFrame([ROW]), story_bench(one.name).context)
    signals = bench.run(one)
    assert len(signals) == 0 or signals.when is not None
    assert signals.abstained is None or signals.abstained


@every
def test_signals_are_whole(one: Detector) -> None:
    bench = story_bench(one.name)
    groups, signals = bench.groups(one), bench.run(one)
    count = len(signals)
    assert count > 0
    assert signals.tested >= len(np.unique(signals.actor))
    assert {len(part) for part in (signals.target, signals.p, signals.strength, signals.actions)} == {count}
    assert all(len(values) == count for values in signals.measures.values())
    assert ((signals.actor >= 0) & (signals.actor < len(groups))).all()
    assert all(len(np.unique(rows)) == len(rows) for rows in signals.actions)
    if signals.when is None:
        assert all(len(rows) for rows in signals.actions)
    else:  # about what has no row: a filing
        assert signals.when.shape == (count, 2)
        assert (signals.when[:, 0] <= signals.when[:, 1]).all()
    if one.by_chance:
        assert ((signals.p >= 0) & (signals.p <= WEAKEST)).all()
        assert np.isnan(signals.strength).all()
    else:
        assert ((signals.strength > 0) & (signals.strength <= 1)).all()
        assert np.isnan(signals.p).all()
    if signals.standing is not None:
        assert len(signals.standing.values) == len(signals.standing.peer) == len(groups)
        assert signals.standing.peer.max() < len(signals.standing.names)


@every
def test_deterministic_and_inputs_untouched(one: Detector) -> None:
    bench = story_bench(one.name)
    tables = {name: bench.context[name].clone() for name in bench.context.files()}
    before = bench.arrays()
    first = bench.told(bench.run(one))
    assert bench.told(bench.run(one)) == first
    after = bench.arrays()
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert all(bench.context[name].equals(table) for name, table in tables.items())


@every
def test_gathered_columns_cannot_be_written(one: Detector) -> None:
    with pytest.raises(ValueError, match="read-only"):
        story_bench(one.name).groups(one)["time"][0] = 0


@every
def test_shuffled_rows_give_the_same_signals(one: Detector) -> None:
    bench = story_bench(one.name)
    mixed = Bench.of(bench.frame.sample(fraction=1, shuffle=True, seed=7), bench.context)
    assert mixed.told(mixed.run(one)) == bench.told(bench.run(one))


@every
def test_equal_times_give_the_same_signals_in_any_order(one: Detector) -> None:
    """Logs of whole hours: many rows share a time, and nothing may hang on which stands first."""
    story = story_bench(one.name)
    hourly = pl.col("time").str.slice(0, 13) + ":00:00"
    bench = Bench.of(story.frame.with_columns(hourly), story.context)
    mixed = Bench.of(bench.frame.sample(fraction=1, shuffle=True, seed=8), story.context)
    assert mixed.told(mixed.run(one)) == bench.told(bench.run(one))


@every
def test_all_rows_at_one_moment(one: Detector) -> None:
    story = story_bench(one.name)
    bench = Bench.of(story.frame.with_columns(time=pl.lit("2024-03-04T09:00:00")), story.context)
    signals = bench.run(one)
    assert np.isfinite(signals.p[~np.isnan(signals.p)]).all()


@every
def test_an_undeclared_column_is_refused(one: Detector) -> None:
    groups = story_bench(one.name).groups(one)
    declared = {*one.needs, *one.uses, "time", "user"}
    for name, column in MADE_FROM.items():
        if column in declared:
            assert len(groups[name]) == groups.starts[-1]
        else:
            with pytest.raises(KeyError, match=name):
                groups[name]


@every
def test_reads_nothing_but_what_it_declares(one: Detector) -> None:
    """A log without the undeclared columns gives the same signals: no other road leads to them."""
    story = story_bench(one.name)
    kept = {*one.needs, *one.uses, "time", "user", "event_id", "cascade_id", "dob", *SUBJECT_KINDS}
    lean = Bench.of(story.frame.select(name for name in story.frame.columns if name in kept), story.context)
    assert np.array_equal(lean.log.action_of(), story.log.action_of())
    lean = Bench(lean.frame, lean.log, lean.context, story.explained)
    if one.group in ("agency", "unit"):
        assert "agency" in kept
    assert lean.told(lean.run(one)) == story.told(story.run(one))


@every
def test_settings_out_of_bounds_are_refused(one: Detector) -> None:
    bench = story_bench(one.name)
    wrong: list[tuple[str, Any]] = [("no_such_setting", 3)]
    for name, default in one.settings.items():
        wrong += [(name, value) for value in (0, -1, True, "3", None, math.nan, math.inf)]
        wrong += [(name, 0.5)] if isinstance(default, int) else [(name, 1.5)]
    told = [what_happens(bench, one, name, value) for name, value in wrong]
    assert [answer for answer in told if answer != "refused"] == []


@every
def test_a_large_setting_is_refused_or_obeyed(one: Detector) -> None:
    bench = story_bench(one.name)
    large = [(name, 10**6) for name, default in one.settings.items() if isinstance(default, int)]
    told = [what_happens(bench, one, name, value) for name, value in large]
    assert [answer for answer in told if "Error" in answer] == []


def what_happens(bench: Bench, one: Detector, name: str, value: object) -> str:
    """Run with one setting and say what came of it."""
    try:
        bench.run(one, {name: value})
    except SettingsError as error:
        return "refused" if one.name in str(error) else f"{name} = {value} refused without saying where"
    except (ValueError, OverflowError, ZeroDivisionError, TypeError) as error:
        return f"{name} = {value}: {error!r}"
    return f"{name} = {value} accepted"


@every
def test_every_setting_can_change_something(one: Detector) -> None:
    bench = story_bench(one.name)
    usual = bench.run(one)
    for name, default in one.settings.items():
        others = (0.001, 0.5, 0.9, 1.0) if isinstance(default, float) else (1, 3, 20, 24, 150, 10**4)
        ran = [bench.run(one, {name: value}) for value in others if value <= one.most[name]]
        figures = [(bench.told(other), other.tested, other.abstained) for other in ran]
        assert any(f != (bench.told(usual), usual.tested, usual.abstained) for f in figures), name


@every
def test_says_what_it_measured(one: Detector) -> None:
    bench = story_bench(one.name)
    signals = bench.run(one)
    named = {field for _, field, _, _ in string.Formatter().parse(one.says) if field}
    assert named <= {*signals.measures, one.group, "first", "last"}
    teller = Teller(bench.log, bench.explained, {})
    for index in range(len(signals)):
        p = None if np.isnan(signals.p[index]) else float(signals.p[index])
        sentence = teller.finding(Kept(one, signals, index, p, p, 0.5)).sentence
        assert sentence.endswith(".")
        assert not {"{", "}"} & set(sentence)
        words = set(sentence.replace(",", " ").split())
        assert not words & {"nan", "None", "inf", "suspect", "offender", "guilty"}


def needed(one: Detector) -> list[str]:
    return [column for column in one.needs if column != "time"]


@every
@pytest.mark.parametrize("how", ["absent", "redacted"])
def test_abstains_without_a_needed_column(one: Detector, how: str, tmp_path: Path) -> None:
    """Without the roster, too, which says whose a log is that names no agency (see test_access.py)."""
    story = story_bench(one.name)
    frame = story.frame.head(60)
    tables = shutil.copytree(load_story(STORY_OF.get(one.name, one.name)).context, tmp_path / "context")
    (tables / "users.csv").unlink(missing_ok=True)
    context = tables if any(tables.iterdir()) else None
    for column in needed(one):
        named = SUBJECT_KINDS if column == "subject" else (column,)
        there = [name for name in named if name in frame.columns]
        hidden = (
            frame.drop(there)
            if how == "absent"
            else frame.with_columns(pl.lit("***").alias(n) for n in there)
        )
        result = scan(hidden, Settings(context=context))
        entry = next(d for d in result.summary["detectors"] if d["name"] == one.name)
        assert entry["ran"] is False
        assert f"`{column}`" in entry["why_not"]
        assert entry["signals"] == entry["tested"] == 0


@every
def test_abstains_without_a_needed_table(one: Detector) -> None:
    result = scan(story_bench(one.name).frame.head(60))
    entry = next(d for d in result.summary["detectors"] if d["name"] == one.name)
    for table in one.tables:
        assert entry["ran"] is False
        assert f"`{table}`" in entry["why_not"]


def test_redacted_users_make_user_detectors_abstain() -> None:
    frame = story_bench("repeated_lookups").frame.head(60).with_columns(user=pl.lit("***"))
    entries = {d["name"]: d for d in scan(frame).summary["detectors"]}
    for one in DETECTORS:
        if one.group == "user":
            assert entries[one.name]["ran"] is False
            assert entries[one.name]["why_not"]
    assert entries["volume"]["why_not"] == "users are redacted in every row"


@pytest.fixture(scope="module", params=[1, 2])
def clean_county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    world = county(tmp_path_factory.mktemp("clean") / "county", seed=request.param)
    return Bench.of(pl.read_csv(world.clean_log, infer_schema=False), load_context(world.clean_context, ZONE))


@pytest.fixture(scope="module")
def untold(clean_county: Bench) -> Bench:
    """The clean county without any table: nothing is explained away, so every null is put to the test."""
    log = clean_county.log
    return Bench(clean_county.frame, log, Context(), try_all(log, Context()))


def assert_conservative(one: Detector, bench: Bench, least: int) -> None:
    """Not more small p-values than chance gives, by a binomial bound at 0.001 for each level."""
    missing = [table for table in one.tables if table not in bench.context]
    if missing:
        assert f"`{missing[0]}`" in str(cannot_run(one, bench.log.columns, bench.context))
        return
    signals = bench.run(one)
    assert signals.tested >= least
    for alpha in (0.2, 0.1, 0.05, 0.01):
        bound = stats.binom.isf(1e-3, signals.tested, alpha)
        assert (signals.p <= alpha).sum() <= bound, f"alpha {alpha}, {signals.tested} tested"


@by_chance
def test_p_values_are_conservative_where_nobody_misuses_anything(one: Detector, clean_county: Bench) -> None:
    assert_conservative(one, clean_county, least=1)  # what shifts and calls explain is not tested at all


@by_chance
def test_p_values_are_conservative_before_anything_is_explained(one: Detector, untold: Bench) -> None:
    assert_conservative(one, untold, least=10)


@every
def test_rules_are_silent_where_nobody_misuses_anything(one: Detector, clean_county: Bench) -> None:
    if not one.by_chance and all(table in clean_county.context for table in one.tables):
        signals = clean_county.run(one)
        assert len(signals) == 0 or signals.when is not None  # a clean twin's filings are as wrong as any


def test_nothing_known_is_nothing_found() -> None:
    bench = Bench.of(pl.DataFrame([ROW, {**ROW, "time": "2024-03-05T09:00:00Z"}]), Context())
    for one in DETECTORS:
        if not one.tables:
            assert len(bench.run(one)) == 0
