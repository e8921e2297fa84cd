"""Minnesota's audit as a whole: its five tests, dealt into one list."""

from __future__ import annotations

import polars as pl

from anomaly.evaluate.baselines.minnesota.after_employment import after_employment
from anomaly.evaluate.baselines.minnesota.highly_queried import highly_queried
from anomaly.evaluate.baselines.minnesota.one_sex import one_sex
from anomaly.evaluate.baselines.minnesota.own_name import own_name
from anomaly.evaluate.baselines.minnesota.same_surname import same_surname
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.listing import Abstained, Listing

TESTS = (after_employment, own_name, same_surname, one_sex, highly_queried)


def audit(log: Queries) -> Listing | Abstained:
    """Deal the lists of the five tests in turn: the first of each, then the second of each.

    Source: Minnesota Office of the Legislative Auditor, "Law enforcement's use of state databases", 2013,
    which reviewed what any test marked. Strongest form: their scores have no common scale, so each test gets
    the same share of any budget, those that name a plain fact first; a test that cannot run gives up its
    share. The score is one over the rank in the test's own list.
    """
    name = "Minnesota: all five"
    answers = [test(log) for test in TESTS]
    lists = [one for one in answers if isinstance(one, Listing)]
    if not lists:
        reasons = [part for one in answers if isinstance(one, Abstained) for part in one.reason.split("; ")]
        return Abstained(name, "; ".join(dict.fromkeys(reasons)))
    dealt = pl.concat(one.entries.with_columns(test=pl.lit(place)) for place, one in enumerate(lists))
    dealt = dealt.sort("rank", "test").with_columns(
        dealt=pl.int_range(1, pl.len() + 1, dtype=pl.Int64), score=1 / pl.col("rank")
    )
    evidence = pl.concat(one.evidence.with_columns(test=pl.lit(place)) for place, one in enumerate(lists))
    moved = evidence.join(dealt.select("rank", "test", "dealt"), on=["rank", "test"])
    return Listing(
        name,
        dealt.with_columns(rank="dealt").select(lists[0].entries.columns),
        moved.select(pl.col("dealt").alias("rank"), "source", "row").sort("rank", "source", "row"),
    )
