"""The verb that makes a report again, in another form, from what a scan left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from anomaly.cli.app import app
from anomaly.errors import InputError


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="The folder a scan wrote (its --out).", metavar="DIR")],
    format: Annotated[str, typer.Option(help="html, pdf, csv, parquet, json or ocsf.")] = "html",
    out: Annotated[Path | None, typer.Option(help="Folder for the files; DIR if absent.")] = None,
    budget: Annotated[
        int, typer.Option(min=1, help="How many incidents get a dossier in the page; all are listed.")
    ] = 50,
    entry: Annotated[
        int | None, typer.Option(help="One dossier alone, by its rank: html or pdf.", metavar="RANK")
    ] = None,
) -> None:
    """Make a report again, in another form, from what a scan left; the log is not read.

    Example: anomaly report review/ --format pdf --entry 3
    """
    from anomaly.report.folder import base_of, write_files
    from anomaly.report.formats import FORMATS
    from anomaly.report.reopened import reopen

    if format not in FORMATS:
        raise InputError(f"`{format}` is no format", "--format", f"they are {', '.join(FORMATS)}")
    alone = FORMATS[format].entry
    if entry is not None and alone is None:
        able = " and ".join(name for name, one in FORMATS.items() if one.entry)
        raise InputError(f"`{format}` has no form for one entry", "--entry", f"{able} have")
    out = out or folder
    result = reopen(folder)
    base_of(out)
    if entry is not None and alone is not None:
        files: Mapping[str, bytes] = {f"entry-{entry}.{format}": alone(result, entry)}
    else:
        files = FORMATS[format].write(result, budget)
    write_files(files, out)
    for name in files:
        typer.echo(out / name)
