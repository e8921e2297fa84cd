"""What people type as a reason: abbreviations, codes, slips of the keyboard, and often nothing much.

The vague forms and misspellings are those of a search log that one city published (4,296 searches, 2025):
forms of "investigation" are 19.7 % of its reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.people import Officer

Text = NDArray[np.object_]

VAGUE = [
    "investigation",
    "investigation",
    "investigation",
    "Investigation",
    "INVESTIGATION",
    "inv",
    "invest",
    "investigative",
    "investigations",
    "investagation",
    "invetigation",
    "susp",
    "info",
    "police",
    ".",
    "check",
]
TRAFFIC = [
    "traffic stop",
    "t-stop",
    "tstop",
    "TRAFFIC",
    "traffic",
    "trafic stop",
    "ts exp reg",
    "exp reg",
    "speed",
    "vc 22350",
    "vc 4000a",
    "vc 14601",
    "veh stop",
    "vehicle stop",
    "red light",
    "no plate",
    "cell phone vc 23123",
    "dui stop",
    "traffic collision",
    "tc no inj",
]
PATROL = [
    "plate ck",
    "plate check",
    "veh ck",
    "susp veh",
    "suspicious vehicle",
    "11-54",
    "occupied veh",
    "parked veh",
    "stolen ck",
    "10-28",
    "area check",
    "prowler area ck",
    "lot check",
]
CALLS: dict[str, tuple[str, ...]] = {
    "disturbance": ("415", "disturbance", "415 call", "disturbence", "noise compl"),
    "domestic": ("273.5", "dv call", "domestic", "family dist", "ro check"),
    "theft": ("484", "theft rpt", "petty theft", "459 rpt", "shoplift"),
    "welfare check": ("welfare check", "welf ck", "welfare ck", "5150 eval"),
    "suspicious person": ("susp person", "suspicious subj", "prowler", "ped check", "ped ck"),
    "collision": ("tc", "20002", "hit and run", "h&r rpt", "collision"),
    "warrant service": ("warrant", "warrent ck", "ww check", "warrant svc", "wants"),
    "stolen vehicle": ("10851", "stolen veh rpt", "gta", "stolen vehicle"),
}
REPORT = ("{n}", "{n}", "{n}", "rpt {n}", "case {n}", "{n} rpt")
CASE = (
    "{n}",
    "{n}",
    "{n} f/u",
    "f/u {n}",
    "follow up {n}",
    "inv {n}",
    "{n} susp info",
    "cs {n}",
    "case# {n}",
)
FAMILY = ("{n}", "dv f/u {n}", "ro check {n}", "tro svc {n}", "victim contact {n}", "273.5 {n}", "{n} f/u")
LEAD = ("lead", "tip", "witness locate", "locate", "witness addr", "pawn slip", "video id", "citizen tip")
NARCOTICS = ("11378 surv", "11377", "narc inv", "sw prep", "surveillance", "ci info", "buy op", "meth sales")
RECORDS = (
    "records req",
    "rpt request",
    "subpoena",
    "da request",
    "court packet",
    "register 290",
    "validation",
)
WARRANTS = ("warrant val", "warrant entry", "wants check", "ww recall", "abstract")
CUSTODY = (
    "crim hist, in custody",
    "custody crim hx",
    "criminal history 8 usc 1326b2 conviction",
    "arrest record",
)
FEDERAL = ("child exploitation {n}", "fraud {n}", "{n} trafficking inv", "{n} contraband", "{n}")
PERMIT = ("ccw app", "ccw renewal", "permit appl", "firearms appl", "F check appl")
APPLICANT = ("applicant", "employment bkgd", "new hire bkgd", "applicant bkgd")
DISPATCH = ("caller info", "rp check", "desk request", "tow verify", "reg check for unit")


def say(
    rng: np.random.Generator, who: Officer, phrases: Sequence[str], numbers: Sequence[str] | Text
) -> Text:
    """One reason for each of `numbers`, a (n,) sequence of case numbers ("" where there is none).

    `{n}` in a phrase becomes the number. A share of the reasons is vague, by the user's own habit, and
    0.6 % are left blank.
    """
    n = len(numbers)
    text: Text = np.array(phrases, dtype=object)[rng.integers(len(phrases), size=n)]
    vague = rng.random(n) < who.vague
    text[vague] = np.array(VAGUE, dtype=object)[rng.integers(len(VAGUE), size=int(vague.sum()))]
    text[rng.random(n) < 0.006] = ""
    said = [phrase.replace("{n}", number) for phrase, number in zip(text, numbers, strict=True)]
    return np.array([s.upper() for s in said] if who.upper else said, dtype=object)
