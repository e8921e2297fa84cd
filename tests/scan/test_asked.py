"""Who looked one person up: every row of the log about that person, and no other."""

from __future__ import annotations

import csv
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.report.subject import Asked, render_subject, subject_files
from anomaly.scan import Settings, scan
from anomaly.scan.asked import who_asked
from tests.report.sample import HOSTILE
from tests.stories import load_story

STORY = load_story("repeated_lookups")
SETTINGS = Settings(context=STORY.context)


def _asked(subject: str, settings: Settings = SETTINGS) -> Asked:
    return who_asked([STORY.log], subject, settings)


def test_a_report_s_token_finds_every_row_about_its_subject() -> None:
    result = scan([STORY.log], SETTINGS)
    entry = next(one for one in result.incidents if one.n_subjects == 1)
    asked = _asked(entry.subjects[0])
    evidence = result.evidence.filter(incident_id=entry.incident_id)
    assert set(evidence["row"]) <= set(asked.rows["row"])
    named = pl.concat_str("explained", "beside", separator=", ", ignore_nulls=True).str.split(", ")
    told = dict(asked.rows.select("row", named.alias("names")).iter_rows())
    explains = evidence.filter(role="explains").select("row", "explanation").rows()
    assert all(set(why.split(", ")) <= set(told[row]) for row, why in explains)
    assert asked.subject == entry.subjects[0]
    assert asked.rows["time"].is_sorted()
    assert asked.not_tried
    assert asked.searched
    assert asked.searched.rows == len(pl.read_csv(STORY.log, infer_schema=False))
    assert f"{asked.searched.rows:,} rows, " in render_subject(asked)


def test_a_key_finds_what_its_token_finds() -> None:
    log = pl.read_csv(STORY.log, infer_schema=False)
    kind = next(name for name in ("license", "plate", "subject") if name in log.columns)
    value = log[kind].drop_nulls()[0]
    key = value if kind == "subject" else f"{kind}:{value}"
    by_key = _asked(key)
    assert set(log.with_row_index("row", 1).filter(pl.col(kind) == value)["row"]) <= set(by_key.rows["row"])
    assert by_key.subject.startswith("s_")
    assert _asked(by_key.subject).rows.equals(by_key.rows)
    assert _asked(key, replace(SETTINGS, clear=True)).subject != by_key.subject


@pytest.mark.parametrize("subject", ["s_000000000000", "plate:NOBODY1", "", "'; DROP TABLE"])
def test_a_subject_that_the_log_does_not_have_is_said(subject: str) -> None:
    with pytest.raises(InputError, match=r"no such subject|no subject of this log has this token"):
        _asked(subject)


def test_another_key_finds_nothing_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = _asked(next(iter(scan([STORY.log], SETTINGS).incidents)).subjects[0]).subject
    monkeypatch.setenv("ANOMALY_KEY", "another key of enough letters")
    with pytest.raises(InputError, match="the key from the environment is another than the report's"):
        _asked(key)


class Reader(HTMLParser):
    """The text of a page, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_texts_are_shown_and_neutralised() -> None:
    asked = _asked(next(iter(scan([STORY.log], SETTINGS).incidents)).subjects[0])
    first = asked.rows.head(1)
    rows = pl.concat(
        first.with_columns(
            pl.lit(text).alias(name)
            for name in ("source", "event_id", "user", "agency", "unit", "asked", "purpose", "reason")
        )
        for text in HOSTILE
    )
    hostile = replace(asked, rows=rows, subject=HOSTILE[0], files=HOSTILE)
    page = Reader(render_subject(hostile))
    assert not page.tags & {"script", "img", "iframe", "link", "form"}
    assert "<script>alert(1)</script>" in page.text
    table = subject_files(hostile)["subject.csv"].decode()
    for row in csv.reader(table.splitlines()):
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)
    assert subject_files(asked) == subject_files(asked)
