"""The examples of every `--help` are run, in a folder that has what they name: they say what is so.

Some are run otherwise: a county is made as a village, a log of five million rows as one of twenty thousand,
and the token of a subject is one of this list.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from anomaly.cli import app
from anomaly.cli.reference import examples

VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
SMALLER = {"county": "village", "5000000": "20000"}
LEFT = {
    "scan": ("review/report.html", "review/incidents.csv"),
    "demo": ("demo/review/report.html", "demo/county/truth/scenarios.csv"),
    "profile": ("own.toml",),
    "report": ("review/entry-3.pdf",),
    "subject": ("answer/subject.html", "answer/subject.csv"),
    "return": ("return/return.html",),
    "synth": ("made/world/log/queries.parquet", "made/world/clean/truth/scenarios.csv"),
    "bench": ("speed.json",),
}


def test_every_example_of_every_help_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "2")  # synth sets it for its own process
    (tmp_path / "made").mkdir()
    token = ""
    for verb in ["demo", "scan", *(one for one in VERBS if one not in ("demo", "scan"))]:
        monkeypatch.chdir(tmp_path / "made" if verb == "synth" else tmp_path)
        for example in examples(VERBS[verb].help):
            arguments = [token if one.startswith("s_") else one for one in shlex.split(example)[1:]]
            done = CliRunner().invoke(app, [SMALLER.get(one, one) for one in arguments])
            assert (done.exit_code, done.exception) == (0, None), (example, done.output)
            assert done.stdout, example
        assert [one for one in LEFT.get(verb, ()) if not (tmp_path / one).is_file()] == []
        if verb == "demo":
            shutil.copytree(tmp_path / "demo" / "county", tmp_path / "world")
            shutil.copytree(tmp_path / "world" / "context", tmp_path / "tables")
            shutil.copy(tmp_path / "world" / "log" / "queries.csv", tmp_path)
            pl.read_csv("queries.csv", infer_schema=False).write_parquet("queries.parquet")
        if verb == "scan":
            listed = pl.read_parquet("review/incidents.parquet")["subjects"].explode().drop_nulls()
            token = str(listed[0])
