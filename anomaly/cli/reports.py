"""The verb that makes a report again, in another form, from what a scan left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from anomaly.cli.app import ContextOption, LocalOption, LogArg, ProfileOption, ZoneOption, app
from anomaly.errors import InputError


@app.command(short_help="Make a report of a scan again, in another form.")
def report(
    folder: Annotated[Path, typer.Argument(help="The folder a scan wrote (its --out).", metavar="DIR")],
    format: Annotated[str, typer.Option(help="html, pdf, csv, parquet, json, ocsf or review.")] = "html",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the files; DIR, or DIR/public, if absent.")
    ] = None,
    budget: Annotated[
        int, typer.Option(min=1, help="How many incidents get a dossier in the page; all are listed.")
    ] = 50,
    entry: Annotated[
        int | None, typer.Option(help="One dossier alone, by its rank: html or pdf.", metavar="RANK")
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="The edition that can be published: see docs/public.md.")
    ] = False,
    threshold: Annotated[
        int | None,
        typer.Option(min=3, help="With --public: people behind each line, and the least count shown; 5."),
    ] = None,
) -> None:
    """Make a report again, in another form, from what a scan left; the log is not read.

    Example: anomaly report review/ --format pdf --entry 3
    """
    from rich.console import Console

    from anomaly.report.folder import as_json, base_of, write_files
    from anomaly.report.formats import FORMATS
    from anomaly.report.outputs import FURTHER
    from anomaly.report.progress import shown
    from anomaly.report.reopened import reopen

    if format not in FORMATS:
        raise InputError(f"`{format}` is no format", "--format", f"they are {', '.join(FORMATS)}")
    alone = FORMATS[format].entry
    if entry is not None and alone is None:
        able = " and ".join(name for name, one in FORMATS.items() if one.entry)
        raise InputError(f"`{format}` has no form for one entry", "--entry", f"{able} have")
    if entry is not None and public:
        raise InputError("a public edition has no entry alone", "--entry", "leave out one of the two")
    if format == "review" and public:
        raise InputError(
            "a public edition has no record to fill in", "--format", "leave out --public, or name another"
        )
    if threshold is not None and not public:
        raise InputError("`--threshold` belongs to `--public`", "--threshold", "give both, or neither")
    out = out or (folder / "public" if public else folder)
    with shown(Console(stderr=True), "reading what the scan left") as tell:
        result = reopen(folder)
        base_of(out)
        if public:
            from anomaly.report.public.edition import public as edition

            if (out / "manifest.json").exists():
                raise InputError(
                    "a scan stands here, which is not to be published", str(out), "name another folder"
                )
            tell("making the public edition", 0)
            result = edition(result, threshold=threshold or 5)
        tell(f"making the report: {FORMATS[format].title}", 0)
        if entry is not None and alone is not None:
            files: Mapping[str, bytes] = {f"entry-{entry}.{format}": alone(result, entry)}
        else:
            files = FORMATS[format].write(result, budget, tell)
    if public:
        files = {**files, "summary.json": as_json(result.summary)}
    if format == "review":
        for name, blank in files.items():
            if (out / name).exists() and (out / name).read_bytes() != blank:
                raise InputError(
                    "there is one here, which may be filled in", str(out / name), "name another folder"
                )
    write_files(files, out, gone=FURTHER if "report.html" in files else ())
    for name in files:
        typer.echo(out / name)


@app.command(short_help="Say who looked one person up, and what explains it.")
def subject(
    subject: Annotated[
        str, typer.Argument(help="A token of a report, or a key such as plate:7ABC123.", metavar="SUBJECT")
    ],
    log: LogArg,
    context: ContextOption = None,
    out: Annotated[Path, typer.Option(help="Folder for the page and the table.")] = Path("anomaly-subject"),
    profile: ProfileOption = None,
    time_zone: ZoneOption = None,
    local_zone: LocalOption = None,
    clear: Annotated[bool, typer.Option("--clear", help="Show the subject's key, not a token.")] = False,
) -> None:
    """Say who looked one person up, when, and with what explanation: for answering a person's request.

    Example: anomaly subject s_0f5b060b201a queries.csv --context tables/ --out answer/
    """
    from rich.console import Console

    from anomaly.report.folder import base_of, write_files
    from anomaly.report.progress import shown
    from anomaly.report.subject import subject_files
    from anomaly.report.words import count
    from anomaly.scan import Settings
    from anomaly.scan.asked import who_asked

    base_of(out)
    settings = Settings(
        profile=profile, context=context, time_zone=time_zone, local_zone=local_zone, clear=clear
    )
    with shown(Console(stderr=True)) as progress:
        asked = who_asked(log, subject, settings, progress=progress)
        progress("making the page", 0)
        files = subject_files(asked)
    write_files(files, out)
    users = asked.rows.select("agency", "user").n_unique()
    explained = int(asked.rows["explained"].is_not_null().sum())
    typer.echo(
        f"{count(len(asked.rows), 'row')} by {count(users, 'user')}, {explained:,} explained by the tables"
    )
    typer.echo(f"page {out / 'subject.html'}")
