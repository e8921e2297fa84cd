"""Which explanations cover how much of a log, beside what they would cover by chance: what an agency's own
tables can clear.

It explains actions, not people. The joins are those stated in templates.py and candidates.py; none is
searched for.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Actions, CodedLog
from anomaly.context import Context
from anomaly.explain.candidates import CANDIDATES
from anomaly.explain.contract import Answers, Explanation
from anomaly.explain.records import Records
from anomaly.explain.templates import EXPLANATIONS
from anomaly.explain.trial import tried
from anomaly.telling import Tell, each, silent


@dataclass(frozen=True)
class Share:
    """What one explanation covers, as shares (0…1) of the actions of a log.

    by_chance: mean over the exchanged logs, least and most beside it; only: what no other explanation covers
    that answers the same; None where it could not be tried. candidate: no detector honours it.
    """

    name: str
    title: str
    answers: Answers
    candidate: bool
    why_not: str | None
    covered: float | None
    by_chance: float | None
    least: float | None
    most: float | None
    only: float | None

    @property
    def lift(self) -> float | None:
        """How many times chance; None where chance covers nothing, or it could not be tried."""
        return self.covered / self.by_chance if self.covered is not None and self.by_chance else None


@dataclass(frozen=True)
class Discovery:
    """What the explanations cover of a log.

    open, open_by_chance: share of actions with no reason why the subject was asked about, by the explanations
    that detectors honour; with_candidates: the same with the candidates too.
    """

    actions: int
    permutations: int
    seed: int
    shares: tuple[Share, ...]
    open: float
    open_by_chance: float
    with_candidates: float

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON holds them; shares to six places, lift to four digits."""
        whole = {name: value for name, value in asdict(self).items() if name != "shares"}
        shares = [asdict(one) | {"lift": one.lift and float(f"{one.lift:.4g}")} for one in self.shares]
        return _rounded(whole) | {"explanations": [_rounded(one) for one in shares]}


def discover(
    log: CodedLog,
    context: Context,
    *,
    permutations: int = 5,
    seed: int = 1,
    tell: Tell = silent,
) -> Discovery:
    """Try every explanation on a log, and on as many copies of it whose users and subjects are exchanged.

    Source of the idea that chance is shown beside: explanation-based auditing (Fabbri and LeFevre, 2011,
    arXiv 1109.6880), which compared with random pairs.
    """
    every = (*EXPLANATIONS, *CANDIDATES)
    records = Records(log, context)
    tell("explaining", 0)
    bits, why_not = tried(records, every)
    rng = np.random.default_rng(seed)
    exchanged = []
    for _ in each(range(permutations), "exchanging users and subjects", tell):
        chance, _ = tried(records.over(exchange(log.actions, rng)), every)
        exchanged.append([_share(chance, 1 << j) for j in range(len(every))] + [1 - _share(chance, _whom())])
    chances = np.array(exchanged)
    shares = tuple(_told(one, j, bits, chances[:, j], why_not.get(one.name)) for j, one in enumerate(every))
    return Discovery(
        actions=len(log.actions),
        permutations=permutations,
        seed=seed,
        shares=shares,
        open=1 - _share(bits, _whom()),
        open_by_chance=float(chances[:, -1].mean()),
        with_candidates=1 - _share(bits, _whom() | _mask(CANDIDATES, len(EXPLANATIONS))),
    )


def exchange(actions: Actions, rng: np.random.Generator) -> Actions:
    """Exchange users among the actions of each unit, and subjects among the actions of each agency.

    What stays: when and where each action was made, what it asked and said, how much each user does, how
    often each subject is asked about. What goes: who asked about whom, and when.
    """
    return replace(
        actions,
        user=_within(actions.place, actions.user, rng),
        subject=_within(actions.agency, actions.subject, rng),
    )


def _within(
    group: NDArray[np.int32], codes: NDArray[np.int32], rng: np.random.Generator
) -> NDArray[np.int32]:
    """Shuffle codes within groups; missing ones (-1) stay where they are. (a,), (a,) -> (a,) int32."""
    rows = np.flatnonzero(codes >= 0)
    drawn = rng.permutation(rows)
    shuffled = codes.copy()
    shuffled[rows[np.argsort(group[rows], kind="stable")]] = codes[
        drawn[np.argsort(group[drawn], kind="stable")]
    ]
    return shuffled


def _mask(explanations: tuple[Explanation, ...], first: int = 0) -> int:
    return sum(1 << k for k, one in enumerate(explanations, start=first) if one.answers == "whom")


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in figures.items()}


def _whom() -> int:
    return _mask(EXPLANATIONS)


def _share(bits: NDArray[np.uint32], mask: int) -> float:
    return float(np.count_nonzero(bits & np.uint32(mask))) / max(len(bits), 1)


def _told(
    one: Explanation, place: int, bits: NDArray[np.uint32], chance: NDArray[np.float64], why_not: str | None
) -> Share:
    candidate = place >= len(EXPLANATIONS)
    figures: tuple[float | None, ...] = (None,) * 5
    if why_not is None:
        others = sum(
            1 << k for k, other in enumerate(EXPLANATIONS) if other.answers == one.answers and k != place
        )
        alone = (bits & np.uint32(1 << place) != 0) & (bits & np.uint32(others) == 0)
        figures = (
            _share(bits, 1 << place),
            float(chance.mean()),
            float(chance.min()),
            float(chance.max()),
            float(np.count_nonzero(alone)) / max(len(bits), 1),
        )
    return Share(one.name, one.title.rstrip("."), one.answers, candidate, why_not, *figures)
