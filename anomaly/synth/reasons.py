"""What people type as a reason: abbreviations, codes, slips of the keyboard, and often nothing much.

The vague forms and misspellings are those of a search log that one city published (4,296 searches, 2025):
forms of "investigation" are 19.7 % of its reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anomaly.synth.phrases import Phrases
from anomaly.synth.staff import Staff
from anomaly.synth.streams import Ints

# What is typed now and then stands once in a list, what is typed every day several times: DESIGN.
VAGUE = [
    *3
    * [
        *3 * ["investigation"],
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
    ],
    *("x", "-", "..", "n/a", "ck", "?", "fyi", "intel", "veh", "look up"),
]
PAPERS = ("id check", "id unk", "no dl", "foreign id", "consular id", "poss alias")
MINOR = (
    "expired reg",
    "parking",
    "litter",
    "noise compl",
    "abandoned veh",
    "toll evasion",
    "no plate",
    "hov",
)
AGENCY_ASSIST = (
    "assist",
    "assist oa",
    "agency assist",
    "outside agency",
    "outside agcy",
    "oa req",
    "assist fed",
)
TRAFFIC = [
    *3
    * [
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
    ],
    *PAPERS,
    *("expired reg", "hov", "toll evasion", "abandoned veh"),
]
PATROL = [
    *4
    * [
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
    ],
    *MINOR,
    *AGENCY_ASSIST,
    *("lot ck", "hotel lot ck", "bolo veh", "event", "special event", "officer safety", "news", "id check"),
    *("mutual aid", "mutual aid fire", "fire evac", "evac ck", "rd closure"),
]
CALLS: dict[str, tuple[str, ...]] = {
    "disturbance": (
        *3 * ("415", "disturbance", "415 call", "disturbence", "noise compl"),
        *("415 transient", "trespass", "drunk in public"),
    ),
    "domestic": ("273.5", "dv call", "domestic", "family dist", "ro check"),
    "theft": ("484", "theft rpt", "petty theft", "459 rpt", "shoplift"),
    "welfare check": (*4 * ("welfare check", "welf ck", "welfare ck", "5150 eval"), "welfare ck female"),
    "suspicious person": ("susp person", "suspicious subj", "prowler", "ped check", "ped ck", "trespass"),
    "collision": (
        *3 * ("tc", "20002", "hit and run", "h&r rpt", "collision"),
        *("tc inj", "tc officer involved", "call out", "callout", "fatal tc callout", "call out 187"),
    ),
    "warrant service": (
        *2 * ("warrant", "warrent ck", "ww check", "warrant svc", "wants"),
        "arrest",
        "fugitive",
    ),
    "stolen vehicle": ("10851", "stolen veh rpt", "gta", "stolen vehicle"),
}
REPORT = (
    *4 * ("{n}", "{n}", "{n}", "rpt {n}", "case {n}", "{n} rpt"),
    *("ts {n}", "{n} t-stop", "{n} arrest", "{n} parking", "{n} veh", "{n} bolo", "f/u {n}"),
)
CASE = (
    *4
    * (
        "{n}",
        "{n}",
        "{n} f/u",
        "f/u {n}",
        "follow up {n}",
        "inv {n}",
        "{n} susp info",
        "cs {n}",
        "case# {n}",
    ),
    *("case {n}", "{n} locate", "{n} veh", "{n} bolo", "{n} bkgd", "{n} wants ck", "{n} arrest"),
    *("{n} witness", "{n} canvass", "187 {n}", "ois {n}"),
    *("court {n}", "court prep {n}", "subpoena {n}", "{n} da prep"),
)
DRUGS = (*CASE, *CASE, "11378 {n}", "fentanyl {n}", "hidta {n}", "TF {n}", "hsi narc tf {n}")
FAMILY = (
    *2 * ("{n}", "dv f/u {n}", "ro check {n}", "tro svc {n}", "victim contact {n}", "273.5 {n}", "{n} f/u"),
    *("rest order ck {n}", "tro ck {n}"),
)
LEAD = (
    *3 * ("lead", "tip", "witness locate", "locate", "witness addr", "pawn slip", "video id", "citizen tip"),
    *AGENCY_ASSIST,
    *(
        "intel",
        "bkgd",
        "target",
        "target addr",
        "target veh",
        "op plan",
        "surv",
        "veh of interest",
        "fugitive",
    ),
    *("locate female", "status ck", "arrest", "news"),
)
NARCOTICS = (
    *2 * ("11378 surv", "11377", "narc inv", "sw prep", "surveillance", "ci info", "buy op", "meth sales"),
    *("surv", "target veh", "target addr", "op plan"),
)
RECORDS = (
    *3
    * (
        "records req",
        "rpt request",
        "subpoena",
        "da request",
        "court packet",
        "register 290",
        "validation",
    ),
    *AGENCY_ASSIST,
    *("bkgd", "status ck", "id check", "arrest", "news"),
)
RECORDS_OF_REPORT = (
    *("records req {n}", "rpt request {n}", "front desk {n}", "{n}", "{n}", "subpoena {n}", "court {n}"),
    *("{n} wants ck", "wants {n}", "warrant val {n}", "{n} bkgd", "{n} arrest"),
)
WARRANTS = (*2 * ("warrant val", "warrant entry", "wants check", "ww recall", "abstract"), "civil warrant")
CUSTODY = (
    "crim hist, in custody",
    "custody crim hx",
    "crim hx inmate",
    "criminal history 8 usc 1326b2 conviction",
    "8 usc 1326 b2 prior",
    "arrest record",
)
SEX_CRIMES = ("{n}", "261 {n}", "victim {n}", "{n} f/u", "290 check {n}", "288 {n}", "sart {n}")
JAIL = (
    *3 * ("booking", "intake", "class/housing", "release check", "visitor check", "holds check"),
    *("fed hold", "arrest", "id check", "poss alias"),
)
ALPR = (
    *5 * ("stolen vehicle", "10851", "bolo", "wanted person", "missing juv", "459 susp veh", "h&r veh"),
    *MINOR,
    *("susp veh", "veh of interest", "target veh", "surv", "locate", "assist oa", "special event"),
)
ALPR_CASE = (
    *("{n}", "{n}", "susp veh {n}", "h&r veh {n}", "veh of interest {n}", "{n} f/u", "{n} veh"),
    "{n} parking",
)
BULLETIN = (
    *2 * ("bolo", "BOLO", "bolo veh", "atl", "attempt locate", "be on lookout", "teletype"),
    *("187 susp", "BOLO 187 susp", "homicide susp bolo", "atl bolo"),
    *("amber alert", "AMBER", "missing juv", "207 juv bolo", "child abduction"),
)
FEDERAL = (
    *2 * ("child exploitation {n}", "fraud {n}", "{n} trafficking inv", "{n} contraband", "{n}"),
    *("csam {n}", "{n} 18 usc 2252", "{n} locate"),
)
PERMIT = (
    *2 * ("ccw app", "ccw renewal", "permit appl", "firearms appl", "F check appl"),
    *("ccw", "firearms ck", "gun purchase"),
)
APPLICANT = (
    *2 * ("applicant", "employment bkgd", "new hire bkgd", "applicant bkgd"),
    *("bkgd", "city hire", "volunteer bkgd", "pre-employment", "academy bkgd"),
)
DISPATCH = (
    *3 * ("caller info", "rp check", "desk request", "tow verify", "reg check for unit"),
    *AGENCY_ASSIST,
    *("id check", "parking", "news"),
)


def say(
    rng: np.random.Generator,
    staff: Staff,
    phrases: Phrases,
    who: Ints,
    texts: Sequence[str],
    *,
    careful: bool = False,
) -> Ints:
    """The code of one reason for each user of `who`, (n,), chosen from `texts`.

    A share of the reasons is vague, by each user's own habit, and a few are left blank; not when `careful`.
    """
    n = len(who)
    code = phrases.codes(texts)[rng.integers(len(texts), size=n)]
    if not careful:
        vague = rng.random(n) < staff.vague[who]
        code = np.where(vague, phrases.codes(VAGUE)[rng.integers(len(VAGUE), size=n)], code)
    code = code + staff.capitals[who]
    if not careful:
        code[rng.random(n) < staff.p.habits.blank] = 0
    return code
