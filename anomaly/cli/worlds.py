"""The verbs that make a world with known truth and score a scan against it: synth, evaluate."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from anomaly.cli.app import app

LogFormat = Literal["parquet", "csv"]


@app.command(short_help="Make a labelled world of invented people at work.")
def synth(
    out: Annotated[Path, typer.Option(help="New or empty folder for log/, context/, truth/ and clean/.")],
    size: Annotated[
        str | None, typer.Option(help="village, town, county, region, state: events, days and users at once.")
    ] = None,
    events: Annotated[int | None, typer.Option(help="About how many rows the log has.")] = None,
    days: Annotated[int | None, typer.Option(help="How many days it covers.")] = None,
    users: Annotated[int | None, typer.Option(help="How many users there are.")] = None,
    misuse: Annotated[
        int | None, typer.Option(help="How many misuse scenarios; by published prevalence if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another world.")] = 1,
    format: Annotated[LogFormat, typer.Option(help="Format of the log and of the tables.")] = "parquet",
    parameters: Annotated[
        Path | None, typer.Option(help="A TOML file laid over the packaged parameters.")
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean/--no-clean", help="Write the clean twin as well: no misuse in it.")
    ] = True,
    threads: Annotated[int, typer.Option(min=1, help="Threads; the bytes do not depend on it.")] = 2,
) -> None:
    """Make a labelled world: invented people at work, with every misuse and every innocent look-alike known.

    Example: anomaly synth --out world --size county --seed 7
    """
    # Read when polars first works. The threads here take thousands of short steps each: with a pool of more
    # threads to wake for each of them, 16 million rows took 47 s of CPU instead of 41 (one pair of runs).
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from rich.console import Console

    from anomaly.errors import InputError
    from anomaly.report.folder import base_of
    from anomaly.report.progress import shown
    from anomaly.synth import load, print_world, size_of, write_world

    p = load(parameters)
    wanted = size_of(p, seed=seed, size=size, events=events, days=days, users=users, misuse=misuse)
    base_of(out)
    try:
        with shown(Console(stderr=True), "making a world: invented people, known misuse") as tell:
            world = write_world(out, wanted, p, format=format, clean=clean, threads=threads, tell=tell)
    except OSError as error:
        why = f"the world cannot be written ({error.strerror or error})"
        raise InputError(why, str(out), "choose another folder with --out") from None
    print_world(world, Console(), wanted.misuse)


@app.command(short_help="Say how well a scan found what is true of a world.")
def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(help="What a scan, or another program, left: incidents and evidence.", metavar="DIR"),
    ],
    truth: Annotated[Path, typer.Option(help="Folder with scenarios.csv and events.csv of the same log.")],
    clean: Annotated[
        Path | None, typer.Option(help="What a scan of the clean twin left: false alarms where nothing is.")
    ] = None,
    log: Annotated[
        list[str] | None,
        typer.Option(help="The log that was scanned, for the baselines; the one beside the truth if absent."),
    ] = None,
    context: Annotated[
        Path | None, typer.Option(help="Its context tables; those beside the truth if absent.")
    ] = None,
    baselines: Annotated[
        bool, typer.Option("--baselines/--no-baselines", help="Run the baselines on the same log.")
    ] = True,
    out: Annotated[Path | None, typer.Option(help="Folder for scorecard.json and scorecard.csv.")] = None,
) -> None:
    """Say how well a scan found what is true of a synthetic world, beside honest baselines.

    Example: anomaly evaluate review/ --truth world/truth
    """
    from rich.console import Console

    from anomaly.evaluate import evaluate as run
    from anomaly.evaluate import of_the_world
    from anomaly.evaluate.outputs import write_scorecard
    from anomaly.evaluate.terminal import print_scorecard
    from anomaly.report.folder import base_of
    from anomaly.report.progress import shown

    if out is not None:
        base_of(out)
    logs, tables = of_the_world(truth, log, context)
    with shown(Console(stderr=True), "reading what was listed and what is true") as tell:
        card = run(folder, truth, clean=clean, log=logs if baselines else (), context=tables, tell=tell)
    if out is not None:
        write_scorecard(card, out)
    console = Console()
    print_scorecard(card, console if console.is_terminal else Console(width=100))
