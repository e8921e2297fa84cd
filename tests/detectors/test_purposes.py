"""What the detectors of purposes read off logs and tables, case by case."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from anomaly.context import Context
from anomaly.detectors import BY_NAME
from anomaly.detectors.federal import federal_agencies
from anomaly.detectors.purposes import strength_of
from tests.detectors.bench import Bench

START = "2024-03-{:02d}T{:02d}:00:00Z"


def look_ups(n: int, **row: str | None) -> list[dict[str, str | None]]:
    """`n` look-ups of one user, each of somebody else."""
    return [{"time": START.format(1 + k // 20, k % 20), "license": f"D{k:07d}", **row} for k in range(n)]


def agencies(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    schema = (
        "agency",
        "name",
        "kind",
        "component",
        "parent",
        "access_from",
        "access_to",
        "county",
        "time_zone",
    )
    return pl.DataFrame(
        [{"agency": agency, "kind": kind, "component": part} for agency, kind, part in rows],
        schema=dict.fromkeys(schema, pl.String),
    )


def found(bench: Bench, name: str) -> list[str]:
    """Who is listed by a detector."""
    groups = bench.groups(BY_NAME[name])
    return groups.labels().gather(bench.run(BY_NAME[name]).actor).to_list()


@pytest.mark.parametrize(
    ("agency", "table", "any_federal", "immigration", "removal"),
    [
        ("NPD", ("NPD", "local", None), False, False, False),
        ("X1", ("X1", "federal", "ERO"), True, True, True),
        ("X1", ("X1", "federal", "HSI"), True, True, False),
        ("X1", ("X1", "federal", "FBI"), True, False, False),
        ("ICE ERO FIELD OFFICE", None, True, True, True),
        ("ICE HOUSE POLICE", ("ICE HOUSE POLICE", "local", None), False, False, False),
        ("[Federal] Example Park Service", None, True, False, False),
    ],
)
def test_the_agencies_table_decides_and_names_stand_in(
    agency: str,
    table: tuple[str, str | None, str | None] | None,
    any_federal: bool,
    immigration: bool,
    removal: bool,
) -> None:
    bench = Bench.of(pl.DataFrame(look_ups(1, user="ANN", agency=agency)))
    context = Context({"agencies": agencies(table)}) if table else Context()
    kinds = federal_agencies(bench.log, context)
    assert (kinds.any[0], kinds.immigration[0], kinds.removal[0]) == (any_federal, immigration, removal)
    assert not (kinds.any[-1] | kinds.immigration[-1] | kinds.removal[-1])


def test_a_rule_that_has_ended_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = look_ups(4, user="ANN", agency="NPD", message_key="DQ", reason="ICE ERO removal")
    bench = Bench.of(pl.DataFrame(rows))
    assert found(bench, "immigration_purpose") == ["ANN"]
    rule = bench.log.policy.rules["ppp-2019-immigration"]
    ended = rule.model_copy(update={"effective_to": date(2023, 12, 31)})
    monkeypatch.setitem(bench.log.policy.rules, "ppp-2019-immigration", ended)
    assert found(bench, "immigration_purpose") == []


def test_federal_users_are_the_agencys_matter() -> None:
    rows = look_ups(4, user="ANN", agency="X1", message_key="DQ", reason="ICE ERO removal")
    bench = Bench.of(pl.DataFrame(rows), Context({"agencies": agencies(("X1", "federal", "ERO"))}))
    assert found(bench, "immigration_purpose") == found(bench, "immigration_proxy") == []
    assert found(bench, "federal_access") == ["X1"]


@pytest.mark.parametrize(
    ("component", "reason", "case_number", "listed"),
    [
        ("ERO", "24-1001 assist", "24-1001", True),
        ("HSI", "24-1001", "24-1001", False),
        ("HSI", "assist", None, True),
        ("FBI", "assist", None, False),
    ],
)
def test_for_whom_counts_by_what_else_they_do(
    component: str, reason: str, case_number: str | None, listed: bool
) -> None:
    row = {"agency": "NPD", "message_key": "DQ", "on_behalf_of": "F77"}
    rows = look_ups(4, user="ANN", reason=reason, case_number=case_number, **row)
    rows += look_ups(1, user="F77", agency="X1", message_key="QH", reason="booking")
    table = agencies(("X1", "federal", component), ("NPD", "local", None))
    bench = Bench.of(pl.DataFrame(rows), Context({"agencies": table}))
    assert found(bench, "immigration_proxy") == (["ANN"] if listed else [])


@pytest.mark.parametrize(
    ("agency", "listed"),
    [
        ("Houston TX PD", True),
        ("Example City CA PD", False),
        ("TX1230100", True),
        ("CA0190000", False),
        ("Elmford PD", False),
        ("Elm County, NV Sheriff", True),
        ("[Federal] Example Field Office", True),
    ],
)
def test_agencies_from_outside_by_name(agency: str, listed: bool) -> None:
    home = [
        {"time": START.format(1, k), "user": "BEA", "agency": "Example Bay CA PD", "plate": f"7ABC{k:03d}"}
        for k in range(3)
    ]
    away = [{**row, "user": "CAL", "agency": agency} for row in home]
    more = [{**row, "user": "DOT", "agency": "Example Mesa CA PD"} for row in home]
    frame = pl.DataFrame([*home, *away, *more]).with_columns(system=pl.lit("ALPR"))
    assert found(Bench.of(frame), "foreign_access") == ([agency] if listed else [])


def test_nobody_is_foreign_where_the_log_is_of_another_state() -> None:
    rows = [
        {"time": START.format(1, k), "user": f"U{k}", "agency": name, "plate": f"7ABC{k:03d}"}
        for k, name in enumerate(("Elm WI PD", "Oak WI PD", "Ash CA PD"))
    ]
    frame = pl.DataFrame(rows).with_columns(system=pl.lit("ALPR"))
    assert found(Bench.of(frame), "foreign_access") == []


def permit_unit(purpose: str, *, classes: tuple[str, ...] = ()) -> Bench:
    """Twelve applicants checked by one unit; `classes`: what its authorizations allow under C."""
    row = {"agency": "NPD", "unit": "LICENSING", "message_key": "QH", "purpose": purpose, "reason": "check"}
    rows = look_ups(12, user="ANN", **row)
    permits = pl.DataFrame(
        {"subject": [f"license:{row['license']}" for row in rows]},
    ).with_columns(kind=pl.lit("ccw"), agency=pl.lit("NPD"), applied=pl.lit(date(2024, 2, 20)))
    tables = {"permits": permits}
    lines = [{"agency": "NPD", "unit": "LICENSING", "purpose": "C", "class": name} for name in classes]
    if lines:
        tables["authorizations"] = pl.DataFrame(lines)
    return Bench.of(pl.DataFrame(rows), Context(tables))


@pytest.mark.parametrize(
    ("purpose", "classes", "listed"),
    [
        ("C", (), True),
        ("C", ("driver",), True),
        ("C", ("driver", "criminal_history"), False),
        ("F", ("driver",), False),
    ],
)
def test_what_a_unit_may_ask(purpose: str, classes: tuple[str, ...], listed: bool) -> None:
    assert len(found(permit_unit(purpose, classes=classes), "wrong_program")) == listed


def test_each_further_look_up_halves_the_doubt() -> None:
    assert strength_of(np.array([1, 2, 3]), np.full(3, 0.8)).tolist() == pytest.approx([0.4, 0.6, 0.7])
