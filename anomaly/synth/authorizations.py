"""What each unit may ask, under which purpose: the authorizations table."""

from __future__ import annotations

from anomaly.synth.world import World

_RECORDS = ("driver", "vehicle", "wants", "property", "person")
_CRIMINAL = (*_RECORDS, "criminal_history")
# DESIGN: no agency's matrix is published. Purposes of the NIEM list: C criminal justice, D domestic violence
# cases in court, F firearms checks, J criminal justice employment. A licensing unit has F, nothing under C.
MAY: dict[str, dict[str, tuple[str, ...]]] = {
    "patrol": {"C": _CRIMINAL},
    "traffic": {"C": _CRIMINAL},
    "cases": {"C": (*_CRIMINAL, "immigration")},
    "family": {"C": _CRIMINAL, "D": ("criminal_history", "person")},
    "sex crimes": {"C": _CRIMINAL},
    "narcotics": {"C": _CRIMINAL},
    "records": {"C": _CRIMINAL, "J": ("criminal_history", "driver")},
    "dispatch": {"C": _RECORDS},
    "licensing": {"F": ("criminal_history", "wants", "person", "driver")},
    "jail": {"C": (*_CRIMINAL, "immigration")},
    "batch": {"C": ("wants", "property")},
    "federal": {"C": _CRIMINAL},
    "custody": {"C": ("criminal_history", "wants")},
}


def rows(world: World) -> list[tuple[str, str, str, str]]:
    """The rows of the table for every unit of the world: agency, unit, purpose, class of message."""
    return [
        (world.plan.agencies[unit.agency].name, unit.name, purpose, name)
        for unit in world.plan.units
        for purpose, classes in MAY[unit.plan.work].items()
        for name in classes
    ]
