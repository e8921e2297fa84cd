"""Peers from behaviour: who does the same work, where neither the log nor the roster names units."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from anomaly.coding import Grouping, Groups
from anomaly.context import Context
from anomaly.detectors import behaviour
from anomaly.detectors.behaviour import LIKE, kinds_of_work, told
from anomaly.detectors.peers import WHOLE, Peering, peering
from anomaly.detectors.volume import volume
from tests.coding.logs import coded
from tests.detectors.bench import Bench

ROOT = Path(__file__).parents[2]
PATROL = {"RQ": 0.5, "DQ": 0.35, "QW": 0.1, "QH": 0.05}
DETECTIVE = {"RQ": 0.1, "DQ": 0.2, "QW": 0.25, "QH": 0.45}
DAYS, A_DAY = 40, 8


def rows(
    user: str, work: dict[str, float], seed: int, *, days: int = DAYS, agency: str = "NPD", **more: Any
) -> pl.DataFrame:
    """A user's days at work: look-ups by message key, by day unless `hour` says otherwise."""
    random = np.random.default_rng(seed)
    count, hour = days * A_DAY, more.pop("hour", 9)
    day = np.repeat(np.arange(days), A_DAY)
    minute = np.tile(np.arange(A_DAY) * 37, days) + random.integers(0, 20, count)
    time = np.datetime64("2024-01-08T00:00") + (day * 1440 + hour * 60 + minute).astype("timedelta64[m]")
    keys = random.choice(list(work), count, p=list(work.values()))
    frame = pl.DataFrame({"time": time.astype("datetime64[ms]"), "message_key": keys})
    plate = pl.Series(random.integers(0, 5_000, count)).cast(pl.String)
    return frame.select(
        time=pl.col("time").dt.to_string("%Y-%m-%dT%H:%M:%S"),
        user=pl.lit(user),
        agency=pl.lit(agency),
        message_key="message_key",
        plate=pl.when(pl.col("message_key") == "RQ").then(pl.concat_str(pl.lit("7P"), plate)),
        license=pl.when(pl.col("message_key") != "RQ").then(pl.concat_str(pl.lit("D"), plate)),
        **{name: pl.lit(value) for name, value in more.items()},
    )


def station(patrol: int = 20, detectives: int = 20, agency: str = "NPD", **more: Any) -> list[pl.DataFrame]:
    return [
        rows(f"{agency}-{name}{n:02}", work, 1000 * len(agency) + 100 * len(name) + n, agency=agency, **more)
        for name, work, count in (("PATROL", PATROL, patrol), ("DET", DETECTIVE, detectives))
        for n in range(count)
    ]


def users_of(parts: list[pl.DataFrame]) -> Groups:
    log = coded(pl.concat(parts, how="diagonal"), "America/Los_Angeles")
    return Groups(
        Grouping("user", log), frozenset({"agency", "unit"}), (), lambda names, actions: np.zeros(0, bool)
    )


def kinds(parts: list[pl.DataFrame]) -> dict[str, str]:
    users = users_of(parts)
    kind = told(users)
    return {} if kind is None else dict(zip(users.labels(), kind, strict=True))


def peers_of(users: Groups, peers: Peering) -> dict[str, str]:
    return {user: peers.names[code] for user, code in zip(users.labels(), peers.code.tolist(), strict=True)}


def test_two_kinds_of_work_are_told_apart_and_named() -> None:
    found = kinds(station())
    assert len(set(found.values())) == 2
    for user, kind in found.items():
        mostly = "vehicle RQ" if "PATROL" in user else "criminal history QH"
        assert kind == f"{LIKE} (mostly {mostly})", user


def test_one_kind_of_work_is_not_parted() -> None:
    assert kinds(station(40, 0)) == {}


def test_habits_that_differ_by_degree_are_not_parted() -> None:
    """From wholly one kind of work to wholly another, in even steps: nobody can say where one ends."""
    parts = [
        rows(
            f"U{n:02}",
            {key: (1 - n / 39) * PATROL[key] + n / 39 * DETECTIVE[key] for key in PATROL},
            n,
            days=20,
        )
        for n in range(40)
    ]
    sides = kinds(parts)
    assert len(set(sides.values())) <= 2  # at most once, in the middle; never into slices
    flips = [sides.get(f"U{n:02}") != sides.get(f"U{n + 1:02}") for n in range(39)]
    assert sum(flips) <= 8


@pytest.mark.parametrize(("patrol", "detectives"), [(15, 0), (4, 4), (20, 5)])
def test_too_few_of_a_kind_are_no_kind(patrol: int, detectives: int) -> None:
    assert kinds(station(patrol, detectives)) == {}


def test_a_handful_like_nobody_are_put_with_the_nearest() -> None:
    clerks = [rows(f"NPD-CLERK{n}", {"KQ": 0.7, "QH": 0.3}, n) for n in range(3)]
    found = kinds(station() + clerks)
    assert len(set(found.values())) == 2
    assert {found[f"NPD-CLERK{n}"] for n in range(3)} == {found["NPD-DET00"]}


def test_the_order_of_rows_and_the_names_of_users_do_not_matter() -> None:
    parts = station()
    found = kinds(parts)
    mixed = pl.concat(parts).sample(fraction=1, shuffle=True, seed=3)
    assert kinds([mixed]) == found
    turned = mixed.with_columns(pl.col("user").str.reverse())
    assert {user[::-1]: kind for user, kind in kinds([turned]).items()} == found


def test_a_harvest_does_not_choose_its_peers() -> None:
    """3,000 criminal histories in one night by one of patrol: he stays with patrol, where that stands out."""
    night = rows("NPD-PATROL00", {"QH": 1.0}, 7, days=1, hour=2)
    many = pl.concat([night] * 375).with_row_index("n")
    harvest = many.with_columns(
        license=pl.concat_str(pl.lit("D9"), pl.col("n").cast(pl.String)),
        time=(pl.datetime(2024, 1, 20, 2) + pl.duration(seconds=pl.col("n") * 5)).dt.to_string(
            "%Y-%m-%dT%H:%M:%S"
        ),
    ).drop("n")
    assert kinds([*station(), harvest]) == kinds(station())


def test_hours_do_not_choose_peers() -> None:
    night = [rows(f"NPD-NIGHT{n}", PATROL, 50 + n, hour=20) for n in range(3)]
    found = kinds(station() + night)
    assert {found[f"NPD-NIGHT{n}"] for n in range(3)} == {found["NPD-PATROL00"]}
    assert (
        kinds(station(20, 0) + [rows(f"NPD-NIGHT{n:02}", PATROL, 50 + n, hour=20) for n in range(20)]) == {}
    )


def test_curiosity_on_every_third_day_does_not_change_sides() -> None:
    own = rows("NPD-PATROL00", {"QH": 1.0}, 8, days=DAYS, hour=15).gather_every(A_DAY * 3)
    found = kinds([*station(), own])
    assert found["NPD-PATROL00"] == found["NPD-PATROL01"] != found["NPD-DET00"]


def test_without_keys_the_kinds_of_subject_tell() -> None:
    found = kinds([part.drop("message_key") for part in station()])
    assert found["NPD-PATROL00"] == f"{LIKE} (mostly driver's licences, more plates than others)"
    assert found["NPD-DET00"] == f"{LIKE} (mostly driver's licences)"
    assert len(set(found.values())) == 2


def test_a_log_that_says_nothing_of_what_is_asked_has_no_kinds() -> None:
    assert kinds([part.select("time", "user", "agency") for part in station()]) == {}


def test_a_log_whose_users_are_redacted_has_no_kinds() -> None:
    assert kinds([part.with_columns(user=pl.lit("***")) for part in station(2, 2)]) == {}


def test_users_without_a_key_belong_to_no_kind() -> None:
    blank = rows("NPD-BLANK", PATROL, 60).with_columns(message_key=pl.lit(None, pl.String))
    found = kinds([*station(), blank])
    assert found["NPD-BLANK"] is None
    assert found["NPD-DET00"] is not None


def test_peers_are_of_the_agency_where_it_is_large_and_of_all_where_it_is_small() -> None:
    users = users_of(station() + station(3, 3, agency="OUTPOST"))
    peers = peering(users, Context())
    of = peers_of(users, peers)
    assert of["NPD-DET00"] == f"NPD · {LIKE} (mostly criminal history QH)"
    assert of["NPD-PATROL00"] == f"NPD · {LIKE} (mostly vehicle RQ)"
    assert of["OUTPOST-DET00"] == f"all agencies · {LIKE} (mostly criminal history QH)"
    assert peers.same_work.all()
    assert peers.left_out is None
    kin = dict(zip(users.labels(), peers.kin.tolist(), strict=True))
    assert kin["NPD-DET00"] == kin["OUTPOST-DET00"] != kin["NPD-PATROL00"]


def test_where_there_is_one_kind_peers_are_the_agency_or_all_as_before() -> None:
    users = users_of(station(20, 0) + station(3, 0, agency="OUTPOST"))
    peers = peering(users, Context())
    assert set(peers_of(users, peers).values()) == {"NPD", WHOLE}
    assert peers.same_work.all()


def test_among_their_like_a_busy_patrol_stands_out_and_busy_detectives_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Detectives ask three times as often as patrol; one of patrol asks as often as they do."""
    quiet = station(20, 0)
    busy = [pl.concat([part] * 3) for part in station(0, 20)]
    busy.append(pl.concat([quiet.pop(0)] * 3))
    bench = Bench.of(apart(pl.concat(quiet + busy)))

    def found() -> list[str]:
        signals = bench.run(volume)
        return bench.log.texts["user"].gather(signals.actor[signals.p < 0.001]).to_list()

    assert found() == ["NPD-PATROL00"]
    monkeypatch.setattr("anomaly.detectors.peers.kinds_of_work", lambda users: None)
    assert found() == []


def apart(log: pl.DataFrame) -> pl.DataFrame:
    """Make each repeat of a row a look-up of its own: of somebody else, and half an hour later."""
    nth = pl.int_range(pl.len()).over("time", "user", "message_key")
    later = (pl.col("time").str.to_datetime() + pl.duration(minutes=30 * nth)).dt.strftime(
        "%Y-%m-%dT%H:%M:%S"
    )
    other = [pl.concat_str(name, nth.cast(pl.String)) for name in ("plate", "license")]
    return log.with_columns(*other, time=later).sort("time", maintain_order=True)


def test_units_of_the_log_or_of_the_roster_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(users: Groups) -> None:
        raise AssertionError

    monkeypatch.setattr("anomaly.detectors.peers.kinds_of_work", never)
    named = users_of([part.with_columns(unit=pl.lit("A")) for part in station()])
    assert set(peers_of(named, peering(named, Context())).values()) == {"NPD · A"}
    bare = users_of(station())
    roster = pl.DataFrame({"user": bare.labels(), "agency": "NPD", "unit": "B", "role": None})
    listed = peering(bare, Context({"users": roster.with_columns(pl.col("role").cast(pl.String))}))
    assert set(peers_of(bare, listed).values()) == {"NPD · B"}


def test_a_log_is_told_once_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Groups] = []
    monkeypatch.setattr(behaviour, "told", lambda users: asked.append(users))
    one, other = users_of(station(2, 0)), users_of(station(2, 0))
    for users in (one, one, other, other, one):
        assert kinds_of_work(users) is None
    assert [users is one for users in asked] == [True, False, True]


def test_scikit_learn_is_not_imported_before_it_is_needed() -> None:
    program = "import sys, anomaly.scan; assert 'sklearn' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
