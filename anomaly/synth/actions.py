"""From what people did to the rows a switch writes: one action, one to three rows of a cascade."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.rows import Rows
from anomaly.synth.streams import Ints, uniform

_BY_NAME = ("name", "dob", "sex")


@dataclass(frozen=True)
class Step:
    """One row of a kind of action: message key, seconds after the row before (low, high), identifiers, hits.

    route: destination of the message; system: where it was asked.
    """

    key: str
    after: tuple[int, int]
    shown: tuple[str, ...]
    hits: float
    route: str = ""
    system: str = "CLETS"


_RQ = Step("RQ", (0, 0), ("plate", "state"), 0.97)
_WANTS = Step("QW", (2, 9), _BY_NAME, 0.04)
# A plate run triggers the driver query by licence and then the wants query by name, seconds apart: a vendor's
# audit log shows them within 18 s. Keys as in the public Nlets and NCIC pages; IAQ goes to AX.
KINDS: dict[str, tuple[Step, ...]] = {
    "plate": (_RQ, Step("DQ", (2, 8), ("license", "state"), 0.96), _WANTS),
    "plate only": (_RQ,),
    "driver": (Step("DQ", (0, 0), ("license", "state"), 0.96), _WANTS),
    "licence only": (Step("DQ", (0, 0), ("license", "state"), 0.96),),
    "driver history": (Step("KQ", (0, 0), ("license", "state"), 0.9),),
    "photo": (Step("DQ", (0, 0), ("license", *_BY_NAME), 0.96),),
    "driver by name": (Step("DNQ", (0, 0), ("name", "sex"), 0.6),),
    "driver by initial": (Step("DNQ", (0, 0), ("initial", "sex"), 0.6),),
    "owner by name": (Step("RNQ", (0, 0), ("name",), 0.7),),
    "partial plate": (Step("RPQ", (0, 0), ("partial", "state"), 0.6),),
    "person": (Step("QW", (0, 0), _BY_NAME, 0.04),),
    "history": (Step("QH", (0, 0), _BY_NAME, 0.35),),
    "record": (Step("QH", (0, 0), _BY_NAME, 0.35), Step("QR", (20, 90), _BY_NAME, 0.9)),
    "stolen": (Step("QV", (0, 0), ("plate", "state"), 0.01),),
    "batch": (Step("QWB", (0, 0), _BY_NAME, 0.9),),
    "immigration": (Step("IAQ", (0, 0), _BY_NAME, 0.3, route="AX"),),
    "cameras": (Step("", (0, 0), ("plate", "state"), 0.4, system="ALPR"),),
}
CODES = {kind: code for code, kind in enumerate(KINDS)}
STEPS = tuple(step for steps in KINDS.values() for step in steps)
FIRST_STEP = np.cumsum([0, *(len(steps) for steps in KINDS.values())])[:-1]
N_STEPS = np.array([len(steps) for steps in KINDS.values()])
KIND_OF_STEP = np.repeat(np.arange(len(KINDS)), N_STEPS)
KTH_OF_STEP = np.arange(len(STEPS)) - FIRST_STEP[KIND_OF_STEP]
FILES = list(dict.fromkeys(step.key for step in STEPS))
FILE_OF_STEP = np.array([FILES.index(step.key) for step in STEPS])
LEAST_WAIT = np.array([one.after[0] for one in STEPS])
WAITS = np.array([high - low + 1 for low, high in (one.after for one in STEPS)])
FOUND = np.array([one.hits for one in STEPS])
HITS = 10  # seed of which records there are
MOST_STEPS = int(N_STEPS.max())
PURPOSES = "CFJHXRSDI"
WIDTHS = {
    "time": np.int64,
    "number": np.int64,
    "shown": np.bool_,
    "purpose": np.int8,
}  # of rows; others int32


@dataclass
class Actions:
    """Actions as columns, (n,) int64 each.

    time: seconds from the first midnight. user, person, behalf: row numbers, behalf -1 for nobody. kind: a
    code of `KINDS`. reason: a code of `Phrases`. number: a case number (see `numbers`), -1 for none; shown: 1
    when the case field carries it. purpose: place in `PURPOSES`. attention: a code of `Phrases`. terminal: a
    user whose terminal it is, -1 for the own one. networks: how many the query reached, 0 where that is not
    said. scenario: -1 for none.
    """

    time: Ints
    user: Ints
    person: Ints
    kind: Ints
    reason: Ints
    number: Ints
    shown: Ints
    purpose: Ints
    behalf: Ints
    attention: Ints
    terminal: Ints
    networks: Ints
    scenario: Ints

    @classmethod
    def of(
        cls,
        time: Ints,
        user: Ints | int,
        person: Ints | int,
        kind: Ints | str,
        reason: Ints | int,
        *,
        number: Ints | int = -1,
        shown: Ints | NDArray[np.bool_] | bool = True,
        purpose: Ints | str = "C",
        behalf: Ints | int = -1,
        attention: Ints | int = 0,
        terminal: Ints | int = -1,
        networks: Ints | int = 0,
        scenario: Ints | int = -1,
    ) -> Actions:
        """One action for each of `time`, (n,); other values are like it or single."""
        codes = CODES[kind] if isinstance(kind, str) else kind
        letters = PURPOSES.index(purpose) if isinstance(purpose, str) else purpose
        values = (
            time,
            user,
            person,
            codes,
            reason,
            number,
            shown,
            letters,
            behalf,
            attention,
            terminal,
            networks,
        )
        return cls(*(_like(value, len(time)) for value in (*values, scenario)))

    @classmethod
    def joined(cls, parts: list[Actions]) -> Actions:
        """The actions of all `parts` in their order."""
        names = [field.name for field in fields(cls)]
        none = [np.empty(0, dtype=np.int64)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts] or none) for name in names))

    def take(self, rows: Ints | NDArray[np.bool_]) -> Actions:
        """Some of the actions."""
        return Actions(*(getattr(self, field.name)[rows] for field in fields(self)))

    def __len__(self) -> int:
        """How many actions there are."""
        return len(self.time)


def _like(value: Ints | NDArray[np.bool_] | int | bool, n: int) -> Ints:
    return np.broadcast_to(np.asarray(value, dtype=np.int64), n)


def expand(actions: Actions, rng: np.random.Generator, first_serial: int) -> Rows:
    """The rows a switch writes for `actions`, all still codes, in the order of the actions.

    Columns of `Actions` without `kind`, with `step` (place in `STEPS`), `hit` (0 or 1), `serial` (of the
    action, from `first_serial` on) and `alone` (1 when the action has this row only).
    """
    steps = N_STEPS[actions.kind]
    of = np.repeat(np.arange(len(actions)), steps)
    kth = np.arange(len(of)) - np.repeat(np.cumsum(steps) - steps, steps)
    step = FIRST_STEP[actions.kind][of] + kth
    wait = np.cumsum(LEAST_WAIT[step] + (rng.random(len(of)) * WAITS[step]).astype(np.int64))
    wait -= np.repeat(wait[np.cumsum(steps) - steps], steps) if len(of) else wait
    # A record is there or it is not: whoever asks the same file about the same person gets the same answer.
    asked = actions.person[of] * len(FILES) + FILE_OF_STEP[step]
    hit = uniform(HITS, asked) < FOUND[step]
    columns = {
        field.name: getattr(actions, field.name).astype(WIDTHS.get(field.name, np.int32))[of]
        for field in fields(Actions)
        if field.name != "kind"
    }
    columns["time"] += wait
    columns |= {
        "step": step.astype(np.int8),
        "hit": hit,
        "serial": first_serial + of,
        "alone": (steps == 1)[of],
    }
    return Rows(columns)
