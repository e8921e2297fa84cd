"""The verb that makes the annual misuse return: return."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from anomaly.cli.app import app
from anomaly.errors import InputError


@app.command(name="return", short_help="Draft the annual misuse return from filings and reviews.")
def annual(
    context: Annotated[
        Path,
        typer.Option(
            help="Folder with filings.csv; reviews.csv, agencies.csv, users.csv where there are some."
        ),
    ],
    year: Annotated[int, typer.Option(help="The year that was reported about.")],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="What had come by this day; the last filing's day if absent, or when the year was overdue.",
        ),
    ] = None,
    review: Annotated[
        Path | None,
        typer.Option(help="The review record, if it is not reviews.csv of the folder.", metavar="FILE"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for return.html, return.csv and return.json.")] = Path(
        "anomaly-return"
    ),
    format: Annotated[str, typer.Option(help="html, or pdf: return.pdf besides (extra pdf).")] = "html",
) -> None:
    """Draft the annual misuse return: each agency's report, the statewide figures, who has not filed.

    Example: anomaly return --context tables/ --year 2023 --out return/
    """
    from rich.console import Console

    from anomaly.report.folder import base_of
    from anomaly.report.progress import shown
    from anomaly.returns import annual_return, read_tables
    from anomaly.returns.outputs import FORMATS, write_return
    from anomaly.returns.terminal import print_return

    if format not in FORMATS:
        raise InputError(f"`{format}` is no format", "--format", f"they are {', '.join(FORMATS)}")
    base_of(out)
    with shown(Console(stderr=True), "reading the tables") as tell:
        made = annual_return(
            read_tables(context, review), year, today=date.today(), as_of=as_of.date() if as_of else None
        )
        write_return(made, out, format=format, tell=tell)
    console = Console()
    print_return(made, console if console.is_terminal else Console(width=100), out=out)
