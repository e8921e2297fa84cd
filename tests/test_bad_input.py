"""Bad input through the command line: exit code 2 with what, where and what next, or a counted reject."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from anomaly import cli

HEADER = "time,user,agency,reason,subject\n"
ROWS = "".join(f"2025-03-0{1 + n % 9}T12:{n:02}:00Z,u{n % 5},ELM,stop {n},S{n % 7}\n" for n in range(60))
GOOD = HEADER + ROWS
USERS = "user,name,sex,dob,agency,unit,role,hired,separated\n"

Ran = tuple[int, str, str]
Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `anomaly` as its entry point does, in this process: (exit code, stdout, stderr)."""

    def command(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["anomaly", *map(str, arguments)])
        before = signal.getsignal(signal.SIGTERM)
        code: int | str | None = 0
        try:
            cli.main()
        except SystemExit as left:
            code = left.code
        finally:
            signal.signal(signal.SIGTERM, before)
        out, err = capfd.readouterr()
        return int(code or 0), out, err

    return command


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one good log."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text(GOOD)
    return tmp_path


def refused(ran: Ran, *says: str) -> None:
    """Exit code 2, one error on stderr with a way out, nothing on stdout, no traceback, no machine path."""
    code, out, err = ran
    assert code == 2, err
    assert out == ""
    assert err.startswith(("error: ", "Usage: "))
    assert "\n  next: " in err or "Try 'anomaly" in err
    assert "Traceback" not in err
    for words in says:
        assert words in err


def nothing_written(place: Path, *made: str) -> None:
    """Only what the test itself put there, and nothing staged beside it."""
    assert sorted(entry.name for entry in place.iterdir()) == sorted({"good.csv", *made})


def workbook_of_nothing() -> bytes:
    out = io.BytesIO()
    pl.DataFrame({"time": [], "user": []}).write_parquet(out)
    return out.getvalue()


LOGS: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "is empty"),
    "header.csv": (HEADER.encode(), "header and no rows"),
    "unknown.bin": (bytes(range(256)), "no format that is known"),
    "no_time.csv": (b"user,reason\nu,x\n", "no time column"),
    "no_user.csv": (b"time,reason\n2025-01-01T00:00:00Z,x\n", "no user column"),
    "cut.csv.gz": (gzip.compress(GOOD.encode() + bytes(range(33, 127)) * 3000)[:-40], "breaks off"),
    "nul.csv": (b"\0" * 400, ""),
    "utf16.csv": (GOOD.encode("utf-16"), "UTF-16"),
    "latin.csv": (
        b"time,user,reason\n" + "2025-03-01T12:00:00Z,u,caf\xe9\n".encode("latin-1"),
        "UTF-8",
    ),
    "future.csv": (b"time,user\n2999-01-01T00:00:00Z,u\n", "future"),
    "page.csv": (b"<!DOCTYPE html><html><body>Log in to the portal</body></html>\n", ""),
    "fields.csv": (b"time,user\n2025-01-01T00:00:00Z,u,x,y\n", "more fields than the header"),
    "rows.parquet": (workbook_of_nothing(), "no rows"),
    "plain.parquet": (GOOD.encode(), "named as parquet"),
    "book.xlsx": (b"PK\x03\x04" + b"x" * 100, "workbook"),
    "lines.jsonl": (b'{"time": "2025\n', "JSON"),
}


@pytest.mark.parametrize("verb", ["scan", "profile"])
@pytest.mark.parametrize("name", LOGS)
def test_a_log_that_is_none_is_refused_and_leaves_nothing(
    run: Run, place: Path, name: str, verb: str
) -> None:
    data, says = LOGS[name]
    (place / name).write_bytes(data)
    refused(run(verb, name), name, says)
    nothing_written(place, name)


def test_places_without_a_log(run: Run, place: Path) -> None:
    (place / "none").mkdir()
    refused(run("scan", "missing.csv"), "missing.csv", "no such file")
    refused(run("scan", "none"), "none", "no logs")
    refused(run("scan", "*.parquet"), "*.parquet", "no file matches")
    refused(run("scan", "good.csv", "missing.csv"), "missing.csv")
    refused(run("scan", "good.csv/deeper.csv"), "good.csv/deeper.csv")
    refused(run("scan", ""), "is empty")
    nothing_written(place, "none")


PROFILES = {
    "wrong column": ('name = "x"\ntitle = "X"\n[columns]\ntime = "time"\nwho = "user"\n', "no event column"),
    "missing header": ('name = "x"\ntitle = "X"\n[columns]\ntime = "When"\nuser = "Who"\n', "When"),
    "unknown setting": ('name = "x"\ntitle = "X"\nseparator = ";"\n[columns]\ntime = "time"\n', "separator"),
    "no zone": (
        'name = "x"\ntitle = "X"\ntime_zone = "Mars/Base"\n[columns]\ntime = "time"\nuser = "user"\n',
        "no time zone",
    ),
    "no layout": (
        'name = "x"\ntitle = "X"\ntime_formats = ["%Q"]\n[columns]\ntime = "time"\nuser = "user"\n',
        "layout",
    ),
    "no toml": ("name = ", "TOML"),
    "no text": (b"\xff\xfe", "UTF-8"),
    "empty": ("", "name"),
}


@pytest.mark.parametrize("case", PROFILES)
def test_a_wrong_profile(run: Run, place: Path, case: str) -> None:
    text, says = PROFILES[case]
    (place / "own.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    refused(run("scan", "good.csv", "--profile", "own.toml"), says)
    nothing_written(place, "own.toml")


def test_an_unknown_profile_lists_those_there_are(run: Run, place: Path) -> None:
    refused(run("scan", "good.csv", "--profile", "flok"), "'flok'", "flock_portal")
    refused(run("scan", "good.csv", "--profile", "flock_portal"), "good.csv")
    refused(run("profile", "good.csv", "--profile", "."), "'.'")
    nothing_written(place)


CONTEXTS: dict[str, tuple[dict[str, str | bytes], tuple[str, ...]]] = {
    "a wrong type": (
        {"users.csv": USERS + "u1,A,F,1980-01-01,ELM,PATROL,officer,never,\n"},
        ("users.csv, row 1", "`never`", "`hired`"),
    ),
    "a wrong time": (
        {"shifts.csv": "user,start,end\nu1,2025-03-01 08:00,2025-03-01 25:00\n"},
        ("shifts.csv, row 1", "`end`"),
    ),
    "a required column missing": ({"users.csv": "name\nA\n"}, ("users.csv", "`user`")),
    "a required value missing": ({"terminals.csv": "terminal,agency\n,ELM\n"}, ("terminals.csv, row 1",)),
    "no table": ({"notes.csv": "a,b\n1,2\n"}, ("no context table",)),
    "nothing": ({}, ("no context table",)),
    "an empty file": ({"users.csv": ""}, ("users.csv",)),
    "broken UTF-8": ({"users.csv": b"user,name\nu1,\xff\xfe\n"}, ("users.csv",)),
    "ragged rows": ({"users.csv": "user,name\nu1,A,B,C\n"}, ("users.csv",)),
    "no Parquet": ({"users.parquet": "PAR1"}, ("users.parquet",)),
    "a table twice": (
        {"terminals.csv": "terminal,agency\nT,ELM\n", "terminals.parquet": b""},
        ("two files hold the table",),
    ),
    "NUL bytes": ({"users.csv": b"user,hired\nu1,2020-01-0\x001\n"}, ("users.csv, row 1",)),
    "a column twice": ({"users.csv": "user,user\nu1,u2\n"}, ("users.csv", "user")),
    "no such zone": (
        {"agencies.csv": "agency,name,kind,time_zone\nELM,Elm,local,Mars/Base\n"},
        ("Mars/Base",),
    ),
}


@pytest.mark.parametrize("case", CONTEXTS)
def test_a_wrong_context_table(run: Run, place: Path, case: str) -> None:
    files, says = CONTEXTS[case]
    (place / "tables").mkdir()
    for name, data in files.items():
        (place / "tables" / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    refused(run("scan", "good.csv", "--context", "tables"), *says)
    nothing_written(place, "tables")


def test_a_context_folder_that_is_none(run: Run, place: Path) -> None:
    refused(run("scan", "good.csv", "--context", "missing"), "missing", "no such folder")
    refused(run("scan", "good.csv", "--context", "good.csv"), "good.csv")
    nothing_written(place)


SETTINGS = {
    "no detector": ("[volum]\nleast_actions = 3\n", "`volum`", "repeated_lookups"),
    "no parameter": ("[volume]\nleast = 3\n", "least", "least_actions"),
    "a wrong type": ('[volume]\nleast_actions = "many"\n', "least_actions", ""),
    "a fraction": ("[volume]\nleast_actions = 2.5\n", "least_actions", ""),
    "below the bound": ("[repeated_lookups]\nmin_days = -1\n", "min_days", ""),
    "not a number": ("[own_hours]\ninside = nan\n", "inside", ""),
    "a value for a table": ("volume = 3\n", "volume", ""),
    "no toml": ("[volume\n", "settings.toml", ""),
    "no text": ("\udcff", "settings.toml", ""),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_wrong_settings(run: Run, place: Path, case: str) -> None:
    text, *says = SETTINGS[case]
    (place / "settings.toml").write_bytes(text.encode(errors="surrogateescape"))
    refused(run("scan", "good.csv", "--settings", "settings.toml"), *says)
    nothing_written(place, "settings.toml")


POLICIES = {
    "no toml": ("[[", "TOML"),
    "an unknown table": ("[nonsense]\na = 1\n", "nonsense"),
    "a wrong type": ('[keys]\nDQ = ["a"]\n', "keys"),
    "an empty phrase": ('[reasons.personal.own]\nany = [""]\n', "own.toml"),
    "no text": (b"\xff\xfe", "UTF-8"),
}


@pytest.mark.parametrize("case", POLICIES)
def test_a_wrong_policy(run: Run, place: Path, case: str) -> None:
    text, says = POLICIES[case]
    (place / "own.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    refused(run("scan", "good.csv", "--policy", "own.toml"), "own.toml", says)
    nothing_written(place, "own.toml")


def test_files_of_options_that_are_missing(run: Run, place: Path) -> None:
    refused(run("scan", "good.csv", "--policy", "missing.toml"), "missing.toml")
    refused(run("scan", "good.csv", "--settings", "missing.toml"), "missing.toml")
    refused(run("scan", "good.csv", "--settings", "."))
    nothing_written(place)


@pytest.mark.parametrize("value", ["0", "-1", "0.3", "1", "nan", "inf", "much"])
def test_a_false_discovery_rate_out_of_range(run: Run, place: Path, value: str) -> None:
    refused(run("scan", "good.csv", f"--fdr={value}"), "--fdr")
    nothing_written(place)


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan"],
        ["scan", "good.csv", "--budget", "0"],
        ["scan", "good.csv", "--budget", "few"],
        ["scan", "good.csv", "--colour"],
        ["scan", "good.csv", "--time-zone", "Mars/Base"],
        ["profile", "good.csv", "--local-zone", "../../etc/passwd"],
        ["scan", "good.csv", "--local-zone", ""],
        ["explain"],
        ["explain", "nothing"],
        ["explain", ""],
        ["find"],
        ["demo", "--seed", "one"],
        ["demo", "--seed", "-1"],
    ],
    ids=" ".join,
)
def test_wrong_usage(run: Run, place: Path, arguments: list[str]) -> None:
    refused(run(*arguments))
    nothing_written(place)


def test_out_that_is_a_file_is_left_as_it_was(run: Run, place: Path) -> None:
    (place / "out").write_text("mine")
    for out in ("out", "out/deeper"):
        refused(run("scan", "good.csv", "--out", out), "file, not a folder")
    refused(run("demo", "--out", "out"))
    assert (place / "out").read_text() == "mine"
    nothing_written(place, "out")


def test_a_failed_scan_leaves_an_earlier_report_as_it_was(run: Run, place: Path) -> None:
    assert run("scan", "good.csv")[0] == 0
    before = {path.name: path.read_bytes() for path in (place / "anomaly-out").iterdir()}
    (place / "cut.csv.gz").write_bytes(gzip.compress(GOOD.encode() * 50)[:-9])
    refused(run("scan", "good.csv", "cut.csv.gz"), "cut.csv.gz", "breaks off")
    assert {path.name: path.read_bytes() for path in (place / "anomaly-out").iterdir()} == before


def test_a_demo_does_not_touch_a_folder_that_is_not_its_own(run: Run, place: Path) -> None:
    county = place / "demo" / "county"
    (county / "log").mkdir(parents=True)
    (county / "mine.txt").write_text("mine")
    refused(run("demo"), "county", "nothing was written")
    assert (county / "mine.txt").read_text() == "mine"


REJECTS = [
    (b"2025-03-01T12:00:00Z,u,ELM,x,S1,more", "", "more fields than the header"),
    (b"2025-03-01T12:00:00Z,u", "", "fewer fields than the header"),
    (b"2025-03-01T12:00:00Z,u,ELM,\0,S1", "", "NUL"),
    (b"2025-03-01T12:00:00Z,u,ELM,\xff,S1", "", "UTF-8"),
    (b'2025-03-01T12:00:00Z,u,ELM,"open,S1', "", "quotation mark"),
    (b"2999-03-01T12:00:00Z,u,ELM,x,S1", "time", "future"),
    (b"soon,u,ELM,x,S1", "time", "time not readable"),
    (b",u,ELM,x,S1", "time", "time missing"),
    (b"2025-03-01T12:00:00Z,,ELM,x,S1", "user", "user missing"),
]


def test_every_bad_row_is_a_counted_reject(run: Run, place: Path) -> None:
    bad = b"\n".join(line for line, *_ in REJECTS) + b"\n"
    (place / "bad.csv").write_bytes(HEADER.encode() + bad + ROWS.encode())
    code, out, err = run("scan", "bad.csv", "--out", "review")
    assert code == 0, err
    assert f"69 rows read = 60 scanned + {len(REJECTS)} rejected + 0 duplicates" in out
    with (place / "review" / "rejects.csv").open(newline="") as file:
        found = [(one["file"], one["row"], one["column"], one["reason"]) for one in csv.DictReader(file)]
    assert [one[:3] for one in found] == [
        ("bad.csv", str(row), column) for row, (_, column, _) in enumerate(REJECTS, start=1)
    ]
    for (*_, reason), (_, _, says) in zip(found, REJECTS, strict=True):
        assert says in reason
    assert run("profile", "bad.csv")[1].count("rejected: 1 row, ") == len(REJECTS)


def test_control_sequences_of_a_log_reach_no_terminal_and_no_page(run: Run, place: Path) -> None:
    hostile = "\x1b]0;owned\x07<script>alert(1)</script>\x1b[31m"
    name = f"{hostile.replace('/', '')}.csv"
    (place / name).write_text(HEADER.replace("agency", hostile) + ROWS.replace("u1", f"u1{hostile}"))
    (place / "bad.csv").write_text(f"time,{hostile}\n2025-01-01T00:00:00Z,x\n")
    for ran in (run("scan", name), run("profile", name), run("scan", "bad.csv"), run("explain", hostile)):
        assert "\x1b" not in ran[1] + ran[2]
    page = (place / "anomaly-out" / "report.html").read_text()
    assert "<script" not in page
    assert "\x1b" not in page


def test_an_unforeseen_error_is_short_and_says_how_to_see_more(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a wire is loose")

    monkeypatch.setattr("anomaly.scan.scan", broken)
    code, out, err = run("scan", "good.csv")
    assert (code, out) == (70, "")
    assert "RuntimeError: a wire is loose" in err
    assert "ANOMALY_DEBUG=1" in err
    assert "Traceback" not in err
    monkeypatch.setenv("ANOMALY_DEBUG", "1")
    with pytest.raises(RuntimeError, match="a wire is loose"):
        run("scan", "good.csv")
    nothing_written(place)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "no time and no user"),
        (gzip.compress(GOOD.encode())[:-9], "breaks off"),
    ],
)
def test_bad_input_on_stdin(place: Path, data: bytes, says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "anomaly", "scan", "-"], input=data, capture_output=True, cwd=place
    )
    refused((done.returncode, done.stdout.decode(), done.stderr.decode()), "stdin", says)
    nothing_written(place)


@pytest.mark.skipif(
    not hasattr(signal, "SIGTERM") or shutil.which("sh") is None, reason="needs a POSIX shell"
)
def test_a_terminated_scan_leaves_no_copy_of_stdin(place: Path) -> None:
    (place / "room").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "anomaly", "scan", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=place,
        env={"TMPDIR": str(place / "room"), "PATH": ""},
    )
    assert process.stdin
    process.stdin.write(GOOD.encode() * 100)
    process.stdin.flush()
    for _ in range(200):
        if any((place / "room").glob("anomaly-*")):
            break
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    assert any((place / "room").glob("anomaly-*"))
    process.terminate()
    _, err = process.communicate()
    assert process.returncode == 143
    assert err == b""
    assert not any((place / "room").iterdir())


FILINGS = "agency,year,filed_at,violations,personal\nELM PD,2018,2019-01-20,2,1\n"


@pytest.mark.parametrize(
    ("filings", "arguments", "says"),
    [
        (None, ("--year", 2018), ("no such folder of context tables",)),
        ("", ("--year", 2018), ("filings.csv", "cannot be read as csv")),
        (FILINGS, ("--year", 2031), ("no filing is about 2031", "the table tells of 2018")),
        (FILINGS, ("--year", "last"), ("--year",)),
        (FILINGS, ("--year", 2018, "--as-of", "2018-06-01"), ("2018 was not over on 2018-06-01",)),
        (FILINGS, ("--year", 2018, "--as-of", "June"), ("--as-of",)),
        (
            FILINGS + "ASH PD,2018,2019-01-20,1,4\n",
            ("--year", 2018),
            ("filings.csv, row 2", "contradicts itself"),
        ),
        (
            FILINGS + "ASH PD,2018,2018-01-20,1,1\n",
            ("--year", 2018),
            ("filings.csv, row 2", "before the year was"),
        ),
        (
            FILINGS + "ASH PD,2018,2019-01-20,-1,\n",
            ("--year", 2018),
            ("filings.csv, row 2", "is not a count"),
        ),
        (FILINGS.replace("agency", "=cmd"), ("--year", 2018), ("filings.csv", "column `agency` is missing")),
    ],
)
def test_filings_that_are_wrong_are_refused_and_leave_nothing(
    run: Run, place: Path, filings: str | None, arguments: tuple[object, ...], says: tuple[str, ...]
) -> None:
    made = []
    if filings is not None:
        (place / "tables").mkdir()
        (place / "tables" / "filings.csv").write_text(filings)
        made = ["tables"]
    refused(run("return", "--context", "tables", "--out", "return", *arguments), *says)
    nothing_written(place, *made)


def test_a_return_of_agencies_with_hostile_names_says_nothing_to_the_terminal(run: Run, place: Path) -> None:
    (place / "tables").mkdir()
    name = "\x1b]0;title\x07<script>=1+1"
    (place / "tables" / "filings.csv").write_text(f"agency,year,violations\n{name},2018,2\n=1+1,2018,0\n")
    (place / "tables" / "agencies.csv").write_text(f"agency,name\n{name},{name}\nELM PD,[bold]ELM\n")
    code, out, err = run("return", "--context", "tables", "--year", 2018, "--out", "return")
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[bold]ELM" in out
    page = (place / "return" / "return.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;=1+1" in page
