"""A synthetic county: six agencies, about 160 users, 150 days of work, and every misuse in it known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from anomaly.errors import InputError
from anomaly.synth import misuse, negatives
from anomaly.synth.cases import investigate, open_cases
from anomaly.synth.offices import batch, custody, licensing, records
from anomaly.synth.plan import county
from anomaly.synth.rota import DAY, HOUR, midnight
from anomaly.synth.work import dispatch, street
from anomaly.synth.world import World, clock
from anomaly.synth.write import COLUMNS, bare, context, rows, truth, write_csv

MIN_DAYS = 90  # the scenarios last up to five weeks and need a past to stand out from
NEWS = 0.75  # when somebody is in the news, as a share of the days
CASE_WORK = ("cases", "family", "narcotics", "federal")
WORK: dict[str, Callable[..., None]] = {
    "patrol": street,
    "traffic": street,
    "dispatch": dispatch,
    "records": records,
    "licensing": licensing,
    "custody": custody,
    "batch": batch,
    **dict.fromkeys(CASE_WORK, investigate),
}


@dataclass(frozen=True)
class County:
    """Where the files of a county are, and how large it is."""

    root: Path
    log: Path
    context: Path
    truth: Path
    n_rows: int
    n_users: int
    n_scenarios: int


def write_county(
    out: Path,
    *,
    seed: int = 1,
    clean: bool = False,
    days: int = 150,
    format: Literal["csv", "parquet"] = "csv",
) -> County:
    """Make a county and write `out/log/queries.csv` (or .parquet), `out/context/*.csv` and `out/truth/*.csv`.

    Times are naive local times of America/Los_Angeles from 2024-01-08 on. The same seed gives the same bytes.
    clean: the same people, work and tables without the misuse: no rows of it, and proper reasons.
    Raises InputError when `days` is under 90, or `out` has files in it.
    """
    if days < MIN_DAYS:
        raise InputError(f"a county needs at least {MIN_DAYS} days, not {days}", "days", "ask for more days")
    if seed < 0:
        raise InputError(f"a seed is 0 or more, not {seed}", "seed", "choose another seed")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "there are files already; nothing was written", str(out), "name a new or empty folder"
        )
    world = make_county(seed=seed, clean=clean, days=days)
    log = rows(world)
    source = f"queries.{format}"
    for name, table in context(world).items():
        write_csv(table, out / "context" / f"{name}.csv")
    scenarios, events = truth(world, log, source)
    write_csv(scenarios, out / "truth" / "scenarios.csv")
    write_csv(events, out / "truth" / "events.csv")
    path = out / "log" / source
    shown = log.select(COLUMNS)
    if format == "csv":
        write_csv(shown, path)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        bare(shown).write_parquet(path)
    return County(out, path, out / "context", out / "truth", log.height, len(world.staff), scenarios.height)


def make_county(*, seed: int, clean: bool, days: int) -> World:
    """The county before it is written."""
    world = World.of(county(days), seed=seed, days=days)
    cast(world)
    work(world)
    add_negatives(world)
    if not clean:
        add_misuse(world)
    return world


def cast(world: World) -> None:
    """Change the staff where a scenario needs it: who rotates, left, came back, is new or busy."""
    for agency in ("HARLOW SO", "NORTHGATE PD"):
        for who in world.unit(agency, "PATROL")[3::7]:
            who.rota = "rotating"
    leaver = world.unit("MILLBROOK PD", "PATROL")[-1]
    leaver.separated = world.day(0.45)
    back = world.unit("NORTHGATE PD", "PATROL")[8]
    back.separated, back.hired = date(2023, 10, 31), world.day(0.14)
    new = world.unit("NORTHGATE PD", "TRAFFIC")[-1]
    new.hired, new.pace = world.day(0.2), 9.0
    busy = world.unit("HARLOW SO", "DISPATCH")[0]
    busy.pace = 9.0
    world.roster()


def work(world: World) -> None:
    """Everybody's ordinary work, each user from a generator of their own."""
    opened = {
        (agency.agency, unit.name): open_cases(
            world, agency.agency, unit.name, world.rng("cases", agency.agency, unit.name)
        )
        for agency in world.agencies
        for unit in agency.units
        if unit.work in CASE_WORK
    }
    # Clerks come last: they are asked about the reports that the others have written.
    for who in sorted(world.staff, key=lambda who: who.work in ("records", "licensing")):
        rng = world.rng("work", who.user)
        if who.work in CASE_WORK:
            investigate(world, who, rng, opened[who.agency, who.unit])
        else:
            WORK[who.work](world, who, rng)


def add_negatives(world: World) -> None:
    """The hard negatives of the county, in both of its twins."""
    rng = world.rng("negatives")
    harlow, northgate, millbrook, sable = (a.agency for a in world.agencies[:4])
    patrol = world.unit(harlow, "PATROL")
    family = world.unit(northgate, "DOMESTIC VIOLENCE")
    victim, respondent = world.someone(rng, northgate, "F"), world.someone(rng, northgate, "M")
    negatives.family_case(world, rng, family[0], victim, respondent)
    negatives.whole_account(world, "rotating_shifts", world.unit(northgate, "PATROL")[3])
    negatives.regular(world, rng, world.unit(northgate, "PATROL")[2], world.towns[northgate][0])
    hunters = [*patrol[::2], *world.unit(northgate, "PATROL")[1::2], *world.unit(millbrook, "PATROL")[:5]]
    hunters += [*world.unit(sable, "PATROL")[:3], *world.unit(harlow, "DETECTIVES")[:2]]
    negatives.manhunt(world, rng, hunters, world.someone(rng, harlow, "M"), int(world.days * 0.4))
    negatives.whole_agency(world, "warrant_batch", "HARLOW JIS")
    negatives.whole_account(world, "new_traffic_officer", world.unit(northgate, "TRAFFIC")[-1])
    negatives.whole_account(world, "dispatcher_volume", world.unit(harlow, "DISPATCH")[0])
    narcotics = world.unit(harlow, "TASK FORCE")[0]
    drug = ("ice sales", "11378 ice", "half oz ice", "ice dealer surv", "crystal ice possession")
    negatives.words(world, rng, narcotics, "ice_the_drug", drug, 14)
    truck = ("ICE CREAM TRUCK THEFT", "ice cream truck permit", "susp ice cream vendor", "ICE CREAM VENDOR")
    negatives.words(world, rng, world.unit(millbrook, "PATROL")[0], "ice_cream", truck, 6)
    visa = ("u-visa cert victim", "U VISA certification", "u visa victim interview")
    negatives.words(world, rng, world.unit(harlow, "DOMESTIC VIOLENCE")[0], "u_visa", visa, 8)
    negatives.whole_account(world, "rehired", world.unit(northgate, "PATROL")[8])
    negatives.whole_agency(world, "access_not_yet_ended", "ERO HARLOW")
    negatives.whole_agency(world, "access_in_force", "HSI HARLOW")
    negatives.training(world, rng, world.unit(northgate, "PATROL")[10:22], int(world.days * 0.3))
    negatives.warrant_round(world, rng, world.unit(harlow, "RECORDS")[0], 5)
    detective = world.unit(millbrook, "DETECTIVES")[0]
    night = int(world.days * 0.6) // 7 * 7 + 4
    case = negatives.fresh_case(world, rng, detective, night)
    negatives.overtime(world, rng, detective, range(night, night + 4), case)
    event = world.first + int(world.days * NEWS) * DAY + 18 * HOUR
    world.record("public_subjects", [(world.key(in_the_news(world)), clock(event))])


def in_the_news(world: World) -> int:
    """The person (row number) whom the news is about at `NEWS`."""
    return world.someone(world.rng("news"), "NORTHGATE PD")


def add_misuse(world: World) -> None:
    """The misuse of the county: at least one scenario for each detector."""
    rng = world.rng("misuse")
    harlow, northgate, millbrook, sable = (a.agency for a in world.agencies[:4])
    patrol, city = world.unit(harlow, "PATROL"), world.unit(northgate, "PATROL")
    misuse.stalking(world, rng, city[-1], world.someone(rng, northgate, "F"))
    misuse.quiet_stalking(world, rng, patrol[-2], world.someone(rng, harlow, "F"))
    misuse.immigration(world, rng, world.unit(millbrook, "DETECTIVES")[-1])
    agent = world.unit("ERO HARLOW", "FIELD OFFICE")[0]
    misuse.proxy(world, rng, world.unit(harlow, "DISPATCH")[-1], agent)
    misuse.habit(world, sable)
    misuse.off_hours(world, rng, world.unit(northgate, "RECORDS")[-1])
    misuse.isolated(world, rng, city[-2])
    misuse.streak(world, rng, world.unit(harlow, "RECORDS")[-1])
    misuse.harvest(world, rng, world.unit(harlow, "LICENSING")[-1])
    misuse.volume(world, rng, patrol[-1])
    curious = [*patrol[1:24:2], *city[0:24:2], *world.unit(millbrook, "PATROL")[1:11]]
    curious += [*world.unit(sable, "PATROL")[3:7], *world.unit(northgate, "TRAFFIC")[:2]]
    day = int(world.days * NEWS)
    misuse.curiosity(world, rng, curious, in_the_news(world), day)
    ero = next(a for a in world.agencies if a.agency == "ERO HARLOW")
    assert ero.access_to is not None
    misuse.ended_access(world, rng, "ERO HARLOW", midnight(ero.access_to) + DAY)
    leaver = world.unit(millbrook, "PATROL")[-1]
    assert leaver.separated is not None
    misuse.after_separation(world, rng, leaver, midnight(leaver.separated + timedelta(days=1)))
