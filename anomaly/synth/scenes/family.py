"""A family of scenes: one way in which a log may be misused, or may only look so, in all its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from anomaly.synth.world import World

Scene = Callable[[World, np.random.Generator], None]


@dataclass(frozen=True)
class Family:
    """All forms of one pattern: the plain ones first, then the variants; evasions are named "evasive ...".

    numbers: of the pattern in the catalogue of known misuse, none for innocent work. share: how often it is
    played, relative to the other families.
    """

    pattern: str
    numbers: tuple[int, ...]
    forms: dict[str, Scene]
    share: float = 1.0

    @classmethod
    def of(
        cls,
        pattern: str,
        numbers: tuple[int, ...],
        forms: Mapping[str, Callable[..., None]],
        share: float = 1.0,
    ) -> Family:
        """A family whose forms are told their own name, as the keyword `variant`."""
        return cls(
            pattern, numbers, {name: partial(form, variant=name) for name, form in forms.items()}, share
        )
