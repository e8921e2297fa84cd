"""An entry is about a scenario by users and rows, and brings one scenario at most."""

from __future__ import annotations

import random

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from anomaly.evaluate.listing import Listing
from anomaly.evaluate.matching import MATCHES, brought, match
from anomaly.evaluate.truth import Truth
from tests.evaluate.worlds import Entry, Scenario, listing, pairs, told, truth

ROWS = st.sets(st.integers(1, 12), max_size=8)
USERS = st.sets(st.sampled_from("ab"), max_size=2)
KINDS = st.sampled_from(["person", "unit", "agency", "subject"])
OF_WHOM = st.none() | st.dictionaries(st.integers(1, 12), st.sampled_from(["a", "b", None]))
ENTRY = st.builds(Entry, ROWS, USERS, KINDS, USERS, USERS)
SCENARIO = st.builds(
    Scenario, ROWS, USERS, st.booleans(), st.just("p"), st.sampled_from(["", "a", "b"]), USERS
)


def naive(found: Listing, known: Truth) -> list[tuple[int, str, int, bool, bool]]:
    """The rule of the contract, read aloud."""
    out = []
    read: set[tuple[str, int]] = set()
    for entry in found.entries.iter_rows(named=True):
        mine = found.evidence.filter(rank=entry["rank"])
        rows = set(mine.select("source", "row").rows())
        users = set(entry["users"])
        if "user" in mine.columns and mine["user"].count():
            users &= set(mine["user"].drop_nulls())
        if not rows and entry["kind"] == "agency":
            rows = {(agency, 0) for agency in entry["agencies"]}
        fresh = len(rows - read) >= len(rows) / 2
        read |= rows
        for scenario in known.scenarios.iter_rows(named=True):
            its = {(s, r) for s, r, name in known.events.rows() if name == scenario["scenario_id"]}
            if not its and not scenario["users"]:
                its = {(agency, 0) for agency in scenario["agencies"]}
            common = len(rows & its)
            half = bool(common) and (common >= len(rows) / 2 or common >= len(its) / 2)
            shares = bool(users & set(scenario["users"]))
            if entry["kind"] in ("unit", "agency"):
                shares = shares or bool(set(entry["agencies"]) & set(scenario["agencies"]))
            if entry["kind"] == "subject":
                shares = shares or bool(set(entry["subjects"]) & set(scenario["subjects"]))
            if half and shares:
                out.append((entry["rank"], scenario["scenario_id"], common, common >= len(rows) / 2, fresh))
    return out


def best(found: Listing, known: Truth, k: int) -> int:
    """How many misuse scenarios k entries can bring, one each, of those that show enough that is new."""
    misuse = {name: n for n, name in enumerate(known.misuse["scenario_id"])}
    graph = np.zeros((k, len(misuse)), np.int8)
    for rank, name, _, _, fresh in naive(found, known):
        if rank <= k and fresh and name in misuse:
            graph[rank - 1, misuse[name]] = 1
    return int((maximum_bipartite_matching(csr_array(graph), perm_type="column") >= 0).sum())


@settings(deadline=None, max_examples=150)
@given(st.lists(ENTRY, max_size=5), st.lists(SCENARIO, max_size=5), OF_WHOM)
def test_matches_as_the_naive_twin_does(
    entries: list[Entry], scenarios: list[Scenario], of_whom: dict[int, str | None] | None
) -> None:
    found = listing(*entries) if of_whom is None else told(listing(*entries), of_whom)
    known = truth(**{f"S{k}": one for k, one in enumerate(scenarios)})
    matches = match(found, known)
    assert matches.schema == MATCHES
    assert matches.drop("misuse").rows() == naive(found, known)


@settings(deadline=None, max_examples=150)
@given(st.lists(ENTRY, max_size=6), st.lists(SCENARIO, max_size=6))
def test_every_prefix_brings_what_the_naive_twin_can(entries: list[Entry], scenarios: list[Scenario]) -> None:
    found = listing(*entries)
    known = truth(**{f"S{k}": one for k, one in enumerate(scenarios)})
    new = brought(match(found, known))
    for k in range(1, len(entries) + 1):
        assert sum(rank <= k for rank in new) == best(found, known, k)


@settings(deadline=None, max_examples=150)
@given(st.lists(ENTRY, min_size=1, max_size=5), st.lists(SCENARIO, max_size=5), st.data())
def test_what_has_been_read_brings_nothing(
    entries: list[Entry], scenarios: list[Scenario], data: st.DataObject
) -> None:
    """Copies below, and whatever else is put together of rows that stand above, gain nothing."""
    known = truth(**{f"S{k}": one for k, one in enumerate(scenarios)})
    read = sorted({row for entry in entries for row in entry.rows})
    again = data.draw(st.lists(st.sampled_from(entries), max_size=4))
    if read:
        anew = st.builds(Entry, st.sets(st.sampled_from(read), min_size=1), USERS, KINDS, USERS, USERS)
        again += data.draw(st.lists(anew, max_size=4))
    assert brought(match(listing(*entries, *again), known)) == brought(match(listing(*entries), known))


def test_half_of_an_entry_must_be_new_and_not_one_row_less() -> None:
    known = truth(A=Scenario([1, 2, 3, 4]), B=Scenario([5, 6, 7]))
    assert brought(match(listing(Entry([1, 2, 3, 4]), Entry([3, 4, 5, 6])), known)) == {1: "A", 2: "B"}
    assert brought(match(listing(Entry([1, 2, 3, 4]), Entry([2, 3, 4, 5, 6])), known)) == {1: "A"}
    assert brought(match(listing(Entry([5, 6, 8], ["ben"]), Entry([5, 6, 7])), known)) == {}


def test_the_records_of_an_agency_are_matched_by_an_entry_without_rows_that_names_it() -> None:
    known = truth(M=Scenario([], [], agency="NORTH PD", pattern="missing_filing"), S=Scenario([1, 2]))

    def of(*entries: Entry) -> dict[int, str]:
        return brought(match(listing(*entries), known))

    assert of(Entry([], [], "agency", ["NORTH PD"])) == {1: "M"}
    assert of(Entry([], [], "agency", ["SOUTH PD"])) == {}
    assert of(Entry([], [], "unit", ["NORTH PD"])) == {}
    assert of(Entry([3], [], "agency", ["NORTH PD"])) == {}
    assert of(Entry([1, 2], agencies=["NORTH PD"]), Entry([], [], "agency", ["NORTH PD"])) == {1: "S", 2: "M"}


def test_naming_all_agencies_at_once_finds_one_of_them() -> None:
    names = [f"PD {k}" for k in range(9)]
    known = truth(**{f"M{k}": Scenario([], [], agency=names[k]) for k in range(3)})
    everybody = Entry([], [], "agency", names)
    matches = match(listing(everybody, everybody, everybody), known)
    assert brought(matches) == {1: "M0"}
    assert not matches["focused"].any()


def test_misuse_by_a_user_without_a_row_is_found_by_nobody() -> None:
    known = truth(M=Scenario([], ["ann"], agency="NORTH PD"))
    found = listing(Entry([], ["ann"]), Entry([], ["ann"], "agency", ["NORTH PD"]))
    assert pairs(match(found, known)) == []


def test_a_user_who_has_no_row_in_the_entry_is_not_shared() -> None:
    known = truth(S=Scenario([1, 2], ["ann", "ben"]))
    found = listing(Entry([1, 2], ["ben"]))
    assert pairs(match(found, known)) == [(1, "S")]
    assert pairs(match(told(found, {1: "ann", 2: "ann"}), known)) == []
    assert pairs(match(told(found, {1: "ann", 2: "ben"}), known)) == [(1, "S")]
    assert pairs(match(told(found, {1: None, 2: None}), known)) == [(1, "S")]


def test_half_of_the_entry_or_half_of_the_scenario_and_not_one_row_less() -> None:
    known = truth(S=Scenario(range(1, 11)))
    assert pairs(match(listing(Entry([1, 2, 101, 102])), known)) == [(1, "S")]
    assert pairs(match(listing(Entry([1, 2, 101, 102, 103])), known)) == []
    assert pairs(match(listing(Entry([*range(1, 6), *range(101, 200)])), known)) == [(1, "S")]
    assert pairs(match(listing(Entry([*range(1, 5), *range(101, 200)])), known)) == []


def test_rows_of_another_file_are_other_rows() -> None:
    found = listing(Entry([1, 2]))
    elsewhere = Listing("x", found.entries, found.evidence.with_columns(source=pl.lit("other.csv")))
    assert pairs(match(elsewhere, truth(S=Scenario([1, 2])))) == []


def test_the_same_rows_of_somebody_else_do_not_match() -> None:
    known = truth(S=Scenario([1, 2], ["ben"], agency="NORTH PD", subjects=["s_1"]))
    assert pairs(match(listing(Entry([1, 2], ["ann"], "person", ["NORTH PD"], ["s_1"])), known)) == []
    assert pairs(match(listing(Entry([1, 2], [], "agency", ["NORTH PD"])), known)) == [(1, "S")]
    assert pairs(match(listing(Entry([1, 2], [], "subject", ["NORTH PD"])), known)) == []
    assert pairs(match(listing(Entry([1, 2], [], "subject", [], ["s_1"])), known)) == [(1, "S")]


def test_a_row_listed_twice_counts_once() -> None:
    found = listing(Entry([1, 101, 102]))
    again = Listing("x", found.entries, pl.concat([found.evidence, found.evidence.head(1)]))
    assert pairs(match(again, truth(S=Scenario(range(1, 9))))) == []


def test_one_entry_of_everything_brings_one_scenario() -> None:
    known = truth(**{f"S{k}": Scenario([10 * k, 10 * k + 1]) for k in range(5)})
    matches = match(listing(Entry(range(100))), known)
    assert len(matches) == 5
    assert len(brought(matches)) == 1


def test_the_second_of_two_on_the_same_misuse_brings_nothing() -> None:
    known = truth(A=Scenario([1, 2, 3]), B=Scenario([4, 5, 6]))
    found = listing(Entry([1, 2, 3]), Entry([1, 2]), Entry([4, 5]))
    assert brought(match(found, known)) == {1: "A", 3: "B"}


def test_an_entry_on_two_things_makes_room_for_one_on_the_first_of_them() -> None:
    known = truth(A=Scenario([1, 2, 3, 6, 7]), B=Scenario([4, 5]))
    found = listing(Entry([1, 2, 3, 4, 5]), Entry([1, 2, 6, 7]))
    assert brought(match(found, known)) == {1: "A", 2: "B"}


def test_a_hard_negative_is_never_brought() -> None:
    matches = match(listing(Entry([1, 2])), truth(N=Scenario([1, 2], misuse=False)))
    assert pairs(matches) == [(1, "N")]
    assert brought(matches) == {}


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sets(st.integers(0, 6), max_size=7), max_size=9))
def test_every_prefix_brings_as_much_as_scipy_can_match(wanted: list[set[int]]) -> None:
    claims = [(k, s) for k, mine in enumerate(wanted, start=1) for s in mine]
    new = brought(_claimed(claims))
    for k in range(1, len(wanted) + 1):
        graph = np.zeros((k, 7), np.int8)
        for rank, s in claims:
            if rank <= k:
                graph[rank - 1, s] = 1
        best = maximum_bipartite_matching(csr_array(graph), perm_type="column")
        assert sum(rank <= k for rank in new) == int((best >= 0).sum())
    assert len(set(new.values())) == len(new)


def test_the_order_of_the_matches_does_not_matter() -> None:
    claims = [(k, s) for k in range(1, 9) for s in range(7) if (k * s) % 3 == 1]
    shuffled = claims.copy()
    random.Random(7).shuffle(shuffled)
    assert brought(_claimed(shuffled)) == brought(_claimed(claims))


def _claimed(claims: list[tuple[int, int]]) -> pl.DataFrame:
    rows = [(rank, f"S{s}", True, 1, True, True) for rank, s in claims]
    return pl.DataFrame(rows, schema=MATCHES, orient="row")
