"""The verb that measures: bench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anomaly.cli.app import ContextOption, LocalOption, ProfileOption, ZoneOption, app


@app.command()
def bench(
    log: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, patterns; a seeded log is written without one.", metavar="LOG"),
    ] = None,
    context: ContextOption = None,
    rows: Annotated[
        int | None, typer.Option(min=1, help="How many rows the seeded log has; 1,000,000 if absent.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often everything is timed; medians are told.")] = 3,
    only: Annotated[
        list[str] | None,
        typer.Option(help="A detector; again for more of them. All if absent.", metavar="NAME"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A file that ends in .json, .csv or .md.")] = None,
    profile: ProfileOption = None,
    time_zone: ZoneOption = None,
    local_zone: LocalOption = None,
) -> None:
    """Say how fast each stage and each detector is, beside only decoding the same columns.

    Example: anomaly bench --rows 5000000 --out speed.json

    Example: anomaly bench queries.parquet --context tables/ --only volume --only harvesting
    """
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
        measured = run(log or [], settings, rows=rows, runs=runs, only=only or [], tell=progress)
    if out is not None:
        write_measured(measured, out)
    console = Console()
    print_measured(measured, console if console.is_terminal else Console(width=100))
