"""What the detectors of purposes read off logs and tables, case by case."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom, norm

from anomaly.context import Context, load_context
from anomaly.detectors import BY_NAME
from anomaly.detectors.federal import MARKED, federal_agencies
from anomaly.detectors.more_than_peers import together
from anomaly.detectors.purposes import strength_of
from anomaly.incidents import oversee
from anomaly.scan import Settings, scan
from tests.detectors.bench import Bench

FLOCK = Path(__file__).resolve().parents[2] / "fixtures" / "logs" / "flock_federal_searches.csv"

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


def test_a_rule_of_a_state_is_nobodys_where_no_agency_is_of_it() -> None:
    """A federal office in another state's network: that state's law is not known here."""
    names = ("Elm WI PD", "Oak WI PD", "[Federal] Example Field Office")
    rows = [
        {"time": START.format(1, k), "user": f"U{k}", "agency": name, "plate": f"7ABC{k:03d}"}
        for k, name in enumerate(names)
    ]
    frame = pl.DataFrame(rows).with_columns(system=pl.lit("ALPR"))
    assert found(Bench.of(frame), "foreign_access") == []


@pytest.mark.parametrize(("asked", "listed"), [(44, []), (160, ["U0"])])
def test_a_jailer_whose_bookings_are_in_no_table_asks_no_more_than_the_others(
    tmp_path: Path, asked: int, listed: list[str]
) -> None:
    rows, booked = [], []
    for k in range(12):
        of_user = {"user": f"U{k}", "agency": "ELM", "unit": "JAIL"}
        for n, row in enumerate(look_ups(400, message_key="QH", **of_user)):
            row["license"] = f"D{k}{n:05d}"
            rows += [row, row | {"message_key": "IAQ"}] if n < (36 + k if k else asked) else [row]
            booked += [row["license"]] if k else []
    numbers = [f"B{n}" for n in range(len(booked))]
    cases = pl.DataFrame({"case_number": numbers, "opened": "2024-02-01", "kind": "booking"})
    people = pl.DataFrame({"case_number": numbers, "subject": [f"license:{one}" for one in booked]})
    cases.write_csv(tmp_path / "cases.csv")
    people.write_csv(tmp_path / "case_people.csv")
    bench = Bench.of(pl.DataFrame(rows), load_context(tmp_path, "UTC"))
    assert found(bench, "immigration_query") == listed


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


def test_a_mark_of_the_export_makes_an_agency_federal() -> None:
    rows = look_ups(1, user="ANN", agency="Example Field Office") + look_ups(1, user="BEA", agency="NPD")
    bench = Bench.of(pl.DataFrame(rows))
    marked = pl.DataFrame({"agency": ["Example Field Office"], "kind": ["federal"]})
    assert federal_agencies(bench.log, Context({MARKED: marked})).any.tolist() == [True, False, False]
    told = agencies(("Example Field Office", "local", None))
    assert not federal_agencies(bench.log, Context({MARKED: marked, "agencies": told})).any.any()


def test_a_scan_of_an_export_sees_the_marked_agencies() -> None:
    result = scan([FLOCK], Settings())
    listed = [one for one in result.incidents if "foreign_access" in one.detectors]
    assert [one.agencies for one in listed] == [("Example Field Office",), ("Example Park Service",)]
    assert result.summary["log"]["context"] == [MARKED]


def test_the_monitor_counts_what_federal_agencies_asked() -> None:
    row = {"agency": "X1", "user": "F1"}
    rows = look_ups(2, message_key="DQ", case_number="24-1", **row)
    rows += look_ups(1, message_key="QH", reason="robbery", **row)
    rows += look_ups(3, message_key="DQ", reason="***", **row)
    rows += look_ups(4, message_key="DQ", reason="investigation", **row)
    rows += look_ups(5, message_key="DQ", agency="NPD", user="ANN")
    rows = [{**row, "license": f"D{k:07d}"} for k, row in enumerate(rows)]
    bench = Bench.of(pl.DataFrame(rows), Context({"agencies": agencies(("X1", "federal", "HSI"))}))
    names = ("class", "look_ups", "case_number", "explained", "reason", "redacted", "bare")
    told = oversee(bench.log, bench.context, ["a.csv"]).lines
    assert told.select("agency", "component", "immigration").unique().rows() == [("X1", "HSI", True)]
    assert told.select(names).rows() == [
        ("any", 10, 2, 0, 1, 3, 4),
        ("criminal_history", 1, 0, 0, 1, 0, 0),
        ("driver", 9, 2, 0, 0, 3, 4),
    ]
    every = np.ones(len(bench.log.actions), np.bool_)
    assert oversee(bench.log, bench.context, ["a.csv"], every).lines["bare"].to_list() == [0, 0, 0]


def test_no_federal_agency_nothing_to_monitor() -> None:
    bench = Bench.of(pl.DataFrame(look_ups(1, user="ANN", agency="NPD")))
    assert oversee(bench.log, Context(), ["a.csv"]).lines.is_empty()


def test_federal_searches_of_plate_readers_say_what_for() -> None:
    row = {"agency": "X1", "user": "F1", "system": "ALPR", "reason": "ICE ERO removal"}
    told = Context({"agencies": agencies(("X1", "federal", "ICE"))})
    plates = pl.DataFrame([{"time": START.format(1, k), "plate": f"7ABC{k:03d}", **row} for k in range(4)])
    assert found(Bench.of(plates, told), "federal_access") == ["X1"]
    silent = Bench.of(plates.drop("system"), told).run(BY_NAME["federal_access"])
    assert silent.abstained is not None


def test_one_reason_left_in_a_redacted_log_makes_no_program() -> None:
    unit = {"agency": "NPD", "unit": "RECORDS", "message_key": "QH", "purpose": "C", "user": "ANN"}
    rows = look_ups(60, reason="***", **unit)
    rows[0] |= {"reason": "ccw applicant"}
    permits = pl.DataFrame({"subject": [f"license:{row['license']}" for row in rows[:12]]}).with_columns(
        kind=pl.lit("ccw"), agency=pl.lit("NPD"), applied=pl.lit(date(2024, 2, 20))
    )
    assert found(Bench.of(pl.DataFrame(rows), Context({"permits": permits})), "wrong_program") == []
    told = [row | {"reason": "ccw applicant"} for row in rows[:12]] + rows[12:]
    assert len(found(Bench.of(pl.DataFrame(told), Context({"permits": permits})), "wrong_program")) == 1


def test_applicants_whom_reasons_call_so_do_not_drown_among_chance_meetings() -> None:
    unit = {"agency": "NPD", "unit": "DISPATCH", "message_key": "QH", "purpose": "C"}
    rows = [
        {"time": START.format(1 + k // 20, k % 20), "license": f"D{u}{k:05d}", "user": f"U{u}", **unit}
        | {"reason": "tenant screening" if u == 0 and k < 12 else "traffic stop"}
        for u in range(12)
        for k in range(200)
    ]
    pending = [f"license:{row['license']}" for k, row in enumerate(rows) if k % 10 == 0]
    permits = pl.DataFrame({"subject": pending}).with_columns(
        kind=pl.lit("housing"), agency=pl.lit("NPD"), applied=pl.lit(date(2024, 2, 20))
    )
    bench = Bench.of(pl.DataFrame(rows), Context({"permits": permits}))
    signals = bench.run(BY_NAME["applicants"])
    assert signals.p.min() < 0.001
    at = int(signals.p.argmin())
    assert (signals.measures["subjects"][at], signals.measures["said"][at]) == (12, ", as the reasons say")


def test_a_task_forces_paper_without_its_number_is_still_a_task_forces() -> None:
    row = {"agency": "NPD", "message_key": "DQ", "on_behalf_of": "F77", "user": "ANN"}
    table = {"agencies": agencies(("X1", "federal", "HSI"), ("NPD", "local", None))}
    agent = look_ups(1, user="F77", agency="X1", message_key="QH", reason="booking")
    rows = look_ups(4, case_number="24-1001", **row)
    rows[0] |= {"case_number": None}
    assert found(Bench.of(pl.DataFrame(rows + agent), Context(table)), "immigration_proxy") == []
    rows[1] |= {"case_number": None}
    assert found(Bench.of(pl.DataFrame(rows + agent), Context(table)), "immigration_proxy") == ["ANN"]


@pytest.mark.parametrize("common", [0.0, 0.7, 1.0])
def test_one_p_value_of_two_that_depend_on_each_other(common: float) -> None:
    rng = np.random.default_rng(3)
    shared, own = rng.normal(size=200_000), rng.normal(size=(2, 200_000))
    first, second = (norm.sf(np.sqrt(common) * shared + np.sqrt(1 - common) * one) for one in own)
    both = together([first, second])
    assert (both >= np.minimum(first, second) * (1 - 1e-12)).all()
    assert (both <= 2 * np.minimum(first, second)).all()
    for alpha in (0.01, 0.001):
        assert (both <= alpha).sum() <= binom.isf(1e-3, len(both), 1.1 * alpha)


def asked(user: str, unit: str, agency: str, plain: int, history: int) -> list[dict[str, str | None]]:
    """Look-ups under a traffic reason, some of them for a criminal history."""
    row = {"user": user, "unit": unit, "agency": agency, "reason": "traffic stop"}
    return look_ups(plain, message_key="DQ", **row) + look_ups(history, message_key="QH", **row)


def test_a_user_is_beside_the_own_unit_and_its_sisters() -> None:
    # The large unit's officers ask for histories in one of three stops, those of the small ones never.
    large = [asked(f"L{k}", "PATROL", "BIG", 20, 10) for k in range(12)]
    small = [asked(f"S{k}", "PATROL", f"TOWN{k}", 60, 0) for k in range(12)]
    odd = asked("ODD", "PATROL", "TOWN0", 45, 15)
    bench = Bench.of(pl.DataFrame([row for part in [*large, *small, odd] for row in part]))
    signals = bench.run(BY_NAME["reason_mismatch"])
    told = bench.groups(BY_NAME["reason_mismatch"]).labels().gather(signals.actor).to_list()
    assert "ODD" in told
    assert not [user for user in told if user.startswith("L")]
    at = told.index("ODD")
    assert signals.p[at] < 1e-4
    assert (signals.measures["peers"][at], signals.measures["usual"][at]) == ("all units named PATROL", 0.0)
