"""Invented residents, with their licences, cars and homes, and the people who work in the agencies."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from anomaly.synth.names import GIVEN, SURNAMES
from anomaly.synth.plan import FIRST_DAY, Agency

LETTERS = 26


def stream(seed: int, *names: str) -> np.random.Generator:
    """A random generator for each name, so that one part of a world never shifts the draws of another."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


@dataclass
class Officer:
    """A user: `index` is the position in the staff, `person` the user's own row among the residents.

    pace: actions a shift. vague: share of reasons that say nothing. upper: types in capitals.
    """

    index: int
    user: str
    person: int
    agency: str
    unit: str
    role: str
    work: str
    rota: str
    phase: int
    pace: float
    vague: float
    upper: bool
    hired: date
    separated: date | None = None


def plate_of(serial: int) -> str:
    """A plate such as 8ABC123; plates are issued in sequence, so neighbours in number are strangers."""
    block, digits = divmod(serial, 1000)
    letters = "".join(chr(65 + block // LETTERS**k % LETTERS) for k in (2, 1, 0))
    return f"8{letters}{digits:03d}"


def residents(rng: np.random.Generator, n: int) -> pl.DataFrame:
    """`n` people: subject, license, plate, state, name, dob, sex, address_key; about two share an address."""
    sex = np.where(rng.random(n) < 0.5, "F", "M")
    surname = np.array(SURNAMES)[rng.integers(len(SURNAMES), size=n)]
    pick = rng.integers(len(GIVEN["F"]), size=n)
    given = np.where(sex == "F", np.array(GIVEN["F"])[pick], np.array(GIVEN["M"])[pick])
    numbers = rng.choice(9_000_000, size=n, replace=False) + 1_000_000
    born = rng.integers(0, 22_000, size=n)
    away = rng.random(n) < 0.04
    state = np.where(away, np.array(["NV", "OR", "AZ"])[rng.integers(3, size=n)], "CA")
    return pl.DataFrame(
        {
            "subject": [f"S{k:05d}" for k in rng.permutation(n)],
            "license": [f"{chr(65 + k % LETTERS)}{k}" for k in numbers.tolist()],
            "plate": [plate_of(1_414_000 + k) for k in range(n)],
            "state": state,
            "name": [f"{a},{b}" for a, b in zip(surname, given, strict=True)],
            "dob": [date(1945, 1, 1) + timedelta(days=int(k)) for k in born],
            "sex": sex,
            "address_key": [f"A{k:05d}" for k in np.sort(rng.integers(0, max(1, n // 2), size=n))],
        }
    )


def hire(rng: np.random.Generator, agencies: Sequence[Agency]) -> list[Officer]:
    """The staff of all agencies, in the order of the plan; user names are unique."""
    staff: list[Officer] = []
    for agency in agencies:
        badges = iter(rng.choice(8999, size=sum(unit.size for unit in agency.units), replace=False) + 1000)
        for unit in agency.units:
            for k in range(unit.size):
                service = unit.role == "service"
                staff.append(
                    Officer(
                        index=len(staff),
                        user="svc_qwb" if service else f"{agency.prefix}{next(badges)}",
                        person=len(staff),
                        agency=agency.agency,
                        unit=unit.name,
                        role=unit.role,
                        work=unit.work,
                        rota=unit.rotas[k % len(unit.rotas)],
                        phase=int(rng.integers(8)),
                        pace=unit.pace if service else float(unit.pace * rng.gamma(14, 1 / 14)),
                        vague=0.0 if service else float(rng.beta(1.6, 12)),
                        upper=bool(rng.random() < 0.3),
                        hired=FIRST_DAY - timedelta(days=int(rng.integers(200, 7000))),
                    )
                )
    return staff
