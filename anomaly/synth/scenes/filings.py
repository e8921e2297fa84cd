"""Yearly misuse filings of every agency, and the agencies that do not file, or never find anything.

These are no look-ups: the scenarios have no rows of the log, and the tables are the same in a world and in
its clean twin. They are marked as misuse because they are true findings about an agency's records; so they
hold in the clean twin too, and whoever counts false alarms there leaves the patterns of `OF_RECORDS` out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from anomaly.synth.scenes.family import Family, Scene
from anomaly.synth.world import NoPartError, World

OF_RECORDS = ("missing_filing", "implausible_zero")
YEARS = 6
# Violations a year and user that agencies report: 486 in 2023 without one office [EFF25], of 100,000 users
# as we take a state to have (DESIGN: nobody has published their number). They were 142 in 2018 [DECK].
FOUND = 0.005
EVEN = 8.0  # DESIGN: gamma shape of how much agencies differ in it
INVESTIGATED = 159 / 143  # investigations of 2016 to violations of 2017 [WLA17][EFF18]
PENDING = 27 / 142  # [DECK]
LEAST_EXPECTED = 4.0  # violations in all years together; never any is then a chance of 4 % or less
# Shares of the outcomes of 142 violations: lost or left the job 16, suspended 15, reprimanded 10 [DECK];
# counselled the rest. Charged besides: 5 of them with a misdemeanour, 1 with a felony.
OUTCOMES = {"resigned": 8 / 142, "terminated": 8 / 142, "suspended": 15 / 142, "reprimanded": 10 / 142}
CHARGED = (5 / 142, 1 / 142)


@dataclass
class Filing:
    """What an agency reports for a year. A field that stays None is left empty on the form."""

    year: int
    filed_at: date
    investigations: int | None = 0
    violations: int | None = 0
    pending: int | None = 0
    employees: int | None = 0
    counselled: int | None = 0
    reprimanded: int | None = 0
    suspended: int | None = 0
    resigned: int | None = 0
    terminated: int | None = 0
    misdemeanor: int | None = 0
    felony: int | None = 0

    def row(self, agency: str) -> tuple[str, ...]:
        """The row of the filings table."""
        numbers = list(vars(self).values())[2:]
        counts = ("" if number is None else str(number) for number in numbers)
        return (agency, str(self.year), self.filed_at.isoformat(), *counts)


def rows(world: World) -> list[tuple[str, ...]]:
    """The filings of the last six years, of all agencies but those whose record a scene has entered."""
    told = _told(world)
    return [
        filing.row(agency.name)
        for k, agency in enumerate(world.plan.agencies)
        if agency.name not in told
        for filing in of_agency(world, k)
    ]


def of_agency(world: World, agency: int) -> list[Filing]:
    """What an agency files when it files as it should: one for each year, by 1 February or some days late."""
    rng = world.rng("filings", agency)
    rate = expected(world, agency) / YEARS * rng.gamma(EVEN, 1 / EVEN)
    first = world.p.first_day.year - YEARS
    return [_filing(rng, first + k, rate, world.date(world.end - 1)) for k in range(YEARS)]


def expected(world: World, agency: int) -> float:
    """Violations that an agency of its size reports in all the years together."""
    s = world.staff
    first, after = np.searchsorted(s.agency, [agency, agency + 1])
    return FOUND * YEARS * int((~s.service[first:after]).sum())


def _filing(rng: np.random.Generator, year: int, rate: float, today: date) -> Filing:
    late = rng.random() < 0.04
    filed = date(year + 1, 1, 5) + timedelta(days=int(rng.integers(28, 35) if late else rng.integers(0, 27)))
    found = int(rng.poisson(rate))
    looked = found + int(rng.poisson(rate * (INVESTIGATED - 1)))
    pending = int(rng.binomial(looked - found, 0.5)) + int(rng.poisson(rate * PENDING / 2))
    people = found - int(rng.binomial(found, 0.3)) if found > 1 else found
    filing = Filing(year, min(filed, today), looked + pending, found, pending, people)
    draws = rng.multinomial(people, [*OUTCOMES.values(), 1 - sum(OUTCOMES.values())]).tolist()
    for name, n in zip([*OUTCOMES, "counselled"], draws, strict=True):
        setattr(filing, name, n)
    filing.misdemeanor, filing.felony = (int(rng.binomial(people, share)) for share in CHARGED)
    return filing


def last_year_missing(world: World, rng: np.random.Generator) -> None:
    """An agency that filed every year before has not filed for the last one [DECK]."""
    agency = _agency(world, rng)
    _enter(world, agency, of_agency(world, agency)[:-1], "missing_filing", "last year")


def missing_for_years(world: World, rng: np.random.Generator) -> None:
    """A large agency stopped filing years ago, and nobody asked [EFF15][EFF16]."""
    agency = _agency(world, rng)
    _enter(world, agency, of_agency(world, agency)[: int(rng.integers(1, 4))], "missing_filing", "for years")


def filed_late(world: World, rng: np.random.Generator) -> None:
    """The filing of a past year came months after 1 February, when somebody had asked for it [EFF19b]."""
    agency = _agency(world, rng)
    filings = of_agency(world, agency)
    filing = filings[int(rng.integers(1, YEARS - 1))]
    filing.filed_at = date(filing.year + 1, 4, 1) + timedelta(days=int(rng.integers(0, 150)))
    _enter(world, agency, filings, "missing_filing", "late")


def empty_form(world: World, rng: np.random.Generator) -> None:
    """A form came in on time, with no figure on it."""
    agency = _agency(world, rng)
    filings = of_agency(world, agency)
    last = filings[-1]
    filings[-1] = Filing(last.year, last.filed_at, *[None] * 11)
    _enter(world, agency, filings, "missing_filing", "evasive empty form")


def never_any(world: World, rng: np.random.Generator) -> None:
    """A large agency has filed zero in each of six years, and not one investigation [DECK]."""
    agency = _agency(world, rng, least=LEAST_EXPECTED)
    filings = [Filing(filing.year, filing.filed_at) for filing in of_agency(world, agency)]
    _enter(world, agency, filings, "implausible_zero", "never any")


def always_pending(world: World, rng: np.random.Generator) -> None:
    """The same, with an investigation that is pending year after year and never found anything."""
    agency = _agency(world, rng, least=LEAST_EXPECTED)
    filings = [Filing(one.year, one.filed_at, 1, 0, 1) for one in of_agency(world, agency)]
    filings[0] = Filing(filings[0].year, filings[0].filed_at)
    _enter(world, agency, filings, "implausible_zero", "evasive pending")


def _told(world: World) -> set[str]:
    return {row[0] for row in world.tables.get("filings", [])}


def _agency(world: World, rng: np.random.Generator, *, least: float = 0.0) -> int:
    """An agency whose record no scene has entered, that `least` violations are to be expected of."""
    told = _told(world)
    free = [
        k
        for k, one in enumerate(world.plan.agencies)
        if one.form != "systems" and one.name not in told and expected(world, k) >= least
    ]
    if not free:
        raise NoPartError
    return int(rng.choice(free))


def _enter(world: World, agency: int, filings: list[Filing], pattern: str, variant: str) -> None:
    name = world.plan.agencies[agency].name
    world.scenario(pattern, (), misuse=True, variant=variant, agency=agency)
    world.record("filings", [filing.row(name) for filing in filings])


FILING: dict[str, Scene] = {
    "last year": last_year_missing,
    "for years": missing_for_years,
    "late": filed_late,
    "evasive empty form": empty_form,
}
ZERO: dict[str, Scene] = {"never any": never_any, "evasive pending": always_pending}

FAMILIES = (
    Family("missing_filing", (35,), FILING),
    Family("implausible_zero", (36,), ZERO),
)
