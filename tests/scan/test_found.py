"""A notebook's way in: `anomaly.scan(...)`, its tables, page and pictures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

import anomaly
from anomaly.errors import InputError
from anomaly.incidents import tokens
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


@pytest.mark.skipif(os.name != "posix", reason="modes of files mean nothing here")
def test_a_key_file_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "the key"
    file.write_text("a long and random key, as good as any\n")
    monkeypatch.setenv("ANOMALY_KEY_FILE", str(file))

    def read(*_: object) -> None:
        raise AssertionError("the log is read before the key is refused")

    for mode in (0o644, 0o640, 0o602, 0o610, 0o444):
        file.chmod(mode)
        with monkeypatch.context() as before:
            before.setattr("anomaly.scan.engine.open_log", read)
            with pytest.raises(InputError, match="open to others") as refused:
                scan([STORY.log], Settings(context=STORY.context))
        assert refused.value.where == str(file)
        assert f"chmod 600 '{file}'" in str(refused.value)
    for mode in (0o600, 0o400):
        file.chmod(mode)
        result = scan([STORY.log], Settings(context=STORY.context))
        assert result.manifest["settings"]["tokens_keyed_by"] == "file"
        assert not any("key" in one for one in result.summary["warnings"])
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    with pytest.raises(InputError, match="belongs to another user"):
        scan([STORY.log], Settings(context=STORY.context))


def test_a_key_file_where_modes_mean_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text("a long and random key, as good as any\n")
    file.chmod(0o644)
    monkeypatch.setenv("ANOMALY_KEY_FILE", str(file))
    monkeypatch.setattr(tokens, "MODES", False)
    assert tokens.own_key() == (b"a long and random key, as good as any", "file")


@pytest.mark.parametrize("given", ["nowhere", "a folder", "short"])
def test_a_key_that_is_none_is_refused(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "short").write_text("0123456789")
    (tmp_path / "short").chmod(0o600)
    monkeypatch.setenv("ANOMALY_KEY_FILE", str(tmp_path / given))
    with pytest.raises(InputError, match=r"cannot be read|fewer than 16") as refused:
        scan([STORY.log], Settings(context=STORY.context))
    assert refused.value.next


@pytest.mark.parametrize("log", sorted(Path("fixtures/logs").glob("*.[tcj]s*")), ids=lambda one: one.name)
def test_a_log_of_few_users_is_scanned(log: Path) -> None:
    assert anomaly.scan(log).summary["detectors"]
