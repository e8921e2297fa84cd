"""Names of invented people: put together from parts, or drawn from Faker's tables with their census
weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anomaly.errors import InputError

HEADS = """ASH BRAM CALD DORN ELL FARN GALD HEST ILM JARR KEST LUND MARR NOR ORR PELL QUILL RAV STEN THORN ULV
VERR WEND YARR"""
TAILS = "ABY BOURNE COMBE DALE ERN FIELD GROVE HAM ICK LING MERE NESS OVA QUIST STEAD WELL"
WOMEN = """ADELA BRISA CORA DELIA EDDA FENNA GRETA HILDA INES JUNA KARIN LENA MARTA NADIA ODILE PETRA
ROSA SELMA TILDA URSA VERA WILMA YARA ZELDA"""
MEN = """ALDO BRUNO CYRUS DARIO EMIL FELIX GUSTAV HUGO IVOR JONAS KURT LEIF MILAN NILS OTTO PAVEL RAFE
SIMON TOMAS ULRIC VIGO WALT YOREN ZANE"""
PLACES = """HARLOW NORTHGATE MILLBROOK SABLE CINDER DUNE ELMFORD WREN OSTLER PALMER QUARRY RUSSET TARN VESPER
WILLET YARROW ALDER BRACKEN CORRAN DELL ESKER FALLOW GORSE HOLLIN JUNIPER KESTREL LARCH MARL NETTLE ORCHARD"""
ENDINGS = (
    "",
    " POINT",
    " BAY",
    " HILLS",
    " SPRINGS",
    " VALLEY",
    " GROVE",
    " CREEK",
    " MESA",
    " LAKE",
    " FLATS",
)


@dataclass(frozen=True)
class Names:
    """Tables of names in capitals, each with cumulative weights (k,) float64 that end at 1. source: whose."""

    source: str
    surnames: tuple[str, ...]
    surname_weight: NDArray[np.float64]
    women: tuple[str, ...]
    women_weight: NDArray[np.float64]
    men: tuple[str, ...]
    men_weight: NDArray[np.float64]


def tables(source: str, exponent: float) -> Names:
    """The tables of `source`: "census" (Faker), "invented", or "auto": census where Faker is installed.

    Raises InputError for another source, or when "census" is asked for and Faker is missing.
    """
    if source not in ("census", "invented", "auto"):
        raise InputError(f"names `{source}` are not known", "names", "they are census, invented, auto")
    if source != "invented":
        try:
            return _census()
        except ImportError:
            if source == "census":
                raise InputError(
                    "names with census weights need Faker", "names", "pip install 'access-log-anomaly[synth]'"
                ) from None
    surnames = tuple(head + tail for head in HEADS.split() for tail in TAILS.split())
    rank = np.arange(1, len(surnames) + 1, dtype=np.float64) ** -exponent
    flat = np.ones(len(WOMEN.split()))
    return Names(
        "invented",
        surnames,
        _cumulative(rank),
        tuple(WOMEN.split()),
        _cumulative(flat),
        tuple(MEN.split()),
        _cumulative(flat),
    )


def _census() -> Names:
    from faker.providers.person.en_US import Provider

    def table(weights: Mapping[str, float]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        names = tuple(name.upper() for name in weights)
        return names, _cumulative(np.fromiter(weights.values(), dtype=np.float64))

    return Names(
        "census",
        *table(Provider.last_names),
        *table(Provider.first_names_female),
        *table(Provider.first_names_male),
    )


def _cumulative(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total: NDArray[np.float64] = np.cumsum(weights / weights.sum())
    total[-1] = 1.0
    return total


def places(n: int) -> list[str]:
    """`n` invented places, all different."""
    heads, out = PLACES.split(), []
    for k in range(n):
        turn, head = divmod(k, len(heads))
        ending = ENDINGS[(head + turn) % len(ENDINGS)]
        again = turn // len(ENDINGS)
        out.append(f"{heads[head]}{ending}{f' {again + 1}' if again else ''}")
    return out
