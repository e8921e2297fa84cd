"""The files of a world, written while it is made: slices in order, parts of the log side by side."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from anomaly.synth.logfile import GROUP, LogFile
from anomaly.synth.reasons import VAGUE
from anomaly.synth.render import Desk, reasons_of, render
from anomaly.synth.roster import of_world
from anomaly.synth.rows import Rows, in_order
from anomaly.synth.slices import Slice, on_duty, one_slice, scenes
from anomaly.synth.streams import Ints, uniform
from anomaly.synth.tablefiles import TableFiles
from anomaly.synth.tables import Tables, of_slice
from anomaly.synth.truth import Marks, marks, write_truth
from anomaly.synth.world import World
from anomaly.telling import Tell, silent

SINGLE = 1_000_000  # rows up to which a log is one file
PART = 300_000  # rows that a file of the log has at least, where there is more than one: whole slices


class Due(NamedTuple):
    """Rows, and which of them are written now, (k,); the others are later than their slice."""

    rows: Rows
    due: Ints


class Writing:
    """A world being written into `out`, with its clean twin if `clean`; on any error nothing of it stays."""

    def __init__(self, out: Path, world: World, events: int, *, format: str, clean: bool) -> None:
        self.out, self.world, self.format, self.clean = out, world, format, clean
        self.existed = out.exists()
        self.single = events <= SINGLE
        self.tables = TableFiles(out / "context", format)
        self.desk = Desk(world)
        self.on = lru_cache(maxsize=8)(partial(on_duty, world))  # slices of the same day ask for the same
        self.misuse = np.array([*(one.misuse for one in world.scenarios), False])  # -1 is no scenario
        self.n_rows = self.n_parts = 0
        self.work: deque[Future[tuple[Marks, Marks]]] = deque()
        self.noted: list[tuple[Marks, Marks]] = []

    def __enter__(self) -> Writing:
        """Nothing is written before the first slice."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close all files; remove them when the world is not whole."""
        self.tables.close()
        if kind is not None:
            for name in ("log", "context", "truth", "clean"):
                shutil.rmtree(self.out / name, ignore_errors=True)
            if not self.existed:
                shutil.rmtree(self.out, ignore_errors=True)

    def log(self, length: int, threads: int, tell: Tell = silent) -> None:
        """Make all slices of `length` seconds on `threads` threads and write everything.

        tell: told the rows that are made.
        """
        with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
            self.pool = pool
            held: list[Due] = []
            for rows in self._in_time(self._slices(length, threads), length):
                held += rows
                tell("writing the log", sum(len(one.due) for one in rows))
                if not self.single and sum(len(one.due) for one in held) >= PART:
                    self._part(held, threads)
                    held = []
            if sum(len(one.due) for one in held) or not self.n_parts:
                self._part(held, threads)
            self._collect(0)
        self.tables.finish()
        with_misuse, without = zip(*self.noted, strict=True)
        write_truth(self.out / "truth", self.world, with_misuse, misuse=True)
        if self.clean:
            shutil.copytree(self.out / "context", self.out / "clean" / "context")
            write_truth(self.out / "clean" / "truth", self.world, without, misuse=False)

    def _slices(self, length: int, threads: int) -> Iterator[tuple[Slice, Tables]]:
        """All slices in order, some made ahead."""
        ahead: deque[Future[tuple[Slice, Tables]]] = deque()
        number, count = 0, -(-self.world.end // length)
        while number < count or ahead:
            while number < count and len(ahead) <= threads:
                ahead.append(self.pool.submit(self._make, number, length))
                number += 1
            yield ahead.popleft().result()

    def _make(self, number: int, length: int) -> tuple[Slice, Tables]:
        made = one_slice(self.world, number, length, on=self.on)
        return made, of_slice(self.world, made, number, self.desk)

    def _in_time(self, slices: Iterator[tuple[Slice, Tables]], length: int) -> Iterator[list[Due]]:
        """The rows of everybody and of all scenes, a slice of time after the other, not yet in order
        inside.
        """
        roster = self.pool.submit(of_world, self.world)
        waiting = Rows.joined(scenes(self.world))
        for number, (made, tables) in enumerate(slices):
            if not number:
                self.tables.add(roster.result())
            self.tables.add(tables)
            end = min((number + 1) * length, self.world.end)
            parts = [waiting, made.rows]
            yield [Due(rows, np.flatnonzero(rows["time"] < end)) for rows in parts]
            waiting = Rows.joined([rows.take(np.flatnonzero(rows["time"] >= end)) for rows in parts])

    def _part(self, held: list[Due], threads: int) -> None:
        """Write one file of the log, and what is left of it without misuse, on a thread."""
        self.n_parts += 1
        self.n_rows += sum(len(one.due) for one in held)
        name = f"queries{'' if self.single else f'-{self.n_parts:04d}'}.{self.format}"
        self._collect(threads)  # one more waits than is being written: no thread is ever without work
        self.work.append(self.pool.submit(self._files, name, held))

    def _collect(self, left: int) -> None:
        """Wait until no more than `left` files are being written."""
        while len(self.work) > left:
            self.noted.append(self.work.popleft().result())

    def _files(self, name: str, held: list[Due]) -> tuple[Marks, Marks]:
        begins = np.cumsum([0, *(one.rows.height for one in held)])
        due = [begin + one.due for begin, one in zip(begins, held, strict=False)]
        rows = in_order(Rows.joined([one.rows for one in held]), np.concatenate(due))
        told = with_habits(self.world, rows)
        innocent = ~self.misuse[rows["scenario"]]
        with ExitStack() as files:
            log = files.enter_context(LogFile(self.out / "log" / name))
            twin = files.enter_context(LogFile(self.out / "clean" / "log" / name)) if self.clean else None
            for group in groups(rows.height):
                columns = render(self.world, self.desk, told.take(group))
                log.add(columns)
                if twin is not None:
                    if self.world.habits:
                        columns["reason"] = reasons_of(self.world, rows.take(group))
                    twin.add(columns, innocent[group])
        return marks(name, told), marks(name, rows.take(np.flatnonzero(innocent)))


def groups(n: int) -> list[slice]:
    """Places of `n` rows in row groups of about one size; one empty group where there are no rows."""
    ends = np.linspace(0, n, max(1, -(-n // GROUP)) + 1).astype(np.int64).tolist()
    return [slice(low, high) for low, high in pairwise(ends)]


def with_habits(world: World, rows: Rows) -> Rows:
    """Coded rows with blank or vague reasons where an agency has made that its habit."""
    if not world.habits:
        return rows
    vague = world.phrases.codes(VAGUE)
    texts = np.concatenate([np.zeros_like(vague), vague])  # half of them blank
    reason, scenario = rows["reason"].copy(), rows["scenario"].copy()
    agency = world.staff.agency[rows["user"]]
    serial = rows["serial"]
    for index, (share, number) in world.habits.items():
        mine = np.flatnonzero((agency == index) & (scenario < 0))
        mine = mine[uniform(world.seed + 7, serial[mine]) < share]
        reason[mine] = texts[(uniform(world.seed + 8, serial[mine]) * len(texts)).astype(np.int64)]
        scenario[mine] = number
    return Rows({**rows, "reason": reason, "scenario": scenario})
