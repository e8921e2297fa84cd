"""The verbs that show the detectors: detectors, explain."""

from __future__ import annotations

from typing import Annotated

import typer

from anomaly.cli.app import app
from anomaly.errors import InputError


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
