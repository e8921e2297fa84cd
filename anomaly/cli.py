"""The command line: thin verbs; data on stdout, progress on stderr; a verb imports the libraries it needs."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anomaly import __version__
from anomaly.errors import InputError

if TYPE_CHECKING:
    from anomaly.incidents import ScanResult

app = typer.Typer(
    name="anomaly",
    help="Find suspected misuse in police database query logs, explain it, and put it before a person.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: rich takes 0.15 s to import
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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


@app.command()
def scan(
    log: LogArg,
    profile: ProfileOption = None,
    context: ContextOption = None,
    out: Annotated[Path, typer.Option(help="Folder for the report, incidents and evidence.")] = Path(
        "anomaly-out"
    ),
    fdr: Annotated[
        float, typer.Option(help="Share of chance findings you accept among those listed, up to 0.2.")
    ] = 0.10,
    budget: Annotated[
        int, typer.Option(min=1, help="How many incidents get a dossier in the page; all are listed.")
    ] = 50,
    policy: Annotated[Path | None, typer.Option(help="A TOML file laid over the packaged policy.")] = None,
    settings: Annotated[Path | None, typer.Option(help="A TOML file with detector settings.")] = None,
    time_zone: ZoneOption = None,
    local_zone: LocalOption = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Show subjects as they are instead of tokens.")
    ] = False,
    fail_on_incidents: Annotated[
        bool, typer.Option("--fail-on-incidents", help="Exit with 1 when there are incidents.")
    ] = False,
) -> None:
    """Scan query logs and write a ranked, explained list of incidents for review.

    Example: anomaly scan queries.csv --context tables/ --out review/
    """
    from anomaly.scan import Settings

    chosen = Settings(
        profile=profile,
        context=context,
        policy=policy,
        fdr=fdr,
        clear=clear,
        detectors=_toml(settings),
        time_zone=time_zone,
        local_zone=local_zone,
    )
    result = _scanned(log, chosen, out, budget, demo=False)
    if fail_on_incidents and result.incidents:
        raise _IncidentsFoundError


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the county and its report.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Another seed, another county.")] = 1,
) -> None:
    """Make a small synthetic county, scan it, and report.

    Example: anomaly demo --out demo/
    """
    from shutil import rmtree

    from rich.console import Console

    from anomaly.report.outputs import base_of
    from anomaly.scan import Settings
    from anomaly.synth import write_county

    base_of(out)
    folder = out / "county"
    if folder.is_dir() and {one.name for one in folder.iterdir()} == {"log", "context", "truth"}:
        rmtree(
            folder
        )  # the county of an earlier demo; write_county refuses any other folder that is not empty
    with Console(stderr=True).status("making a synthetic county: invented people, known misuse"):
        county = write_county(folder, seed=seed)
    _scanned([str(county.log)], Settings(context=county.context), out / "review", 50, demo=True)


@app.command()
def profile(
    log: LogArg,
    profile: ProfileOption = None,
    context: ContextOption = None,
    time_zone: ZoneOption = None,
    local_zone: LocalOption = None,
) -> None:
    """Say what a log is: columns recognised, data quality, which detectors can run and why not.

    Example: anomaly profile queries.csv
    """
    from anomaly.report.profiled import print_profile
    from anomaly.scan import profile_log

    print_profile(*profile_log(list(log), profile, context, time_zone, local_zone))


@app.command()
def detectors() -> None:
    """List the detectors: what each finds, what it needs, what it abstains without.

    Example: anomaly detectors
    """
    from anomaly.detectors import DETECTORS
    from anomaly.report.manual import print_detectors

    print_detectors(DETECTORS)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="A detector, as `anomaly detectors` names it.")],
) -> None:
    """Show a detector's manual: why, null, what else it fires on, what clears it, what evades it.

    Example: anomaly explain repeated_lookups
    """
    from anomaly.detectors import BY_NAME
    from anomaly.report.manual import print_manual

    if name not in BY_NAME:
        raise InputError(f"`{name}` is no detector", next=f"they are {', '.join(BY_NAME)}")
    print_manual(BY_NAME[name])


def _scanned(log: list[str], settings: Any, out: Path, budget: int, *, demo: bool) -> ScanResult:
    from dataclasses import replace

    from rich.console import Console

    from anomaly.report.outputs import base_of, write_outputs
    from anomaly.report.progress import shown
    from anomaly.report.terminal import print_summary
    from anomaly.scan import scan as run

    base_of(out)  # before the hours of a long scan, not after
    with shown(Console(stderr=True)) as progress:
        result = run(log, settings, progress=progress)
    if demo:
        result = replace(result, summary={**result.summary, "demo": True})
    write_outputs(result, out, budget=budget)
    print_summary(result, Console(), out=out)
    return result


def _toml(path: Path | None) -> dict[str, Any]:
    import tomllib

    if path is None:
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"the settings cannot be read ({error})", str(path), "a table per detector: [volume]"
        ) from None
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise InputError(f"`{name}` is no table", str(path), "write a table per detector, as in [volume]")
    return tables


def _say(error: object) -> None:
    """Headers and values of a log stand in messages: no control sequence of theirs may reach the terminal."""
    from anomaly.report.neutral import clean

    for line in f"error: {error}".splitlines():
        typer.echo(clean(line), err=True)


class _IncidentsFoundError(Exception):
    """There are incidents, and --fail-on-incidents asked for an exit code that says so."""


def main() -> None:
    """Run the command line and leave with its exit code.

    0: done. 1: incidents, with --fail-on-incidents only. 2: the input or the usage is wrong. 70: anything
    that was not foreseen. 130, 141, 143: interrupted, the reader of the output has gone, terminated.
    """
    # A process that dies of the signal leaves its copy of stdin behind (test_a_terminated_scan_...).
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app(prog_name="anomaly")
    except _IncidentsFoundError:
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
