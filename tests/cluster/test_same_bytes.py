"""What executors read and code is, to the byte, what one process reads and codes."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.cluster import scan as scan_on_cluster
from anomaly.errors import InputError
from anomaly.scan import Settings, scan
from anomaly.sources import open_log
from anomaly.sources.pieces import pieces_of
from tests.cluster.conftest import files
from tests.stories import load_story

LOGS = Path(__file__).parents[2] / "fixtures" / "logs"


@pytest.mark.parametrize(("pieces", "rows"), [(1, 1_000_000), (3, 150_000), (7, 50_000)])
def test_a_county_in_pieces(
    pieces: int, rows: int, large: Path, usual: dict[str, bytes], spark: Any, tmp_path: Path
) -> None:
    assert len(pieces_of(open_log([large / "queries.parquet"]), rows)) == pieces
    told: list[str] = []
    settings = Settings(context=large / "context")
    found = scan_on_cluster(
        large / "queries.parquet",
        settings,
        spark=spark,
        rows=rows,
        progress=lambda stage, _: told.append(stage),
    )
    assert files(found, tmp_path / "out") == usual
    assert any(f"of {pieces} pieces" in stage for stage in told)


def test_files_of_several_formats(spark: Any, tmp_path: Path) -> None:
    story = load_story("convergence")
    log = pl.read_csv(story.log, infer_schema=False)
    third, given = log.height // 3, tmp_path / "log"
    given.mkdir()
    log[:third].write_csv(given / "1.csv")
    (given / "2.csv.gz").write_bytes(gzip.compress(log[third : 2 * third].write_csv().encode()))
    log[2 * third :].write_parquet(given / "3.parquet")
    log[-9:].drop("reason").write_ndjson(given / "4.jsonl")
    settings = Settings(context=story.context)
    here = files(scan(given, settings), tmp_path / "here")
    assert files(scan_on_cluster(given, settings, spark=spark), tmp_path / "there") == here


@pytest.mark.parametrize(
    "names", [["warts.csv", "canonical.csv"], ["flock_monthly_audit_13.csv", "flock_monthly_audit_14.csv"]]
)
def test_refused_rows_and_marked_agencies(names: list[str], spark: Any, tmp_path: Path) -> None:
    paths = [LOGS / name for name in names]
    settings = Settings(local_zone="America/Los_Angeles")
    here = files(scan(paths, settings), tmp_path / "here")
    assert files(scan_on_cluster(paths, settings, spark=spark), tmp_path / "there") == here


def test_a_log_without_any_usable_row_is_refused_as_it_is_here(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("time,user\nnoon,ANN\n,BOB\n")
    with pytest.raises(InputError) as here:
        scan(tmp_path / "log.csv")
    with pytest.raises(InputError) as there:
        scan_on_cluster(tmp_path / "log.csv", spark=spark)
    assert str(there.value) == str(here.value)


def test_the_session_that_runs_is_used_and_goes_on(spark: Any, tmp_path: Path) -> None:
    story = load_story("harvesting")
    found = scan_on_cluster(story.log, Settings(context=story.context))
    assert found.incidents == scan(story.log, Settings(context=story.context)).incidents
    assert spark.range(3).count() == 3
