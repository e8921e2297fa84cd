"""The review record to fill in: a line for each entry, in the words of the dossier, read by the return."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from anomaly import __version__
from anomaly.cli import app
from anomaly.errors import InputError
from anomaly.report.outputs import write_outputs
from anomaly.report.reviews import to_reviews
from anomaly.returns import annual_return, read_tables
from anomaly.returns.outputs import to_json
from anomaly.schema import CONTEXT

from .sample import hostile, result


def test_a_line_for_each_entry_blank_where_people_decide() -> None:
    scan = result()
    frame = pl.read_csv(BytesIO(to_reviews(scan.incidents[::-1])), infer_schema=False)
    assert frame.columns == [column.name for column in CONTEXT["reviews"]]
    assert frame["incident_id"].to_list() == [one.incident_id for one in scan.incidents]
    assert frame["category"].to_list() == [one.category for one in scan.incidents]
    for row, one in zip(frame.iter_rows(named=True), scan.incidents, strict=True):
        user, agency = ((row[name] or "").removeprefix("'") for name in ("user", "agency"))
        assert user == (one.users[0] if one.n_users == 1 else "")
        assert agency == (one.agencies[0] if len(one.agencies) == 1 else "")
        assert not any(row[name] for name in ("opened", "decided", "finding", "outcome", "reviewed_by"))


def test_what_a_log_calls_people_is_no_formula() -> None:
    for line in to_reviews(hostile().incidents).decode().splitlines()[1:]:
        assert not any(cell.startswith(('"=', '"+', '"-', '"@')) for cell in line.split(","))


def test_filled_in_it_is_a_record_and_a_scan_again_leaves_it_alone(tmp_path: Path) -> None:
    scan = replace(result(), manifest={**result().manifest, "versions": {"anomaly": __version__}})
    write_outputs(scan, tmp_path / "review", budget=1)
    run = CliRunner().invoke(app, ["report", str(tmp_path / "review"), "--format", "review"])
    assert run.exit_code == 0
    blank = tmp_path / "review" / "reviews-blank.csv"
    frame = pl.read_csv(blank, infer_schema=False)
    again = ["report", str(tmp_path / "review"), "--format", "review"]
    assert CliRunner().invoke(app, again).exit_code == 0
    frame.head(2).write_csv(blank)
    with pytest.raises(InputError, match="there is one here, which may be filled in"):
        CliRunner().invoke(app, again, catch_exceptions=False)
    assert len(pl.read_csv(blank)) == 2
    with pytest.raises(InputError, match="no review is about 2025"):
        annual_return(read_tables(_folder(tmp_path / "none", frame)), 2025, today=date(2026, 4, 1))
    done = frame.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(text)).otherwise(name).alias(name)
        for name, text in {
            "agency": "ELM PD",
            "opened": "2025-07-01",
            "decided": "2025-09-01",
            "finding": "violation",
            "outcome": "counselled; suspended",
            "reviewed_by": "R. Quill",
            "note": "=1+1",
        }.items()
    )
    it = annual_return(read_tables(_folder(tmp_path / "done", done)), 2025, today=date(2026, 4, 1))
    (one,) = it.on_record
    assert to_json(it)["record"]["not_filed"] == ["ELM PD"]
    assert one.record is not None
    assert (one.record.counts["violations"], one.record.counts["suspended"]) == (1, 1)
    assert any(f"{len(frame) - 1} rows of the review record have no finding" in told for told in it.warnings)
    assert not any("columns not used" in told for told in it.warnings)


def _folder(folder: Path, record: pl.DataFrame) -> Path:
    folder.mkdir()
    record.write_csv(folder / "reviews.csv")
    return folder


def test_a_public_edition_has_no_record(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a public edition has no record to fill in"):
        CliRunner().invoke(
            app, ["report", str(tmp_path), "--format", "review", "--public"], catch_exceptions=False
        )
