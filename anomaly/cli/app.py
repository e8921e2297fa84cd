"""The program itself: its options for every verb, its exit codes, and how it says what went wrong."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from anomaly import __version__
from anomaly.errors import InputError

app = typer.Typer(
    name="anomaly",
    help="Find suspected misuse in police database query logs, explain it, and put it before a person.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: rich takes 0.15 s to import
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EXITS = {
    0: "done",
    1: "there are incidents, and `--fail-on-incidents` asked",
    2: "the input or the usage is wrong",
    70: "anything that was not foreseen",
    130: "interrupted",
    141: "the reader of the output has gone",
    143: "terminated",
}

LogArg = Annotated[
    list[str], typer.Argument(help="Files, folders, patterns, or - for standard input.", metavar="LOG")
]
ProfileOption = Annotated[
    str | None, typer.Option(help="A packaged profile's name or a TOML file; recognised if absent.")
]
ZoneOption = Annotated[
    str | None, typer.Option(help="Zone of times without one, e.g. UTC; overrides the profile.")
]
LocalOption = Annotated[str | None, typer.Option(help="Zone in which hours are judged, e.g. America/Denver.")]
ContextOption = Annotated[
    Path | None, typer.Option(help="Folder of context tables: users, cases, calls, bulletins ...")
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"anomaly {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Nothing to do without a verb."""


def _say(error: object) -> None:
    """Headers and values of a log stand in messages: no control sequence of theirs may reach the terminal."""
    from anomaly.report.neutral import clean

    for line in f"error: {error}".splitlines():
        typer.echo(clean(line), err=True)


class IncidentsFoundError(Exception):
    """There are incidents, and --fail-on-incidents asked for an exit code that says so."""


def main() -> None:
    """Run the command line and leave with an exit code of EXITS."""
    # A process that dies of the signal leaves its copy of stdin behind (test_a_terminated_scan_...).
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app(prog_name="anomaly")
    except IncidentsFoundError:
        sys.exit(1)
    except InputError as error:
        _say(error)
        sys.exit(2)
    except SystemExit as left:
        # typer and rich leave with 1 on a broken pipe, and nothing else of theirs does
        sys.exit(141 if left.code == 1 else left.code)
    except Exception as error:
        if os.environ.get("ANOMALY_DEBUG"):
            raise
        _say(f"stopped by what was not foreseen ({type(error).__name__}: {error})")
        typer.echo(
            "  next: set ANOMALY_DEBUG=1 to see where, and report it if the program is at fault", err=True
        )
        sys.exit(70)
