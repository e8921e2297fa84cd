"""Searches of a local network of plate readers by those who are outside of it [SF25][KPBS]."""

from __future__ import annotations

import numpy as np

from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.parts import Telling, crew, forms, told
from anomaly.synth.world import World

SEARCH = {"cameras": 1.0}
FEDERAL = ["surv", "target veh", "locate", "fugitive", "op plan", "veh of interest"]


def foreign_access(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """A federal office searches the cameras of the county's agencies for months, as state law forbids.

    It is the practice of those who share their cameras as much as of those who search: one agency's setting.
    """
    users = crew(world, rng, how, ("federal",))
    actions = told(world, rng, users, how)
    world.add(world.scenario("foreign_access", users, misuse=True, variant=variant), actions)


FAMILIES = (
    Family(
        "foreign_access",
        (31,),
        forms(
            foreign_access,
            {
                "office": Telling(FEDERAL, SEARCH, (40, 160), (2, 6), networks=(2, 300)),
                "one agent": Telling(FEDERAL, SEARCH, (12, 40), networks=(2, 300)),
                "evasive investigation": Telling(
                    ["investigation"], SEARCH, (12, 60), (1, 3), exact=True, networks=(1, 40)
                ),
                "evasive copied case": Telling(
                    ["{n}", "{n} veh"], SEARCH, (12, 40), case="copied", networks=(1, 40)
                ),
                "evasive spread": Telling(FEDERAL, SEARCH, (8, 20), (3, 8), networks=(1, 40)),
            },
        ),
    ),
)
