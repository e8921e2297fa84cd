"""A notebook's way in: `anomaly.scan(...)`, its tables, page and pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

import anomaly
from anomaly.errors import InputError
from anomaly.report.page import render
from anomaly.scan import Found, Settings, scan
from tests.stories import load_story

STORY = load_story("repeated_lookups")


@pytest.fixture(scope="module")
def found() -> Found:
    result: Found = anomaly.scan(str(STORY.log), context=str(STORY.context))
    return result


def test_the_package_is_called_as_its_function(found: Found) -> None:
    again = scan([STORY.log], Settings(context=STORY.context))
    assert found.incidents == again.incidents
    assert found.evidence.equals(again.evidence)
    assert found.summary == again.summary
    assert anomaly.scan(pl.read_csv(STORY.log, infer_schema=False), fdr=0.05).summary["fdr"] == 0.05


def test_tables_and_page(found: Found, tmp_path: Path) -> None:
    assert found.to_frame()["rank"].to_list() == [one.rank for one in found.incidents]
    assert found.to_html(budget=2) == render(found, budget=2)
    found.save(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == found.summary


@pytest.mark.parametrize("what", ["agencies", "hours", "when", "peers"])
def test_pictures_stand_alone(found: Found, what: str, tmp_path: Path) -> None:
    picture = found.plot(what, rank=1)
    assert ElementTree.fromstring(picture.svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(--" not in picture.svg
    assert len(picture.alt) > 20
    picture.save(tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text() == picture._repr_svg_()


def test_what_cannot_be_drawn_is_said(found: Found) -> None:
    with pytest.raises(InputError, match="is no picture"):
        found.plot("verdict")
    with pytest.raises(InputError, match="no entry has the rank 999"):
        found.plot("when", rank=999)


def test_importing_the_package_loads_nothing() -> None:
    code = (
        "import anomaly, sys; print('polars' in sys.modules, callable(anomaly.scan), 'polars' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True"]
    assert not hasattr(anomaly, "scam")


def test_a_key_file_that_others_can_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text("a long and random key, as good as any")
    monkeypatch.setenv("ANOMALY_KEY_FILE", str(file))
    for mode, said in ((0o644, True), (0o600, False)):
        file.chmod(mode)
        result = scan([STORY.log], Settings(context=STORY.context))
        assert any("can be read by others" in one for one in result.summary["warnings"]) is said
        assert result.manifest["settings"]["tokens_keyed_by"] == "file"
