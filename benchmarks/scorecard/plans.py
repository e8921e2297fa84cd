"""Which worlds a scorecard is made of: how large, how many, and under which conditions."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.scorecard.conditions import CONDITIONS, FULL


@dataclass(frozen=True)
class Plan:
    """Worlds of one size. rescans: how many of them are scanned again at every month end."""

    name: str
    users: int
    days: int
    events: int
    seeds: tuple[int, ...]
    conditions: tuple[str, ...] = CONDITIONS
    rescans: int = 0

    @property
    def stamp(self) -> str:
        """Seeds and size in words, for captions."""
        seeds = f"seed {self.seeds[0]}" if len(self.seeds) == 1 else f"seeds {self.seeds[0]}–{self.seeds[-1]}"
        return f"{seeds}, {self.size}"

    @property
    def size(self) -> str:
        """Size in words."""
        return f"{self.users:,} users, {self.days} days, about {self.events:,} rows each"


@dataclass(frozen=True)
class Plans:
    """The worlds of the main tables, and those of other sizes beside them."""

    main: Plan
    beside: tuple[Plan, ...] = ()


# 60 s a county and 7 s a town, measured on 2 cores that others kept busy with a load of 4.
WHOLE = Plans(
    Plan("county", 1_200, 240, 500_000, tuple(range(1, 6)), rescans=2),
    (
        Plan("town", 90, 365, 100_000, (1, 2, 3, 4), (FULL,)),
        Plan("large county", 4_000, 365, 2_000_000, (1,), (FULL,)),
    ),
)
TINY = Plans(
    Plan("hamlet", 80, 45, 8_000, (1, 2), rescans=1),
    (Plan("village", 40, 60, 4_000, (3,), (FULL,)),),
)
PLANS = {"whole": WHOLE, "tiny": TINY}
