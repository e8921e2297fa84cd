"""Whatever agencies file, the return is made or the filing refused, and the sums are those of the rows."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.errors import InputError
from anomaly.returns.outputs import agencies_frame, to_json
from anomaly.returns.page import render

from .tables import made

COUNT = st.none() | st.integers(0, 3) | st.integers(0, 10**6)
PART = st.none() | st.integers(0, 2)
AGENCY = st.sampled_from(["ELM PD", "ASH PD", "BAY SO", "<b>", "=1+1"])
DAY = st.sampled_from(["", "2019-01-05", "2019-03-03", "2019-03-04", "2020-01-01"])
ROWS = st.lists(
    st.tuples(AGENCY, st.sampled_from([2018, 2017, 2018, 2016]), DAY, COUNT, COUNT, COUNT, PART), max_size=6
)


@settings(deadline=None, max_examples=120, derandomize=True)
@given(ROWS, st.lists(AGENCY, max_size=40), st.none() | st.lists(st.tuples(AGENCY, AGENCY), max_size=5))
def test_any_filings(
    rows: list[tuple[object, ...]], users: list[str], agencies: list[tuple[str, str]] | None
) -> None:
    tables = {
        "filings": "agency,year,filed_at,violations,employees,pending,personal\n"
        + "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows),
        "users": "user,agency\n" + "\n".join(f"u{k},{one}" for k, one in enumerate(users)),
    }
    if agencies is not None:
        tables["agencies"] = "agency,parent\n" + "\n".join(",".join(one) for one in agencies)
    with TemporaryDirectory() as room:
        try:
            it = made(Path(room), **tables)
        except InputError:
            return
    told = to_json(it)
    json.dumps(told, allow_nan=False)
    assert "<bdi><b>" not in render(it)
    filed = [one["violations"] for one in told["agencies"] if one["violations"] is not None]
    assert told["violations"] == (sum(filed) if filed else None)
    assert agencies_frame(it).height == len(told["agencies"])
    names = [one["agency"] for one in told["agencies"]]
    assert len(names) == len(set(names))
    by_status = [one["status"] for one in told["agencies"]]
    assert by_status.count("missing") == len(told["not_filed"])
    assert by_status.count("zero") == len(told["filed_zero"])
    for one in told["agencies"]:
        if one["rate"]:
            assert one["rate"]["low"] <= one["rate"]["per_1000_users"] <= one["rate"]["high"]
