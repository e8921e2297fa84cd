"""What `anomaly profile` tells a newcomer: what the file is, what is missing and costs, what to type next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from anomaly.cli import app
from anomaly.detectors import DETECTORS
from anomaly.errors import InputError
from anomaly.report.draft import draft
from anomaly.schema import EVENT
from anomaly.sources import open_log
from anomaly.sources.recognise import synonyms
from anomaly.sources.vendor import load_profile

VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
NAMES = {one.name for one in DETECTORS}
FULL = {column.name: "1" for column in EVENT} | {
    "time": "",
    "user": "",
    "dob": "1990-04-12",
    "name": "LEE,ANN",
}
Told = Callable[..., str]


def write(path: Path, columns: dict[str, str], days: int = 60) -> None:
    """A log with these columns (header -> value), a row a day; the empty ones are the time and the user."""
    lines = [",".join(columns)]
    for day in range(days):
        given = {"time": f"2025-{1 + day // 28:02}-{1 + day % 28:02} 12:00:00", "user": f"u{day % 5}"}
        values = (value or given["user" if "er" in header else "time"] for header, value in columns.items())
        lines.append(",".join(f'"{value}"' for value in values))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Runs `profile` in a folder of its own, at 80 columns; gives what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["profile", *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


LOGS = {
    "bare": {"time": "", "user": ""},
    "common headers": {"Date/Time": "", "Operator": "", "Dept of": "ELM PD", "Tag no.": "7ABC123"},
    "redacted": {"time": "", "user": "", "agency": "***", "reason": "***", "plate": "***"},
    "users redacted": {"time": "", "user": "REDACTED", "agency": "ELM PD", "reason": "inv", "plate": "7A"},
    "whole": FULL,
}


@pytest.mark.parametrize("name", LOGS)
def test_every_detector_stands_once_and_all_of_it_fits(name: str, told: Told, tmp_path: Path) -> None:
    write(tmp_path / "a log.csv", LOGS[name])
    text = told("a log.csv")
    lines = text.splitlines()
    commands = [line for line in lines if line.startswith("   anomaly ")]
    assert max(len(line.rstrip()) for line in lines if line not in commands) <= 80
    headings = [
        "What was recognised",
        "What can be looked for",
        "What clears the innocent",
        "What to do next",
    ]
    assert sorted(headings, key=text.index) == headings
    words = re.findall(r"[a-z_]+", text.partition("What can be looked for")[2])
    assert [name for name in NAMES if words.count(name) != 1] == []
    assert commands[-1] == "   anomaly scan 'a log.csv' --out review"


@pytest.mark.parametrize("name", LOGS)
def test_what_is_said_to_type_is_taken(name: str, told: Told, tmp_path: Path) -> None:
    write(tmp_path / "log.csv", LOGS[name])
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "leave.csv").write_text("user,start,end\nu1,2025-01-01,2025-01-02\n")
    for line in told("log.csv", "--time-zone", "UTC").splitlines():
        if line.startswith("   anomaly "):
            verb, *arguments = shlex.split(line)[1:]
            assert "--time-zone" in arguments
            VERBS[verb].make_context(verb, arguments[:])
            if verb == "profile":
                assert told(*arguments)


@pytest.mark.parametrize("name", ["bare", "redacted", "users redacted"])
def test_a_column_lets_run_what_is_said(name: str, told: Told, tmp_path: Path) -> None:
    """Each missing column is filled in turn: what it is said to let run runs then, and nothing else."""
    write(tmp_path / "log.csv", LOGS[name])
    before = told("log.csv")
    missing = before.partition("What is missing")[2].partition("several at once")[0]
    blocks = [" ".join(one.split()) for one in re.split(r"^column ", missing, flags=re.MULTILINE)[1:]]
    assert blocks
    sizes = []
    for block in blocks:
        column, count, names = re.fullmatch(r"(\S+) .* lets (\d+) detectors? run: (.*)", block).groups()  # type: ignore[union-attr]
        write(tmp_path / "more.csv", LOGS[name] | {column: "" if column == "user" else FULL[column]})
        assert runs(told("more.csv")) - runs(before) == set(names.split(", "))
        assert int(count) == len(names.split(", "))
        sizes.append(int(count))
    assert sizes == sorted(sizes, reverse=True)


def runs(text: str) -> set[str]:
    listed = text.partition("detectors can run\n")[2].partition("\n\n")[0]
    return set(re.findall(r"[a-z_]+", listed)) & NAMES


def test_what_is_wrong_with_the_file_is_said(told: Told, tmp_path: Path) -> None:
    write(tmp_path / "log.csv", LOGS["redacted"], days=10)
    with (tmp_path / "log.csv").open("a") as file:
        file.write("soon,u1,***,***,***\n")
    text = " ".join(told("log.csv").split())
    assert "11 rows read, 10 usable 5 users, Jan 1, 2025 to Jan 10, 2025" in text
    assert "rejected: 1 row, time not readable in any known layout, as row 11 of log.csv" in text
    assert "(plate: redacted in every row) lets" in text
    assert "1. 1 row cannot be used" in text
    assert "2. The log covers 10 days." in text
    assert "3. Ask for agency and plate as codes" in text


def test_many_files_are_counted_and_not_listed(told: Told, tmp_path: Path) -> None:
    names = [f"{month:02}.csv" for month in range(1, 13)]
    for name in names:
        write(tmp_path / name, {"Date/Time": "", "Operator": "", name: "x"}, days=2)
    text = told(*names)
    assert "08.csv · csv · " in text
    assert "and 4 more files\n24 rows read, 24 usable\n" in text
    assert "If 01.csv, 02.csv" in text
    assert text.endswith("   anomaly scan LOG --out review\n")


def test_tables_are_told_of(told: Told, tmp_path: Path) -> None:
    write(tmp_path / "log.csv", FULL)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "leave.csv").write_text("user,start,end\nu1,2025-01-01,2025-01-02\n")
    (tmp_path / "tables" / "notes.csv").write_text("a\n1\n")
    without, with_leave = told("log.csv"), told("log.csv", "--context", "tables")
    assert runs(with_leave) - runs(without) == {"on_leave"}
    assert "notes.csv is not a table this tool knows" in with_leave
    assert "--context tables" in without.splitlines()[-3]
    assert with_leave.endswith("   anomaly scan log.csv --context tables --out review\n")


def test_a_draft_of_a_profile_is_filled_in_and_used(told: Told, tmp_path: Path) -> None:
    write(tmp_path / "log.csv", {"When was it": "", "Done by user": "", "Dept of": "ELM PD"})
    with pytest.raises(InputError, match="--draft"):
        told("log.csv")
    assert (
        told("log.csv", "--draft", "own.toml").splitlines()[1]
        == "  anomaly profile log.csv --profile own.toml"
    )
    text = (tmp_path / "own.toml").read_text(encoding="utf-8")
    assert '#   "Dept of"' in text
    with pytest.raises(InputError, match="the header of this column"):
        told("log.csv", "--profile", "own.toml")
    filled = (
        text.replace('time = "the header of this column"', 'time = "When was it"')
        .replace('user = "the header of this column"', 'user = "Done by user"')
        .replace('# agency = ""', 'agency = "Dept of"')
    )
    (tmp_path / "own.toml").write_text(filled, encoding="utf-8")
    assert "5 users" in told("log.csv", "--profile", "own.toml")
    with pytest.raises(InputError, match="there is a file already"):
        told("log.csv", "--draft", "own.toml")
    assert (tmp_path / "own.toml").read_text(encoding="utf-8") == filled


def test_a_draft_reads_what_common_headers_do(tmp_path: Path) -> None:
    headers = ["Date/Time", "Operator", 'say "ORI"\x1b[31m\n[columns]', "Matrícula", "LIC", "back\\slash"]
    (tmp_path / "own.toml").write_text(draft(headers), encoding="utf-8")
    profile = load_profile(str(tmp_path / "own.toml"))
    assert (profile.time_formats, profile.time_zone) == (synonyms().time_formats, synonyms().time_zone)
    assert set(profile.columns) == {"time", "user", "plate"}
    (tmp_path / "log.csv").write_text("Date/Time,Operator,LIC\n03/01/2025 1:05 PM,u1,7ABC123\n")
    (batch,) = open_log([tmp_path / "log.csv"], profile).batches()
    assert batch["plate"].to_list() == ["7ABC123"]
