"""Every detector finds its own story and is silent on the hard negatives in it, through a whole scan."""

from __future__ import annotations

from functools import lru_cache

import polars as pl
import pytest

from anomaly.detectors import BY_NAME
from anomaly.incidents import ScanResult
from anomaly.scan import Settings, scan
from tests.detectors.bench import STORY_OF, story_bench
from tests.stories import NAMES, load_story


def scenarios(*, misuse: bool) -> list[tuple[str, str]]:
    return [
        (name, scenario)
        for name in NAMES
        for scenario in sorted(set(load_story(name).truth.filter(misuse=misuse)["scenario_id"]))
    ]


@lru_cache
def scanned(name: str) -> ScanResult:
    story = load_story(name)
    return scan(story.log, Settings(context=story.context))


def detectors_of(name: str) -> set[str]:
    """Detectors whose story this is."""
    return {name, *(other for other, story in STORY_OF.items() if story == name)}


def matching(name: str, scenario: str) -> list[str]:
    """Incidents of the story's detector about a scenario: users and half of the rows in common."""
    truth = load_story(name).truth.filter(scenario_id=scenario)
    rows, users = set(truth["row"]), set(truth["user"])
    result = scanned(name)
    found = []
    for incident in result.incidents:
        own = pl.col("detector").is_in(detectors_of(name))
        evidence = result.evidence.filter(own, incident_id=incident.incident_id, role="supports")
        supports = set(evidence["row"])
        common = len(rows & supports)
        if (
            users & set(incident.users)
            and supports
            and (2 * common >= len(supports) or 2 * common >= len(rows))
        ):
            found.append(incident.summary)
    return found


# Five late nights that hours alone cannot tell from chance at the default rate, in a unit where two clerks
# have them: they are seen, and not listed.
# Four times the pace from the first day to the last, in a log without calls or cases: a busy desk looks the
# same.
# One number over new people, and no register: 0.00047 of 26 users, where 17 detectors test.
TOO_FAINT = {("own_hours", "M002"), ("volume", "M001"), ("copied_case_number", "M002")}


@pytest.mark.parametrize(("name", "scenario"), scenarios(misuse=True))
def test_finds_its_own_scenario(name: str, scenario: str) -> None:
    assert bool(matching(name, scenario)) != ((name, scenario) in TOO_FAINT)


@pytest.mark.parametrize(("name", "scenario"), sorted(TOO_FAINT))
def test_sees_what_is_too_faint_to_list(name: str, scenario: str) -> None:
    story, bench = load_story(name), story_bench(name)
    users = set(story.truth.filter(pl.col("scenario_id") == scenario)["user"])
    signals = bench.run(BY_NAME[name])
    assert users & set(bench.groups(BY_NAME[name]).labels().gather(signals.actor))


@pytest.mark.parametrize(("name", "scenario"), scenarios(misuse=False))
def test_does_not_list_the_hard_negative(name: str, scenario: str) -> None:
    assert matching(name, scenario) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_other_detectors_list_nobody_innocent(name: str) -> None:
    """Only people of the misuse are listed as persons, by any detector."""
    listed = {user for i in scanned(name).incidents if i.kind == "person" for user in i.users}
    assert listed - load_story(name).users(misuse=True) == set()
