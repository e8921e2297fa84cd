"""The second pass gives the rows it is asked for, as the first one read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.scan.again import some_rows
from anomaly.sources import open_log

LOGS = Path(__file__).parents[2] / "fixtures" / "logs"
ASKED = {"event_id", "dob", "name", "plate", "license", "subject"}


@pytest.mark.parametrize(
    "name", ["canonical.csv", "switch.jsonl", "switch.tsv", "warts.csv", "flock_portal.csv"]
)
def test_some_rows_are_those_of_the_first_pass(name: str) -> None:
    log = open_log([LOGS / name])
    columns = ASKED & log.columns
    every = pl.concat(list(log.batches(columns)))
    wanted = every["row"].gather_every(2).to_numpy()
    found = pl.concat(list(some_rows(log, columns, {0: wanted})))
    assert set(found.columns) == {"file", "row"} | columns
    assert found.select(every.columns).equals(every.filter(pl.col("row").is_in(wanted)))


def test_only_the_files_with_such_rows_are_read(tmp_path: Path) -> None:
    for number in (1, 2):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"time,user,plate\n2024-03-01T10:00:00Z,ANN,{number}ABC123\n")
    log = open_log([tmp_path])
    list(log.batches())
    (tmp_path / "1.csv").write_text("changed")
    (batch,) = some_rows(log, {"plate"}, {1: np.array([1])})
    assert batch.rows() == [(1, 1, "2ABC123")]
    with pytest.raises(InputError):
        list(some_rows(log, {"plate"}, {0: np.array([1])}))


def test_files_need_not_have_the_same_columns(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("time,user,plate\n2024-03-01T10:00:00Z,ANN,1ABC123\n")
    (tmp_path / "2.csv").write_text("time,user,reason\n2024-03-01T10:00:00Z,ANN,stop\n")
    log = open_log([tmp_path])
    list(log.batches())
    found = pl.concat(list(some_rows(log, {"plate"}, {0: np.array([1]), 1: np.array([1])})))
    assert found["plate"].to_list() == ["1ABC123", None]
