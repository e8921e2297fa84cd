"""Rows coded writing by writing say what every value, read by itself, says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.coding import READ, EventCoder
from anomaly.coding.lexicon import Lexicons
from anomaly.sources import Log, open_log
from anomaly.sources.vendor import Prefix, Profile

KEPT = ("user", "agency", "reason", "case_number", "purpose")
values = st.sampled_from(
    ["ANN", " ANN", "Ann", "a\tb", "", " ", "\u00a0", None, "***", " redacted ", "[REDACTED]", "5", "7.0"]
)
NOON = "2024-03-01 12:00:00"
times = st.sampled_from([NOON, f" {NOON}", "2024-03-10 02:30:00", "", "***", "x"])
dates = st.sampled_from(["1990-04-12", "04/12/1990", "4/3/90", "", None, "***", "soon"])
row = st.fixed_dictionaries({"time": times, **dict.fromkeys((*KEPT, "hit"), values), "dob": dates})


def decoded(log: Log) -> dict[str, list[str | None]]:
    """Read a log as a scan does, and write the codes of its columns as text again."""
    coder = EventCoder(log.columns & READ | {"hit"})
    coder.read(coder.rows_of(log))
    columns, texts = coder.columns_read()
    agency = texts.places[columns["place"], 0]
    codes = {name: columns[name] for name in KEPT if name != "agency"} | {"agency": agency}
    return {name: texts.named(name, of).to_list() for name, of in codes.items()}


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.lists(row, min_size=1, max_size=30))
def test_codes_mean_what_the_values_mean(rows: list[dict[str, str | None]]) -> None:
    usable = {"time": NOON, "user": "BOB", **dict.fromkeys((*KEPT[1:], "hit", "dob"))}
    frame = pl.DataFrame([usable, *rows], schema=dict.fromkeys(usable, pl.String))
    plain, coded = (open_log([frame], local_zone="America/Los_Angeles") for _ in range(2))
    expected = pl.concat(list(plain.batches()))
    assert decoded(coded) == {name: expected[name].to_list() for name in KEPT}
    assert coded.quality == {name: plain.quality[name] for name in coded.quality}
    assert (coded.rejects.by_reason, coded.rejects.kept) == (plain.rejects.by_reason, plain.rejects.kept)
    assert coded.warnings == plain.warnings


def test_each_writing_is_read_once_in_all_blocks() -> None:
    frame = pl.DataFrame({"time": [NOON] * 600_000, "user": ["ANN", " ANN", "BOB"] * 200_000})
    blocks = [rows.columns["user"] for rows in open_log([frame]).rows({"time", "user"}, Lexicons({"user"}))]
    assert len(blocks) > 1
    assert [one.fresh.to_list() for one in blocks] == [["ANN", "ANN", "BOB"]] + [[]] * (len(blocks) - 1)
    assert {int(code) for one in blocks for code in np.unique(one.codes)} == {0, 1, 2}


@pytest.mark.parametrize("first", ["bare", "marked"])
def test_files_of_two_profiles_may_write_the_same_and_mean_different_things(
    tmp_path: Path, first: str
) -> None:
    lexicons = Lexicons({"agency"})
    said: dict[str, list[str | None]] = {}
    for name in sorted(("bare", "marked"), key=lambda name: name != first):
        path = tmp_path / f"{name}.csv"
        path.write_text("time,user,agency\n2024-03-01T10:00:00Z,ANN,[Federal] HSI\n")
        prefixes = (Prefix(text="[Federal] "),) if name == "marked" else ()
        profile = Profile(
            name=name,
            title=name,
            columns={"time": "time", "user": "user", "agency": "agency"},
            strip_prefixes={"agency": prefixes} if prefixes else {},
        )
        (rows,) = open_log([path], profile).rows({"agency"}, lexicons)
        said[name] = rows.columns["agency"].fresh.to_list()
    assert said == {"bare": ["[Federal] HSI"], "marked": ["HSI"]}
