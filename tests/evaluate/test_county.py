"""The whole way: a county and its clean twin are made, scanned, and scored from the files alone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.evaluate import Scorecard, evaluate, listing_of, read_scanned, read_truth, score
from anomaly.incidents import ScanResult
from anomaly.report.outputs import write_outputs
from anomaly.scan import Settings, scan
from tests.county import County, county


@dataclass(frozen=True)
class Made:
    """A county, what a scan of it returned, where its outputs are, and those of its clean twin."""

    county: County
    result: ScanResult
    out: Path
    twin: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("county")
    world = county(root / "county", days=90)
    result = scan(world.log, Settings(context=world.context))
    write_outputs(result, root / "county-out", budget=1)
    clean = scan(world.clean_log, Settings(context=world.clean_context))
    write_outputs(clean, root / "twin-out", budget=1)
    return Made(world, result, root / "county-out", root / "twin-out")


def test_the_folder_and_the_result_give_the_same_card(made: Made) -> None:
    known = read_truth(made.county.truth)
    card: Scorecard = evaluate(made.out, made.county.truth, clean=made.twin, context=made.county.context)
    assert card.ours.budgets.equals(score(listing_of(made.result), known).budgets)
    assert card.ours.entries == len(made.result.incidents) > 0
    assert card.ours.misuse + card.ours.hard_negatives == len(known.scenarios)
    assert card.ours.clean is not None
    assert 30 < card.ours.clean.officer_years < 160 * 90 / 365
    assert card.notes == ()


def test_what_was_found_is_found_and_nothing_else(made: Made) -> None:
    """Whatever misuse the county plays: the entry that found it names its people, and is mostly its rows."""
    card = evaluate(made.out, made.county.truth).ours
    truth = read_truth(made.county.truth)
    found = card.scenarios.filter(pl.col("misuse") & pl.col("found_at").is_not_null())
    assert found.height >= 2
    for scenario, rank in found.select("scenario_id", "found_at").iter_rows():
        entry = made.result.incidents[rank - 1]
        users = truth.scenarios.filter(scenario_id=scenario)["users"].item()
        assert set(entry.users) & set(users)
        rows = set(truth.events.filter(scenario_id=scenario)["row"])
        evidence = made.result.evidence.filter(incident_id=entry.incident_id, role="supports")
        # Of the people of one sex and age whom somebody looked up, some were looked up as by everybody.
        mostly = 0.6 if entry.detectors == ("age_and_sex",) else 0.8
        assert len(rows & set(evidence["row"])) > mostly * evidence["row"].n_unique()
    assert card.average_precision is not None
    assert 0.2 < card.average_precision < 1
    verdicts = card.budgets.filter(budget="100").row(0, named=True)
    assert verdicts["found"] == found.height
    told = sum(verdicts[name] for name in ("found", "duplicates", "hard_negatives", "nothing"))
    assert told == card.entries


def test_csv_alone_is_scored_as_parquet_is(made: Made, tmp_path: Path) -> None:
    for name in ("incidents.csv", "manifest.json", "summary.json"):
        shutil.copy(made.out / name, tmp_path)
    pl.read_parquet(made.out / "evidence.parquet").write_csv(tmp_path / "evidence.csv")
    one, other = read_scanned(made.out).listing, read_scanned(tmp_path).listing
    assert one.entries.equals(other.entries)
    assert one.evidence.equals(other.evidence)


def test_the_truth_of_another_county_is_refused(made: Made, tmp_path: Path) -> None:
    other = county(tmp_path / "other", days=90, seed=2)
    with pytest.raises(InputError) as caught:
        evaluate(made.out, other.truth)
    assert caught.value.where == str(other.truth)
    assert "none of its users" in caught.value.what or "has at most" in caught.value.what


def test_rivals_are_run_on_the_log_of_the_scan_and_on_no_other(made: Made) -> None:
    card = evaluate(made.out, made.county.truth, log=[made.county.log], context=made.county.context)
    assert len(card.baselines) + len(card.abstained) >= 8
    assert all(one.misuse == card.ours.misuse for one in card.baselines)
    assert sum((one.average_precision or 0) > 0 for one in card.baselines) >= 5
    with pytest.raises(InputError, match="has scanned"):
        evaluate(made.out, made.county.truth, log=[made.county.clean_log], context=made.county.context)
