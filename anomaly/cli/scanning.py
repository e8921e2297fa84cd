"""The verbs that read a log: scan, demo, profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anomaly.cli.app import (
    ContextOption,
    IncidentsFoundError,
    LocalOption,
    LogArg,
    ProfileOption,
    ZoneOption,
    app,
)
from anomaly.errors import InputError, SettingsError

if TYPE_CHECKING:
    from anomaly.incidents import ScanResult
    from anomaly.scan.engine import Engine


class EngineName(StrEnum):
    """Who reads the text of a log."""

    LOCAL = "local"
    SPARK = "spark"


@app.command(short_help="Scan query logs: a ranked, explained list for review.")
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
    cache: Annotated[
        Path | None, typer.Option(help="Folder that keeps the coded log for the next scan of the same files.")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(help="Most memory to take, e.g. 4GB: a log that may need more is refused."),
    ] = None,
    profile_time: Annotated[
        bool, typer.Option("--profile-time", help="Say how long each stage and each detector took.")
    ] = False,
    engine: Annotated[
        EngineName, typer.Option(help="Who reads the log: this process, or the executors of a cluster.")
    ] = EngineName.LOCAL,
    master: Annotated[
        str | None,
        typer.Option(help="Of Spark: spark://host:7077, yarn, k8s://...; all cores here if absent."),
    ] = None,
) -> None:
    """Scan query logs and write a ranked, explained list of incidents for review.

    Example: anomaly scan queries.csv --context tables/ --out review/
    """
    from anomaly.scan import Settings
    from anomaly.scan.budget import size_of

    chosen = Settings(
        profile=profile,
        context=context,
        policy=policy,
        fdr=fdr,
        clear=clear,
        detectors=_toml(settings),
        time_zone=time_zone,
        local_zone=local_zone,
        cache=cache,
        memory=None if memory is None else size_of(memory),
    )
    if master is not None and engine is not EngineName.SPARK:
        raise SettingsError("there is no master without Spark", "--master", "add --engine spark")
    with _engine(engine, master) as reading:
        result = _scanned(log, chosen, out, budget, demo=False, profile_time=profile_time, engine=reading)
    if fail_on_incidents and result.incidents:
        raise IncidentsFoundError


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

    from anomaly.report.folder import base_of
    from anomaly.report.progress import shown
    from anomaly.scan import Settings
    from anomaly.synth import load, size_of, write_world

    base_of(out)
    folder = out / "county"
    if folder.is_dir() and {one.name for one in folder.iterdir()} == {
        "log",
        "context",
        "truth",
        "world.json",
    }:
        rmtree(folder)  # of an earlier demo; write_world refuses any other folder that is not empty
    p = load().model_copy(update={"names": "invented"})  # the same county wherever it is made
    size = size_of(p, size="demo", seed=seed)
    with shown(Console(stderr=True), "making a synthetic county: invented people, known misuse") as tell:
        county = write_world(folder, size, p, format="csv", clean=False, tell=tell)
    _scanned([str(county.log)], Settings(context=county.context), out / "review", 50, demo=True)


@app.command(short_help="Say what a log is, what is missing, and what to do next.")
def profile(
    log: LogArg,
    profile: ProfileOption = None,
    context: ContextOption = None,
    time_zone: ZoneOption = None,
    local_zone: LocalOption = None,
    draft: Annotated[
        Path | None,
        typer.Option(help="A TOML file that is not there yet: a profile to fill in, and nothing else."),
    ] = None,
) -> None:
    """Say what a log is: columns recognised, what is missing and what that costs, what to type next.

    Example: anomaly profile queries.csv

    Example: anomaly profile queries.csv --draft own.toml
    """
    if draft is not None:
        _draft(log, draft)
        return
    from rich.console import Console

    from anomaly.report.profiled import print_profile
    from anomaly.report.progress import shown
    from anomaly.scan import profile_log

    with shown(Console(stderr=True)) as tell:
        told = profile_log(list(log), profile, context, time_zone, local_zone, tell)
    given = {"--profile": profile, "--time-zone": time_zone, "--local-zone": local_zone, "--context": context}
    options = [part for name, value in given.items() if value for part in (name, str(value))]
    print_profile(told, log, options)


def _draft(log: list[str], draft: Path) -> None:
    from shlex import join

    from anomaly.report.draft import draft as text
    from anomaly.report.folder import write_files
    from anomaly.sources.files import gather

    if draft.exists():
        raise InputError("there is a file already", str(draft), "give --draft the name of a new one")
    write_files({draft.name: text(gather(log)[0].reader.headers).encode()}, draft.parent)
    typer.echo(f"{draft}: fill it in, then look again with it")
    typer.echo(f"  anomaly {join(['profile', *log, '--profile', str(draft)])}")


@contextmanager
def _engine(name: EngineName, master: str | None) -> Iterator[Engine | None]:
    if name is EngineName.LOCAL:
        yield None
        return
    from rich.console import Console

    from anomaly.cluster import Spark, session

    console = Console(stderr=True)
    if console.is_terminal:
        console.print("starting Spark")
    with session(master) as spark:
        yield Spark(spark)


def _scanned(
    log: list[str],
    settings: Any,
    out: Path,
    budget: int,
    *,
    demo: bool,
    profile_time: bool = False,
    engine: Engine | None = None,
) -> ScanResult:
    from dataclasses import replace

    from rich.console import Console

    from anomaly.report.folder import base_of
    from anomaly.report.outputs import write_outputs
    from anomaly.report.progress import shown
    from anomaly.report.terminal import print_summary
    from anomaly.scan import scan as run
    from anomaly.scan.timing import Timing

    base_of(out)  # before the hours of a long scan, not after
    timing = Timing()
    with shown(Console(stderr=True)) as progress:
        result = run(log, settings, progress=progress, timing=timing, engine=engine)
        if demo:
            result = replace(result, summary={**result.summary, "demo": True})
        with timing.stage("writing"):
            write_outputs(result, out, budget=budget, tell=progress)
    print_summary(result, Console(), out=out)
    if profile_time:
        from anomaly.bench.terminal import print_timing

        print_timing(timing, Console(stderr=True))
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
