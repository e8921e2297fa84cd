"""The reference of the commands is what the program tells of itself.

`UPDATE_DOCS=1 pytest tests/test_reference.py` writes `docs/commands.md` anew.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from anomaly.cli import app
from anomaly.cli.reference import examples, reference

PAGE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_the_page_is_what_the_program_says() -> None:
    told = reference()
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(told, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == told


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example_that_its_parser_takes(verb: str) -> None:
    told = examples(VERBS[verb].help)
    assert told
    for example in told:
        assert example.startswith(f"anomaly {verb} ") or example == f"anomaly {verb}"
        VERBS[verb].make_context(f"anomaly {verb}", shlex.split(example)[2:])  # raises where it does not


@pytest.mark.parametrize("verb", VERBS)
def test_every_argument_and_option_says_what_it_is(verb: str) -> None:
    assert [one.name for one in VERBS[verb].params if not one.help] == []


def test_the_list_of_verbs_is_not_cut_off() -> None:
    told = CliRunner().invoke(app, ["--help"], terminal_width=80).output
    assert all(verb in told for verb in VERBS)
    assert not any(line.endswith("...") for line in told.partition("Commands:")[2].splitlines())
