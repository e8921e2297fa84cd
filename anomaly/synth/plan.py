"""What a world is made of before anybody works in it: agencies, their units, and how each unit works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(2024, 1, 8)  # a Monday; the office rota counts on it


@dataclass(frozen=True)
class Unit:
    """A unit of an agency. work: a name in `county.WORK`; pace: mean actions of a user in a shift."""

    name: str
    work: str
    size: int
    pace: float
    rotas: tuple[str, ...] = ("office",)
    role: str = "officer"


@dataclass(frozen=True)
class Agency:
    """An agency, its town and its access. dispatched_by: the agency whose dispatchers query for it."""

    agency: str
    name: str
    prefix: str
    units: tuple[Unit, ...]
    kind: str = "local"
    component: str = ""
    access_from: date | None = None
    access_to: date | None = None
    residents: int = 2000
    dispatched_by: str = ""


STREET = ("days", "nights", "days", "nights", "swing")


def county(days: int) -> tuple[Agency, ...]:
    """Invented agencies of one county; the access of the ERO office ends a little after half of `days`."""
    return (
        Agency(
            "HARLOW SO",
            "Harlow County Sheriff",
            "HSO",
            (
                Unit("PATROL", "patrol", 26, 3.0, STREET),
                Unit("DETECTIVES", "cases", 8, 3.0, role="detective"),
                Unit("DOMESTIC VIOLENCE", "family", 3, 3.0, role="detective"),
                Unit("RECORDS", "records", 6, 4.0, role="clerk"),
                Unit("DISPATCH", "dispatch", 7, 3.0, ("days", "nights"), "dispatcher"),
                Unit("LICENSING", "licensing", 4, 3.0, role="clerk"),
                Unit("TASK FORCE", "narcotics", 5, 3.0, ("office", "swing"), "detective"),
            ),
            residents=4000,
            dispatched_by="HARLOW SO",
        ),
        Agency(
            "NORTHGATE PD",
            "Northgate Police Department",
            "NPD",
            (
                Unit("PATROL", "patrol", 28, 3.0, STREET),
                Unit("TRAFFIC", "traffic", 9, 4.5, ("days", "swing")),
                Unit("DETECTIVES", "cases", 8, 3.0, role="detective"),
                Unit("DOMESTIC VIOLENCE", "family", 3, 3.0, role="detective"),
                Unit("RECORDS", "records", 5, 4.0, role="clerk"),
                Unit("DISPATCH", "dispatch", 6, 3.0, ("days", "nights"), "dispatcher"),
            ),
            residents=4000,
            dispatched_by="NORTHGATE PD",
        ),
        Agency(
            "MILLBROOK PD",
            "Millbrook Police Department",
            "MPD",
            (
                Unit("PATROL", "patrol", 14, 3.0, STREET),
                Unit("DETECTIVES", "cases", 4, 3.0, role="detective"),
                Unit("RECORDS", "records", 3, 3.0, role="clerk"),
            ),
            residents=1800,
            dispatched_by="HARLOW SO",
        ),
        Agency(
            "SABLE POINT PD",
            "Sable Point Police Department",
            "SPD",
            (
                Unit("PATROL", "patrol", 9, 3.0, STREET),
                Unit("DETECTIVES", "cases", 2, 3.0, role="detective"),
                Unit("RECORDS", "records", 1, 3.0, role="clerk"),
            ),
            residents=900,
        ),
        Agency(
            "ERO HARLOW",
            "Enforcement and Removal Operations, Harlow",
            "ERO",
            (Unit("FIELD OFFICE", "custody", 5, 0.6, role="agent"),),
            "federal",
            "ERO",
            date(2015, 7, 1),
            FIRST_DAY + timedelta(days=int(days * 0.55)),
            0,
        ),
        Agency(
            "HSI HARLOW",
            "Homeland Security Investigations, Harlow",
            "HSI",
            (Unit("FIELD OFFICE", "federal", 4, 0.9, role="agent"),),
            "federal",
            "HSI",
            date(2015, 7, 1),
            None,
            0,
        ),
        Agency(
            "HARLOW JIS",
            "Harlow County Justice Information Systems",
            "JIS",
            (Unit("VALIDATION", "batch", 1, 20.0, ("batch",), "service"),),
            residents=0,
        ),
    )
