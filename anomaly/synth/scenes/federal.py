"""Immigration enforcement: by federal users, by local users for them, and under access that has ended.

Who holds a licence issued without proof of lawful presence (pattern 21) is in no log, and in no list that
anybody should build, so no scene shows it.
"""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import VAGUE
from anomaly.synth.scenes.cover import READERS
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.parts import PLATES, Telling, between, crew, forms, moments, told, up_to
from anomaly.synth.staff import HOUR
from anomaly.synth.work.people import pick_kinds
from anomaly.synth.world import NoPartError, World

LOCAL = ("patrol", "cases", "narcotics", "records", "dispatch", "jail", "traffic")
FEDERAL = ("federal", "custody")
IMMIGRATION = [
    "ICE ERO removal",
    "immigration",
    "immigration enf",
    "assist ICE immigration",
    "immigration detainer",
    "8 usc 1325",
    "1325",
    "ice ero",
    "ICE WARRANT",
    "deportation order",
    "immigration status ck",
    "287(g)",
    "removal order ERO",
    "re-entry after removal",
    "visa overstay",
    "final order of removal",
]
MISSPELT = [
    "imigration",
    "immagration",
    "immig",
    "imm enf",
    "I.C.E.",
    "ice/ero",
    "deport",
    "remval order",
    "1325/1326",
    "I-200",
]
SAID_VAGUELY = [
    "admin warrant",
    "fed hold",
    "fed detainer",
    "status ck",
    "outside agcy",
    "dhs req",
    "locate for feds",
    "civil warrant",
]
TARGETS = [
    "locate removal target",
    "fugitive ops",
    "target addr",
    "removal op plan",
    "ERO target veh",
    "final order locate",
    "worksite enf",
    "immigration enf",
]
ATTENTION = ["ICE ERO", "ERO FLD OFC", "ATTN ERO DET UNIT", "DHS ICE ERO", "CBP BP STATION"]
ASSIST = ["assist ERO", "assist fed", "outside agency assist ERO", "asst ICE", "per ERO", "for ICE agent"]
QUIET_ASSIST = ["assist oa", "outside agency", "agency assist", "oa req", "assist fed"]
DESK = ["locate", "target", "fugitive", "op plan", "target addr", "warrant svc"]
IDENTITY = ["id check", "traffic stop", "id unk", "no dl", "foreign id", "consular id", "poss alias"]


def ended_access(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """An office goes on querying after the day its access ended, as a removal branch could after 2019 [CD19].

    The form with one user is a login that nobody switched off.
    """
    ended = [k for k, one in enumerate(world.plan.agencies) if one.access_to is not None]
    for agency in rng.permutation(ended).tolist():
        try:
            users = up_to(world, rng, between(rng, how.users), agency=agency)
        except NoPartError:
            continue
        last = world.plan.agencies[agency].access_to
        assert last is not None
        after = ((last - world.p.first_day).days + 1) / world.days
        actions = told(world, rng, users, how, span=(after, 1.0))
        world.add(world.scenario("ended_access", users, misuse=True, variant=variant), actions)
        return
    raise NoPartError


def direct_query(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """Agents of a federal office query driver and vehicle records for immigration enforcement [NBC-A][WYDEN].

    Their access is in force; what it may be used for is not this.
    """
    users = crew(world, rng, how, FEDERAL)
    last = world.agency_of(users[0]).access_to
    until = 1.0 if last is None else (last - world.p.first_day).days / world.days
    actions = told(world, rng, users, how, span=(0.0, until))
    world.add(world.scenario("federal_direct_query", users, misuse=True, variant=variant), actions)


def purpose(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """Local users look up driver and vehicle records for immigration enforcement [404][REDL]."""
    users = crew(world, rng, how, LOCAL)
    actions = told(world, rng, users, how, span=(0.25, 1.0))
    world.add(world.scenario("immigration_purpose", users, misuse=True, variant=variant), actions)


def proxy(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """Local users ask for a federal agent, who is named as the one they ask for [CALM][404]."""
    users = crew(world, rng, how, LOCAL)
    agent = _agent(world, rng)
    actions = told(world, rng, users, how, behalf=agent)
    world.add(world.scenario("immigration_proxy", users, misuse=True, variant=variant), actions)


def unnamed_proxy(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """The same with nobody named: reason or attention says for whom, in camera searches too [404][SF25]."""
    users = crew(world, rng, how, READERS if how.kinds is CAMERAS else LOCAL)
    actions = told(world, rng, users, how)
    world.add(world.scenario("immigration_proxy", users, misuse=True, variant=variant), actions)


def list_for_an_agent(world: World, rng: np.random.Generator) -> None:
    """An agent sends a list of names, and a local user runs all of it within the hour [CALM]."""
    [user] = world.cast(rng, LOCAL)
    agent = _agent(world, rng)
    n = int(rng.integers(9, 26))
    [start] = moments(world, rng, user, 1, (0.1, 0.95))
    time = start + np.sort(rng.integers(0, HOUR, size=n))
    person = world.some(rng, int(world.staff.agency[user]), n)
    kind = pick_kinds(rng, n, driver=0.7, photo=0.3)
    reason = world.words(rng, user, [str(rng.choice(ASSIST))], n)
    scenario = world.scenario("immigration_proxy", [user], misuse=True, variant="list")
    world.add(scenario, Actions.of(time, user, person, kind, reason, behalf=agent))


def without_custody(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """Users ask the federal centre for a person's immigration status, with nobody in custody and no case.

    The key is for people under investigation or arrest [NL-IAQ][MULES]; purpose F is for buyers of firearms.
    """
    users = crew(world, rng, how, ("patrol", "traffic", "records", "dispatch"))
    actions = told(world, rng, users, how)
    scenario = world.scenario("immigration_query_without_custody", users, misuse=True, variant=variant)
    world.add(scenario, actions)


def _agent(world: World, rng: np.random.Generator) -> int:
    """A federal user for whom others ask, of removal operations where there are any; not a part to play."""
    for work in ("custody", "federal"):
        s = world.staff
        agents = np.flatnonzero((s.work == work) & (s.hired < 0) & (s.separated > world.days))
        if len(agents):
            return int(rng.choice(agents))
    raise NoPartError


IAQ = {"immigration": 1.0}
CAMERAS = {"cameras": 1.0}
OFFICE = (3, 9)

FAMILIES = (
    Family(
        "ended_access",
        (16,),
        forms(
            ended_access,
            {
                "office": Telling(DESK, {"driver": 0.6, "plate": 0.2, "history": 0.2}, (60, 140), OFFICE),
                "one login": Telling(DESK, looks=(8, 20)),
                "evasive investigation": Telling(VAGUE, looks=(10, 30), users=(1, 3)),
                "evasive spread": Telling(DESK, PLATES, (8, 16), OFFICE, case="invented"),
                "evasive copied case": Telling(["{n}", "{n} locate"], looks=(10, 30), case="copied"),
            },
        ),
    ),
    Family(
        "federal_direct_query",
        (17,),
        forms(
            direct_query,
            {
                "office": Telling(TARGETS, looks=(40, 120), users=OFFICE),
                "one agent": Telling(TARGETS, looks=(12, 30)),
                "evasive investigation": Telling(["investigation"], looks=(20, 60), users=(1, 3), exact=True),
                "evasive copied case": Telling(["{n}", "{n} locate"], looks=(12, 30), case="copied"),
                "evasive plates": Telling(["target veh", "surv", "locate"], PLATES, (12, 30)),
                "evasive spread": Telling(TARGETS, looks=(10, 20), users=OFFICE),
            },
        ),
    ),
    Family(
        "immigration_purpose",
        (18,),
        forms(
            purpose,
            {
                "openly": Telling(IMMIGRATION, looks=(8, 30)),
                "vaguely": Telling(SAID_VAGUELY, looks=(8, 24)),
                "attention": Telling(["locate", "assist", "wants"], looks=(8, 24), attention=ATTENTION),
                "evasive investigation": Telling(
                    ["investigation"], looks=(8, 24), attention=ATTENTION, exact=True
                ),
                "evasive misspelt": Telling(MISSPELT, looks=(8, 20), exact=True),
                "evasive spread": Telling(IMMIGRATION, looks=(8, 16), users=(4, 9)),
                "evasive plates": Telling([*SAID_VAGUELY, *MISSPELT], PLATES, (8, 20)),
                "evasive copied case": Telling(
                    ["{n} ero", "{n} imm", "{n} ice hold"], looks=(8, 20), case="copied"
                ),
                "evasive mixed": Telling(
                    ["traffic stop", "t-stop", "immigration", "ice ero", "veh stop"], looks=(10, 24)
                ),
            },
        ),
    ),
    Family(
        "immigration_proxy",
        (19,),
        forms(
            proxy,
            {
                "on behalf": Telling(ASSIST, {"driver": 0.8, "photo": 0.2}, (6, 20)),
                "evasive investigation": Telling(["investigation", "assist"], looks=(6, 18), exact=True),
                "evasive spread": Telling(QUIET_ASSIST, looks=(6, 14), users=(4, 8)),
                "evasive plates": Telling(QUIET_ASSIST, PLATES, (8, 20)),
                "evasive copied case": Telling(["{n}", "{n} assist"], looks=(6, 18), case="copied"),
                "evasive mixed": Telling(["traffic stop", "veh stop", "assist oa", "t-stop"], looks=(8, 20)),
            },
        )
        | {"list": list_for_an_agent}
        | forms(
            unnamed_proxy,
            {
                "attention": Telling(QUIET_ASSIST, looks=(6, 20), attention=ATTENTION),
                "cameras": Telling(
                    ["ICE+ERO", "ICE", "immigration", "ICE WARRANT", "ERO assist"],
                    CAMERAS,
                    (10, 40),
                    (1, 3),
                    networks=(800, 6809),
                ),
                "evasive nobody named": Telling(["assist fed", "assist oa", "fed assist"], looks=(6, 16)),
                "evasive cameras": Telling(
                    ["investigation", "assist oa"], CAMERAS, (10, 30), attention=ATTENTION, networks=(20, 900)
                ),
            },
        ),
    ),
    Family(
        "immigration_query_without_custody",
        (20,),
        forms(
            without_custody,
            {
                "street": Telling(IDENTITY, IAQ, (6, 18)),
                "unit": Telling(IDENTITY, IAQ, (12, 30), (3, 8)),
                "firearms": Telling(["firearms ck", "gun purchase", "ccw"], IAQ, (5, 12), purpose="F"),
                "evasive investigation": Telling(["investigation"], IAQ, (6, 18), exact=True),
                "evasive copied case": Telling(["{n}", "{n} arrest", "booking"], IAQ, (6, 14), case="copied"),
                "evasive spread": Telling(
                    ["booking", "arrest", "id check"], IAQ, (5, 10), (3, 6), case="invented"
                ),
            },
        ),
    ),
)
