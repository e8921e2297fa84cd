"""Figures worked out by hand, and what might flatter but must not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from anomaly.calibrate.intervals import of_count, of_share, over_worlds
from anomaly.evaluate.card import Card, compare, over_seeds, score
from anomaly.evaluate.measures import budgets
from tests.evaluate.worlds import Entry, Scenario, listing, stalkers, truth


def at(card: Card, budget: str) -> dict[str, float]:
    return card.budgets.row(by_predicate=pl.col("budget") == budget, named=True)


def test_budgets_follow_the_number_of_scenarios() -> None:
    assert budgets(4) == {"T": 4, "2T": 8, "5T": 20, "10": 10, "25": 25, "50": 50, "100": 100}
    assert list(budgets(0)) == ["10", "25", "50", "100"]


def test_recall_precision_and_average_precision_by_hand() -> None:
    card = score(*stalkers(4, at=[1, 3, 6], size=12))
    assert card.average_precision == pytest.approx((1 + 2 / 3 + 3 / 6) / 4)
    assert (at(card, "T")["found"], at(card, "T")["recall"], at(card, "T")["precision"]) == (2, 0.5, 0.5)
    assert (at(card, "2T")["recall"], at(card, "2T")["precision"]) == (0.75, 3 / 8)
    assert (at(card, "5T")["listed"], at(card, "5T")["precision"]) == (12, 0.25)
    assert at(card, "10")["precision_low"] == pytest.approx(0.0667, abs=1e-4)  # 3 of 10, Clopper-Pearson
    assert at(card, "10")["precision_high"] == pytest.approx(0.6525, abs=1e-4)


def test_ending_early_buys_no_recall_and_no_average_precision() -> None:
    short, whole = score(*stalkers(4, at=[1], size=1)), score(*stalkers(4, at=[1], size=90))
    assert short.average_precision == whole.average_precision == 0.25
    assert at(short, "T")["recall"] == 0.25
    assert at(short, "T")["precision"] == 1


def test_an_empty_list_has_no_precision_and_no_false_discovery_rate() -> None:
    card = score(*stalkers(3, at=[], size=0))
    assert (card.average_precision, at(card, "T")["recall"], at(card, "T")["precision"]) == (0, 0, None)
    assert card.discoveries["rate"].to_list() == [None, None, None]


def test_a_world_without_misuse_has_no_recall() -> None:
    card = score(listing(Entry([1])), truth(N=Scenario([1], misuse=False)))
    assert card.average_precision is None
    assert card.budgets["recall"].null_count() == 4
    assert at(card, "10")["precision"] == 0
    assert card.patterns.is_empty()


def test_a_duplicate_costs_precision_and_is_no_false_discovery() -> None:
    known = truth(A=Scenario([1, 2]), B=Scenario([3, 4]))
    card = score(listing(Entry([1, 2]), Entry([1]), Entry([3, 4])), known)
    assert card.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert (at(card, "10")["precision"], at(card, "10")["duplicates"]) == (2 / 3, 1)
    assert card.discoveries.row(0, named=True)["rate"] == 0


def test_a_list_of_everything_over_and_over_is_exposed() -> None:
    known = truth(**{f"S{k}": Scenario([10 * k, 10 * k + 1]) for k in range(60)})
    card = score(listing(*[Entry(range(1000))] * 60), known)
    assert card.average_precision == pytest.approx(1 / 60)
    assert card.focused_precision == 0
    assert (at(card, "T")["found"], at(card, "T")["duplicates"], at(card, "T")["rows"]) == (1, 59, 60_000)
    whole = card.discoveries.row(0, named=True)
    assert (whole["false"], whole["unfocused"]) == (59, 1)


def test_a_log_cut_into_pieces_still_scores_and_three_figures_show_it() -> None:
    """The rule of the contract lets whole users pass: 60 pieces of 10 users each, 60 of them misusing."""
    rng = np.random.default_rng(5)
    users = rng.permutation(600)
    log = {int(user): range(100 * user, 100 * user + 100) for user in users}
    known = truth(**{f"S{k:02d}": Scenario(log[k][:5], [f"u{k}"]) for k in range(60)})
    pieces = [
        Entry([row for user in piece for row in log[int(user)]], [f"u{user}" for user in piece])
        for piece in users.reshape(60, 10)
    ]
    card = score(listing(*pieces), known)
    assert card.average_precision is not None
    assert 0.3 < card.average_precision < 0.7
    assert card.focused_precision == 0
    whole = card.discoveries.row(0, named=True)
    assert whole["unfocused"] == whole["entries"] - whole["false"] == at(card, "T")["found"]
    assert at(card, "T")["rows"] == 60_000


def test_one_row_of_each_scenario_matches_and_shows_little() -> None:
    known = truth(A=Scenario(range(10, 20)), B=Scenario(range(20, 24)))
    card = score(listing(Entry([10]), Entry([20])), known)
    assert at(card, "T")["recall"] == 1
    assert at(card, "T")["seen"] == pytest.approx((1 / 10 + 1 / 4) / 2)
    assert card.focused_precision == 1


def test_seen_counts_each_row_once_whoever_shows_it_and_grows_with_the_budget() -> None:
    known = truth(
        A=Scenario([1, 2]),
        B=Scenario([2, 3, 4]),
        M=Scenario([], [], agency="PD"),
        N=Scenario([9], misuse=False),
    )
    found = listing(
        Entry([2], ["zoe"]), Entry([2, 9]), Entry([5]), Entry([], [], "agency", ["PD"]), Entry([1, 3])
    )
    card = score(found, known)
    assert at(card, "T")["seen"] == pytest.approx((1 / 2 + 1 / 3) / 3)
    assert at(card, "2T")["seen"] == pytest.approx((1 + 2 / 3 + 1) / 3)
    assert score(found, truth(N=Scenario([9], misuse=False))).budgets["seen"].null_count() == 4


def test_a_duplicate_about_other_things_is_a_false_discovery() -> None:
    known = truth(A=Scenario([1, 2, 3, 4]))
    card = score(listing(Entry([1, 2, 3, 4]), Entry([1, 2, 11, 12]), Entry([1, 2, 3, *range(11, 20)])), known)
    assert at(card, "10")["duplicates"] == 2
    assert card.discoveries.row(0, named=True)["false"] == 1


def test_evasions_are_shown_apart_from_the_other_forms() -> None:
    known = truth(
        A=Scenario([1], form="plain"),
        B=Scenario([2], form="months"),
        C=Scenario([3], form="evasive spread"),
        D=Scenario([4]),
        N=Scenario([9], misuse=False, form="plain"),
    )
    card = score(listing(Entry([1]), Entry([9]), Entry([8]), Entry([7]), Entry([3])), known)
    of_t = card.forms.filter(budget="T")
    assert of_t.select("form", "found", "scenarios").rows() == [("not evading", 1, 2), ("evading", 0, 1)]
    assert card.forms.filter(budget="2T")["found"].to_list() == [1, 1]
    tidy = card.tidy().filter(pl.col("measure") == "recall, evading", pl.col("budget") == "2T")
    assert tidy.select("value", "part", "whole").rows() == [(1, 1, 1)]
    assert score(*stalkers(4, at=[1], size=4)).forms.is_empty()


def test_misuse_that_stands_only_in_the_entry_of_another_is_not_found_but_said() -> None:
    card = score(listing(Entry(range(10))), truth(A=Scenario([1, 2, 3]), B=Scenario([4, 5])))
    assert (at(card, "T")["found"], card.shared) == (1, 1)
    one = card.scenarios.row(1, named=True)
    assert (one["scenario_id"], one["first_rank"], one["found_at"]) == ("B", 1, None)


def test_hard_negatives_are_named_with_their_best_rank_and_are_false_discoveries() -> None:
    known = truth(A=Scenario([1, 2]), N=Scenario([5, 6], misuse=False), M=Scenario([7, 8], misuse=False))
    found = listing(
        Entry([99], q_value=0.04), Entry([5], q_value=0.01), Entry([1, 2], q_value=0.02), Entry([5, 6])
    )
    card = score(found, known, promised_fdr=0.1)
    ranks = {one["scenario_id"]: one["first_rank"] for one in card.scenarios.to_dicts()}
    assert ranks == {"A": 3, "M": None, "N": 2}
    told = {one["entries_of"]: (one["false"], one["entries"]) for one in card.discoveries.to_dicts()}
    assert told == {"all": (3, 4), "statistical": (2, 3), "rule": (1, 1)}
    assert (at(card, "10")["hard_negatives"], at(card, "10")["nothing"]) == (2, 1)


def test_patterns_are_looked_for_in_the_whole_list() -> None:
    known = truth(
        A=Scenario([1], pattern="stalking"),
        B=Scenario([2], pattern="stalking"),
        C=Scenario([3], pattern="selling"),
    )
    card = score(listing(Entry([1]), *[Entry([50 + k]) for k in range(4)], Entry([3])), known)
    told = {
        (one["pattern"], one["budget"]): (one["found"], one["scenarios"]) for one in card.patterns.to_dicts()
    }
    assert told["stalking", "T"] == (1, 2)
    assert told["selling", "T"] == (0, 1)
    assert told["selling", "2T"] == (1, 1)
    assert dict(card.patterns.select("pattern", "best_rank").iter_rows()) == {"stalking": 1, "selling": 6}


def test_average_precision_of_patterns_adds_up_to_that_of_the_list() -> None:
    known = truth(
        A=Scenario([1], pattern="stalking"),
        B=Scenario([2], pattern="stalking"),
        C=Scenario([3], pattern="selling"),
    )
    card = score(listing(Entry([1]), Entry([50]), Entry([3])), known)
    of_each = dict(card.patterns.select("pattern", "average_precision").iter_rows())
    assert of_each == {"stalking": 1 / 2, "selling": 2 / 3}
    assert card.average_precision == pytest.approx((2 * of_each["stalking"] + of_each["selling"]) / 3)
    tidy = card.tidy().filter(measure="average precision", pattern="selling")
    assert tidy.select("value", "whole").rows() == [(2 / 3, 1)]
    assert over_seeds([card, card]).filter(measure="average precision", pattern="selling").height == 1


def test_a_scenario_without_a_row_counts_as_missed() -> None:
    card = score(listing(Entry([1])), truth(A=Scenario([1]), B=Scenario([])))
    assert at(card, "T")["recall"] == 0.5


def test_a_perfect_list_scores_all_filings_included() -> None:
    known = truth(A=Scenario([1]), M=Scenario([], [], agency="NORTH PD"))
    card = score(listing(Entry([1]), Entry([], [], "agency", ["NORTH PD"])), known)
    assert (card.average_precision, card.focused_precision) == (1, 1)
    assert (at(card, "T")["recall"], at(card, "T")["seen"], at(card, "T")["rows"]) == (1, 1, 1)


def test_cards_beside_each_other_come_best_first() -> None:
    good, poor = stalkers(4, at=[1, 2], size=5), stalkers(4, at=[5], size=5)
    ours = score(poor[0], poor[1])
    rival = score(good[0].__class__("rival", good[0].entries, good[0].evidence), good[1])
    table = compare([ours, rival])
    assert table["detector"].unique(maintain_order=True).to_list() == ["rival", "a list"]
    assert table.filter(budget="T")["found"].to_list() == [2, 0]


def test_every_figure_is_in_the_tidy_frame_with_its_counts() -> None:
    tidy = score(*stalkers(4, at=[1, 3], size=4)).tidy()
    recall = tidy.filter(pl.col("measure") == "recall", pl.col("budget") == "T", pl.col("pattern").is_null())
    assert recall.select("value", "part", "whole").rows() == [(0.5, 2, 4)]
    assert tidy.filter(pl.col("pattern") == "stalking")["whole"].unique().to_list() == [4]


def test_several_worlds_give_a_mean_and_a_spread() -> None:
    cards = [score(*stalkers(4, at=ranks, size=4)) for ranks in ([1], [1, 2], [1, 2, 3])]
    told = over_seeds(cards)
    recall = told.filter(pl.col("measure") == "recall", pl.col("budget") == "T")
    whole, pattern = (
        recall.filter(pl.col("pattern").is_null() == q).row(0, named=True) for q in (True, False)
    )
    assert (whole["value"], whole["worlds"], whole["part"], whole["whole"]) == (0.5, 3, 6, 12)
    assert whole["high"] == 1  # 0.5 + 4.303 * 0.25 / sqrt(3), cut
    assert whole["low"] == 0
    assert (pattern["value"], pattern["high"]) == (0.5, pytest.approx(0.789, abs=1e-3))  # 6 of 12, exact


def test_intervals_are_those_of_the_books() -> None:
    assert of_share(0, 10) == pytest.approx((0, 0.3085), abs=1e-4)
    assert of_share(10, 10) == pytest.approx((0.6915, 1), abs=1e-4)
    assert of_share(0, 0) is None
    assert of_count(0) == pytest.approx((0, 3.689), abs=1e-3)
    assert of_count(10) == pytest.approx((4.795, 18.390), abs=1e-3)
    assert over_worlds([1.0, 2.0, 3.0, None], share=False) == pytest.approx((2, 0, 4.484, 3), abs=1e-3)
    assert over_worlds([None]) is None
    assert over_worlds([0.3]) == (0.3, None, None, 1)
