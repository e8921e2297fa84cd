"""Pattern by pattern: what is found, in which forms, by whom, and what nobody finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from anomaly.bench.tables import NONE, code, table
from anomaly.calibrate.intervals import of_share
from anomaly.detectors import BY_NAME
from benchmarks.scorecard.conditions import BLANKED, FULL, LOG_ONLY
from benchmarks.scorecard.pool import within
from benchmarks.scorecard.runs import Run
from benchmarks.scorecard.tables import some, two
from benchmarks.scorecard.worlds import CATALOGUE, misuse_numbers

# Which numbers of the catalogue each detector was made for; what else it finds, it finds by luck.
SOUGHT: Mapping[str, tuple[int, ...]] = {
    "repeated_lookups": (5,),
    "circle": (3, 5),
    "linked_pair": (6,),
    "household": (3,),
    "coworker": (4,),
    "same_surname": (2,),
    "self_lookup": (1,),
    "one_sex": (7,),
    "age_and_sex": (8,),
    "plate_to_photo": (9,),
    "convergence": (27,),
    "critics": (4, 28),
    "immigration_purpose": (18,),
    "immigration_proxy": (19,),
    "immigration_query": (20,),
    "federal_access": (17,),
    "foreign_access": (31,),
    "wrong_program": (25,),
    "applicants": (26,),
    "reason_mismatch": (23,),
    "protected_reasons": (29,),
    "scope_excess": (30,),
    "ended_access": (16,),
    "wrong_terminal": (15,),
    "after_separation": (12,),
    "on_leave": (13,),
    "shared_login": (14,),
    "harvesting": (32,),
    "name_fishing": (32,),
    "low_and_slow": (33,),
    "off_duty": (10,),
    "own_hours": (11,),
    "isolated_sessions": (11,),
    "unbroken_days": (14,),
    "volume": (34,),
    "copied_case_number": (24,),
    "unstated_reasons": (22,),
    "reason_quality": (22,),
    "missing_filing": (35,),
    "implausible_zero": (36,),
    "listed_share": (21,),
}
OPEN = "not evading"


def sought_by(pattern: str) -> list[str]:
    """Return the detectors that look for a pattern, in report order."""
    numbers = misuse_numbers().get(pattern, ())
    return [name for name in BY_NAME if set(SOUGHT.get(name, ())) & set(numbers)]


def unsought() -> list[str]:
    """Return the detectors of the engine of which this page does not know what they look for."""
    return [name for name in BY_NAME if name not in SOUGHT]


def in_order(scenarios: pl.DataFrame) -> list[str]:
    """Return the patterns of misuse that occur, in the order of the catalogue."""
    there = set(scenarios.filter("misuse")["pattern"])
    known = [name for name in misuse_numbers() if name in there]
    return known + sorted(there - set(known))


def claims(runs: Sequence[Run]) -> dict[str, tuple[int, int]]:
    """Return by pattern how many of the scan's first T entries come from detectors that look for it.

    The first number counts those that bring misuse, of whatever pattern; the second all. runs: under one
    condition.
    """
    out = dict.fromkeys(misuse_numbers(), (0, 0))
    for run in runs:
        right = set(run.ours.scenarios.filter("misuse")["found_at"].drop_nulls())
        for pattern in out:
            looking = set(sought_by(pattern))
            made = [k for k, names in run.behind.items() if k <= run.ours.misuse and looking & set(names)]
            out[pattern] = (out[pattern][0] + len(right & set(made)), out[pattern][1] + len(made))
    return out


def pattern_table(
    scenarios: pl.DataFrame,
    ours: str,
    found_by: Mapping[str, Sequence[str]],
    claimed: Mapping[str, tuple[int, int]],
) -> str:
    """Return a row for each pattern, worlds pooled; counts are within the first T entries unless it says so.

    scenarios: as from `pool.scenarios_of`; found_by: pattern -> detectors behind what the scan found of it;
    claimed: as from `claims`.
    """
    misuse = scenarios.filter("misuse").with_columns(at=within("T"), at2=within("2T"), at5=within("5T"))
    mine = misuse.filter(pl.col("detector") == ours)
    rows = []
    for pattern in in_order(scenarios):
        here = mine.filter(pl.col("pattern") == pattern)
        full = here.filter(pl.col("condition") == FULL)
        best = full["found_at"].min()
        rows.append(
            [
                some([str(n) for n in misuse_numbers().get(pattern, ())]),
                code(pattern),
                some([code(name) for name in sought_by(pattern)], "nobody yet"),
                f"{full['at'].sum()} · {full['at2'].sum()} · {full['at5'].sum()} of {len(full)}",
                _claimed(claimed.get(pattern, (0, 0))),
                two(_average_precision(mine, full)),
                _of(full.filter(~pl.col("evasive"))),
                _of(full.filter("evasive")),
                NONE if best is None else str(best),
                *(_of(here.filter(pl.col("condition") == one)) for one in (LOG_ONLY, BLANKED)),
                some([code(name) for name in found_by.get(pattern, ())]),
                _best_rival(misuse, pattern, ours),
            ]
        )
    head = [
        "no.", "pattern", "looked for by", "found at T · 2T · 5T", "right of its entries", "AP", OPEN,
        "evading", "best rank", LOG_ONLY, BLANKED, "found through", "best baseline at T",
    ]  # fmt: skip
    return table(head, rows, left=3)


def _claimed(counts: tuple[int, int]) -> str:
    return f"{counts[0]} of {counts[1]}" if counts[1] else NONE


def _average_precision(mine: pl.DataFrame, full: pl.DataFrame) -> float | None:
    """Mean over the scenarios `full` of a pattern of the precision at the entry that brings each, worlds
    pooled; `mine`: of all patterns.
    """
    every = mine.filter(pl.col("condition") == FULL).drop_nulls("found_at")
    ranks = dict(every.group_by("seed").agg(pl.col("found_at").sort()).iter_rows())
    found = full.drop_nulls("found_at").select("seed", "found_at").iter_rows()
    precision = [(ranks[seed].index(rank) + 1) / rank for seed, rank in found]
    return sum(precision) / len(full) if len(full) else None


def _of(rows: pl.DataFrame) -> str:
    return f"{rows['at'].sum()} of {len(rows)}" if len(rows) else NONE


def _best_rival(misuse: pl.DataFrame, pattern: str, ours: str) -> str:
    counted = _counts(misuse.filter(pl.col("condition") == FULL, pl.col("pattern") == pattern))
    rivals = {name: n for name, n in counted.items() if name != ours}
    best = max(rivals.values(), default=0)
    if not best:
        return NONE
    names = [name for name, n in rivals.items() if n == best]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    text = f"{names[0]}{more}: {best}"
    return f"**{text}**" if best > counted.get(ours, 0) else text


def _counts(rows: pl.DataFrame) -> dict[str, int]:
    """Found within T by detector, in the order of the table."""
    counted = rows.group_by("detector", maintain_order=True).agg(pl.col("at").sum().cast(pl.Int64))
    return dict(counted.iter_rows())


def missed_by_all(scenarios: pl.DataFrame, ours: str) -> str:
    """Say which patterns nobody finds in full context, and whether anybody looks for them."""
    misuse = scenarios.filter("misuse", pl.col("condition") == FULL).with_columns(
        at=within("T"), at5=within("5T")
    )
    lines = []
    groups: dict[str, list[str]] = {"unseen": [], "unsought": [], "sought": [], "rivals": []}
    for pattern in in_order(scenarios):
        here = misuse.filter(pl.col("pattern") == pattern)
        if here.filter(pl.col("detector") == ours)["at5"].any():
            continue
        if not here["rows"].sum():
            groups["unseen"].append(pattern)
        elif here["at"].any():
            groups["rivals"].append(pattern)
        else:
            groups["sought" if sought_by(pattern) else "unsought"].append(pattern)
    said = {
        "unseen": "Without a row in the log: what is wrong is in the filings, and an entry about the agency's"
        " records would find it; no list has one",
        "unsought": "Found by nobody within T, and no detector looks for it yet",
        "sought": "Found by nobody within T, although a detector looks for it",
        "rivals": "Never found by the scan, within T found by some baseline",
    }
    for group, names in groups.items():
        shown = [
            code(one) + (f" (sought by {some([code(d) for d in sought_by(one)])})" if sought_by(one) else "")
            for one in names
        ]
        lines.append(f"- {said[group]}: {some(shown, 'none')}.")
    played = {n for pattern in in_order(scenarios) for n in misuse_numbers().get(pattern, ())}
    looked = {n for numbers in SOUGHT.values() for n in numbers}
    absent = some([str(n) for n in range(1, CATALOGUE + 1) if n not in played], "none")
    lines.append(
        f"- Of {CATALOGUE} patterns in the catalogue {len(played)} were played here (not: {absent})"
        f"; {len(BY_NAME)} detectors were made for {len(looked)} of them."
    )
    return "\n".join(lines)


def by_sought(scenarios: pl.DataFrame, ours: str) -> str:
    """Return recall at T by condition: of what a detector looks for, in which forms, and of the rest."""
    misuse = scenarios.filter("misuse").with_columns(
        at=within("T"),
        sought=pl.col("pattern").is_in([one for one in in_order(scenarios) if sought_by(one)]),
    )
    parts = {
        "all misuse": pl.lit(True),
        "a detector looks for it": pl.col("sought"),
        "the same, not evading": pl.col("sought") & ~pl.col("evasive"),
        "the same, evading": pl.col("sought") & pl.col("evasive"),
        "nobody looks for it": ~pl.col("sought"),
    }
    rows = []
    for condition in misuse["condition"].unique(maintain_order=True):
        here = misuse.filter(pl.col("detector") == ours, pl.col("condition") == condition)
        rows.append([condition, *(_share(here.filter(part)["at"]) for part in parts.values())])
    return table(["condition", *parts], rows)


def _share(found: pl.Series) -> str:
    interval = of_share(int(found.sum()), len(found))
    if interval is None:
        return NONE
    return f"{found.sum()} of {len(found)} ({interval.low:.0%}–{interval.high:.0%})".replace("%", " %")
