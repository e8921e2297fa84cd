"""From a size to a world on disk: people, scenes, and the log slice by slice."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from anomaly import __version__
from anomaly.errors import InputError
from anomaly.synth.bulletins import issue
from anomaly.synth.casefiles import open_cases
from anomaly.synth.names import tables as names_of
from anomaly.synth.parameters import Parameters
from anomaly.synth.people import settle
from anomaly.synth.phrases import Phrases
from anomaly.synth.plan import Plan, plan
from anomaly.synth.size import Size
from anomaly.synth.slices import length_of, on_duty, one_slice, scenes
from anomaly.synth.staff import DAY, hire
from anomaly.synth.stage import Missed, play
from anomaly.synth.streams import stream
from anomaly.synth.work.manners import signatures
from anomaly.synth.world import World
from anomaly.synth.write import Writing
from anomaly.telling import EXPECTED, Tell, silent

PROBED = 2000  # users whose work is tried out before the world is made
PROBES, PROBED_ROWS = 28, 150_000  # in so many stretches, of about so many rows together


@dataclass(frozen=True)
class Written:
    """Where a world is and how large it came out. missed: scenes it had nobody for."""

    root: Path
    log: Path
    context: Path
    truth: Path
    clean: Path | None
    n_rows: int
    n_users: int
    n_agencies: int
    n_days: int
    n_misuse: int
    n_innocent: int
    missed: tuple[Missed, ...]
    names: str


def build(size: Size, p: Parameters) -> World:
    """The people, the staff and the cases of a world, before any scene is played in it."""
    return populate(plan(stream(size.seed, "plan"), size.users, size.days, p), size.seed, size.days, p)


def populate(agencies: Plan, seed: int, days: int, p: Parameters) -> World:
    """A world of these agencies: everybody at the pace of their unit's plan."""
    names = names_of(p.names, p.people.namesake_surnames)
    with ThreadPoolExecutor(max_workers=1) as pool:  # staff and residents know nothing of each other
        settled = pool.submit(settle, stream(seed, "people"), agencies.residents, names, p.people)
        staff = hire(stream(seed, "staff"), agencies, days, seed, p)
        people = settled.result()
    cases = open_cases(stream(seed, "cases"), agencies, staff, days, p, people.female)
    bulletins = issue(stream(seed, "bulletins"), agencies, days, p)
    world = World(seed, days, p, agencies, people, staff, cases, bulletins, Phrases())
    world.labels = np.full(len(staff), -1, dtype=np.int64)
    world.signatures = signatures(world)
    return world


def pace(world: World, size: Size) -> None:
    """Set everybody's pace so that the log has about as many rows as were asked for.

    The work of up to `PROBED` users is tried out in `PROBES` stretches over the whole time, and all paces are
    multiplied by what is missing. A small world is tried out whole: four weeks of it would miss by 10 %.
    """
    step = max(1, len(world.staff) // PROBED)
    users = np.arange(0, len(world.staff), step)
    probes = min(PROBES, world.days)
    enough = PROBED_ROWS * step * world.days // (size.events * probes)
    length = min(max(enough, 1), world.days // probes)
    numbers = np.unique(np.linspace(0, world.days // length - 1, probes).astype(np.int64)).tolist()
    on = partial(on_duty, world, users=users)
    rows = sum(one_slice(world, k, length * DAY, on=on, name="probe").rows.height for k in numbers)
    played = sum(one.height for one in scenes(world))
    expected = rows * step * world.days / (length * len(numbers))
    factor = max(size.events - played, 0.05 * size.events) / max(expected, 1)
    world.staff.pace *= factor


def make(size: Size, p: Parameters) -> tuple[World, list[Missed]]:
    """A world with all its scenes, ready to be written."""
    world = build(size, p)
    pace(world, size)  # what a scene does is measured against the usual work
    missed = play(world, size.misuse)
    pace(world, size)
    return world, missed


def write_world(
    out: Path,
    size: Size,
    p: Parameters,
    *,
    format: Literal["csv", "parquet"] = "parquet",
    clean: bool = True,
    threads: int = 2,
    tell: Tell = silent,
) -> Written:
    """Make a world and write `log/`, `context/` and `truth/` into `out`, and its clean twin's log into
    `clean/log/`.

    The same size and parameters give the same bytes, whatever the number of threads. The log is never held
    whole. tell: told the stage and the rows of it that are done. Raises InputError when `out` has files in
    it, or names cannot be had; nothing is left behind then.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "there are files already; nothing was written", str(out), "name a new or empty folder"
        )
    world, missed = make(size, p)
    with Writing(out, world, size.events, format=format, clean=clean) as writing:
        tell(EXPECTED, size.events)
        writing.log(length_of(size.events, size.days), threads, tell)
    told = [one.misuse for one in world.scenarios]
    written = Written(
        out,
        out / "log",
        out / "context",
        out / "truth",
        out / "clean" if clean else None,
        writing.n_rows,
        len(set(world.staff.user)),
        len(world.plan.agencies),
        world.days,
        sum(told),
        len(told) - sum(told),
        tuple(missed),
        world.people.names.source,
    )
    (out / "world.json").write_text(json.dumps(_about(written, size, p), indent=1) + "\n", encoding="utf-8")
    return written


def _about(written: Written, size: Size, p: Parameters) -> dict[str, object]:
    """What somebody needs to know of a world, and to make it again."""
    return {
        "version": __version__,
        "size": asdict(size),
        "rows": written.n_rows,
        "users": written.n_users,
        "agencies": written.n_agencies,
        "scenarios": {"misuse": written.n_misuse, "innocent": written.n_innocent},
        "left_out": [one._asdict() for one in written.missed],
        "names": written.names,
        "parameters": p.model_dump(mode="json"),
    }
