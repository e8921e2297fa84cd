"""A bound on memory: what may not fit is refused before it is read, what goes over it is stopped."""

from __future__ import annotations

import pytest

from anomaly.errors import InputError, SettingsError
from anomaly.scan import Settings, budget, scan
from anomaly.scan.budget import LEAST, Budget, size_of
from tests.stories import load_story

STORY = load_story("volume")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4GB", 4 * 10**9),
        ("512 mb", 512 * 10**6),
        ("1.5GiB", 3 * 2**29),
        ("800000000", 8 * 10**8),
        ("2g", 2 * 10**9),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "much", "4TB", "-1GB", "GB", "1e9", "4 GB 2"])
def test_what_is_no_size_is_said(text: str) -> None:
    with pytest.raises(SettingsError, match="is no size"):
        size_of(text)


def test_too_little_for_any_log_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"too few for any scan\n  next: give 0\.7 GB"):
        scan([STORY.log], Settings(memory=LEAST - 1))


def test_a_log_that_may_not_fit_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "IN_MEMORY", 10**9)
    told: list[str] = []
    with pytest.raises(InputError, match=r"may take up to .* of memory, more than the 4\.0 GB it may have"):
        scan([STORY.log], Settings(memory=4 * 10**9), progress=lambda stage, rows: told.append(stage))
    assert "reading" not in told


def test_a_scan_that_goes_over_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "resident", lambda: 5 * 10**9)
    with pytest.raises(InputError, match=r"takes more than 4\.0 GB"):
        scan([STORY.log], Settings(memory=4 * 10**9))


def test_a_bound_changes_no_answer() -> None:
    free, bound = (scan([STORY.log], Settings(memory=size)) for size in (None, 10**10))
    assert free.incidents == bound.incidents
    assert free.summary == bound.summary
    Budget(None).check()
