"""The verbs that show the detectors and the explanations: detectors, explain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from anomaly.cli.app import ContextOption, LocalOption, ProfileOption, ZoneOption, app
from anomaly.errors import InputError

if TYPE_CHECKING:
    from anomaly.scan import Settings

ShareFormat = Literal["table", "json"]


@app.command(short_help="List the detectors: what each finds and needs.")
def detectors() -> None:
    """List the detectors: what each finds, what it needs, what it abstains without.

    Example: anomaly detectors
    """
    from anomaly.detectors import DETECTORS
    from anomaly.report.manual import print_detectors

    print_detectors(DETECTORS)


@app.command(short_help="Show a detector's manual, or what a log can explain.")
def explain(
    name: Annotated[
        str | None, typer.Argument(help="A detector, as `anomaly detectors` names it, or an explanation.")
    ] = None,
    discover: Annotated[
        list[str] | None,
        typer.Option(help="A log: say how much of it each explanation covers, beside chance.", metavar="LOG"),
    ] = None,
    context: ContextOption = None,
    profile: ProfileOption = None,
    time_zone: ZoneOption = None,
    local_zone: LocalOption = None,
    policy: Annotated[Path | None, typer.Option(help="A TOML file laid over the packaged policy.")] = None,
    permutations: Annotated[
        int, typer.Option(min=1, max=1000, help="How often users and subjects are exchanged.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of the exchanges.")] = 1,
    format: Annotated[ShareFormat, typer.Option(help="A table to read, or JSON.")] = "table",
) -> None:
    """Show a detector's manual: why, null, what else it fires on, what clears it, what evades it.

    An explanation's manual too: what it joins, its limits. With --discover, how much of a log the
    explanations cover, beside chance: what an agency's own tables can clear.

    Example: anomaly explain repeated_lookups

    Example: anomaly explain --discover queries.csv --context tables/
    """
    if (name is None) == (not discover):
        raise InputError(
            "`explain` wants a name, or --discover with a log",
            next="anomaly explain volume, or anomaly explain --discover queries.csv --context tables/",
        )
    if name is not None:
        _manual(name)
        return
    from anomaly.scan import Settings

    settings = Settings(
        profile=profile, context=context, policy=policy, time_zone=time_zone, local_zone=local_zone
    )
    _discover(discover or [], settings, permutations, seed, format)


def _manual(name: str) -> None:
    from rich.console import Console

    from anomaly.detectors import BY_NAME
    from anomaly.explain import EXPLANATIONS
    from anomaly.explain.terminal import print_explanation
    from anomaly.report.manual import print_manual

    explanations = {one.name: one for one in EXPLANATIONS}
    if name in BY_NAME:
        print_manual(BY_NAME[name])
    elif name in explanations:
        print_explanation(explanations[name], Console())
    else:
        raise InputError(
            f"`{name}` is no detector and no explanation",
            next=f"detectors are {', '.join(BY_NAME)}; explanations are {', '.join(explanations)}",
        )


def _discover(logs: list[str], settings: Settings, permutations: int, seed: int, format: ShareFormat) -> None:
    from rich.console import Console

    from anomaly.explain.discover import discover
    from anomaly.explain.terminal import print_discovery
    from anomaly.report.progress import shown
    from anomaly.scan.coded import code_log
    from anomaly.scan.timing import Timing

    with shown(Console(stderr=True)) as progress:
        _, coded, tables = code_log(logs, settings.checked(), progress, Timing())
        found = discover(coded, tables, permutations=permutations, seed=seed, tell=progress)
    if format == "json":
        typer.echo(json.dumps(found.as_dict(), indent=2))
    else:
        console = Console()
        print_discovery(found, console if console.is_terminal else Console(width=100))
