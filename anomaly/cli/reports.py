"""The verb that makes a report again, in another form, from what a scan left."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anomaly.cli.app import app
from anomaly.errors import InputError


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="The folder a scan wrote (its --out).", metavar="DIR")],
    format: Annotated[str, typer.Option(help="html, csv, parquet or json.")] = "html",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the files; DIR, or DIR/public, if absent.")
    ] = None,
    budget: Annotated[
        int, typer.Option(min=1, help="How many incidents get a dossier in the page; all are listed.")
    ] = 50,
    public: Annotated[
        bool, typer.Option("--public", help="The edition that can be published: see docs/public.md.")
    ] = False,
    threshold: Annotated[
        int | None,
        typer.Option(min=3, help="With --public: people behind each line, and the least count shown; 5."),
    ] = None,
) -> None:
    """Make a report again, in another form, from what a scan left; the log is not read.

    Example: anomaly report review/ --format csv --out sheets/
    """
    from anomaly.report.folder import as_json, base_of, write_files
    from anomaly.report.formats import FORMATS
    from anomaly.report.reopened import reopen

    if format not in FORMATS:
        raise InputError(f"`{format}` is no format", "--format", f"they are {', '.join(FORMATS)}")
    if threshold is not None and not public:
        raise InputError("`--threshold` belongs to `--public`", "--threshold", "give both, or neither")
    out = out or (folder / "public" if public else folder)
    result = reopen(folder)
    base_of(out)
    if public:
        from anomaly.report.public import public as edition

        if (out / "manifest.json").exists():
            raise InputError(
                "a scan stands here, which is not to be published", str(out), "name another folder"
            )
        result = edition(result, threshold=threshold or 5)
    files = dict(FORMATS[format].write(result, budget))
    if public:
        files["summary.json"] = as_json(result.summary)
    write_files(files, out)
    for name in files:
        typer.echo(out / name)
