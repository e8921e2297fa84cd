"""An agency's look-ups by month and hour are those that one by one counting gives."""

from __future__ import annotations

from collections import Counter

import numpy as np

from anomaly.incidents.tell import day_of
from anomaly.incidents.volume import by_time
from anomaly.scan import Settings
from anomaly.scan.coded import code_log
from anomaly.scan.timing import Timing
from tests.stories import load_story


def test_every_look_up_counts_once_in_its_month_and_its_hour() -> None:
    story = load_story("applicants")
    settings = Settings(context=story.context).checked()
    _, coded, _ = code_log([story.log], settings, lambda stage, rows: None, Timing())
    names = coded.texts["agency"]
    codes = np.arange(len(names))[::-1]
    months: dict[int, Counter[str]] = {int(code): Counter() for code in codes}
    hours: dict[int, Counter[int]] = {int(code): Counter() for code in codes}
    actions = coded.actions
    for agency, day, hour in zip(actions.agency, actions.day, actions.hour, strict=True):
        if agency >= 0:
            months[int(agency)][f"{day_of(int(day)):%Y-%m}"] += 1
            hours[int(agency)][int(hour)] += 1
    told = by_time(coded, codes)
    assert [one["months"] for one in told] == [dict(sorted(months[int(code)].items())) for code in codes]
    assert [one["hours"] for one in told] == [[hours[int(code)][h] for h in range(24)] for code in codes]
    assert by_time(coded, codes[:0]) == []
