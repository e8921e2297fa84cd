"""The verb that measures: bench."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from anomaly.cli.app import ContextOption, LocalOption, ProfileOption, ZoneOption, app
from anomaly.errors import InputError


@app.command(short_help="Time each stage and each detector, and rivals.")
def bench(
    log: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, patterns; a seeded log is written without one.", metavar="LOG"),
    ] = None,
    context: ContextOption = None,
    rows: Annotated[
        list[int] | None,
        typer.Option(
            min=1,
            help="How many rows the seeded log has; 1,000,000 if absent. Again for more, with --rivals.",
        ),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often everything is timed; medians are told.")] = 3,
    only: Annotated[
        list[str] | None,
        typer.Option(help="A detector; again for more of them. All if absent.", metavar="NAME"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A file that ends in .json, .csv or .md; with --rivals, a folder.")
    ] = None,
    profile: ProfileOption = None,
    time_zone: ZoneOption = None,
    local_zone: LocalOption = None,
    rivals: Annotated[
        bool,
        typer.Option(
            "--rivals", help="Ten detectors beside the same in polars, DuckDB and pandas; and learners."
        ),
    ] = False,
    memory: Annotated[
        str | None, typer.Option(help="With --rivals: the most that each may hold, e.g. 8GB; 24GB if absent.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="With --rivals: how long each may take; 30 if absent.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="With --rivals: figures of other sizes in the folder stay.")
    ] = False,
) -> None:
    """Say how fast each stage and each detector is, beside only decoding the same columns, or beside rivals.

    Example: anomaly bench --rows 5000000 --out speed.json

    Example: anomaly bench queries.parquet --context tables/ --only volume --only harvesting

    Example: anomaly bench --rivals --rows 1000000 --rows 5000000 --out speed
    """
    if rivals:
        given = {"LOG": log, "--context": context, "--only": only, "--profile": profile}
        given |= {"--time-zone": time_zone, "--local-zone": local_zone}
        if wrong := [name for name, value in given.items() if value]:
            raise InputError(
                "rivals read a log that is made for them", wrong[0], "leave it out, or leave out --rivals"
            )
        _rivals(rows, runs, memory, minutes, out, keep=keep)
        return
    alone = {"--memory": memory, "--minutes": minutes, "--keep": keep, "--rows twice": len(rows or []) > 1}
    if wrong := [name for name, value in alone.items() if value]:
        raise InputError("this is for rivals", wrong[0], "leave it out, or add --rivals")
    from rich.console import Console

    from anomaly.bench import bench as run
    from anomaly.bench.outputs import checked, write_measured
    from anomaly.bench.terminal import print_measured
    from anomaly.report.progress import shown
    from anomaly.scan import Settings

    if out is not None:
        checked(out)  # before the minutes of the runs, not after
    settings = Settings(profile=profile, context=context, time_zone=time_zone, local_zone=local_zone)
    with shown(Console(stderr=True)) as progress:
        measured = run(
            log or [], settings, rows=rows[0] if rows else None, runs=runs, only=only or [], tell=progress
        )
    if out is not None:
        write_measured(measured, out)
    console = Console()
    print_measured(measured, console if console.is_terminal else Console(width=100))


def _rivals(
    rows: list[int] | None,
    runs: int,
    memory: str | None,
    minutes: float | None,
    out: Path | None,
    *,
    keep: bool,
) -> None:
    """Run the ten beside their rivals, and print how it went; with a folder, write the page there."""
    from rich.console import Console

    from anomaly.bench.rivals.contenders import check_installed
    from anomaly.bench.rivals.limits import Limits
    from anomaly.report.folder import base_of
    from anomaly.scan.budget import size_of

    check_installed()
    limits = Limits()
    if memory is not None:
        limits = limits._replace(memory=size_of(memory))
    if minutes is not None:
        limits = limits._replace(minutes=minutes)
    if out is not None:
        base_of(out)
    elif keep:
        raise InputError("there is no folder whose figures could stay", "--keep", "name it with --out")
    from anomaly.bench.rivals.make import benchmark
    from anomaly.bench.rivals.terminal import print_rivals
    from anomaly.bench.run import ROWS

    begin = time.monotonic()

    def tell(text: str) -> None:
        typer.echo(f"{time.monotonic() - begin:6.0f} s  {text}", err=True)

    with tempfile.TemporaryDirectory(prefix="anomaly-rivals-") as room:
        told = benchmark(rows or [ROWS], runs, limits, Path(room), tell, out, keep=keep)
    console = Console()
    print_rivals(told, console if console.is_terminal else Console(width=100))
