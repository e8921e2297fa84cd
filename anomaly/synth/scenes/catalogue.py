"""Every family of scenes, in report order: the ways of misuse, and the innocent work that only looks so."""

from __future__ import annotations

from anomaly.synth.scenes import (
    cameras,
    federal,
    filings,
    innocent_access,
    innocent_accounts,
    innocent_events,
    innocent_hours,
    innocent_people,
    innocent_volume,
    innocent_words,
    news,
    purposes,
)
from anomaly.synth.scenes.accounts import ACCOUNTS
from anomaly.synth.scenes.attraction import ATTRACTION
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.harvest import HARVEST
from anomaly.synth.scenes.hours import HOURS
from anomaly.synth.scenes.personal import PERSONAL

MISUSE: tuple[Family, ...] = (
    *PERSONAL,
    *ATTRACTION,
    *HOURS,
    *ACCOUNTS,
    *federal.FAMILIES,
    *purposes.FAMILIES,
    *news.FAMILIES,
    *cameras.FAMILIES,
    *HARVEST,
    *filings.FAMILIES,
)
INNOCENT: tuple[Family, ...] = (
    *innocent_people.FAMILIES,
    *innocent_hours.FAMILIES,
    *innocent_accounts.FAMILIES,
    *innocent_access.FAMILIES,
    *innocent_events.FAMILIES,
    *innocent_volume.FAMILIES,
    *innocent_words.FAMILIES,
)
