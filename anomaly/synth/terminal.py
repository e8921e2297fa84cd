"""What `anomaly synth` says about the world it has made."""

from __future__ import annotations

from rich.console import Console

from anomaly.synth.make import Written


def print_world(world: Written, console: Console, asked: int | None = None) -> None:
    """Print what is in a world, what is not, and what to do with it.

    asked: misuse scenarios that were asked for; where fewer could be played, that is said.
    """
    console.print(
        f"{world.n_rows:,} rows by {world.n_users:,} users of {world.n_agencies:,} agencies, "
        f"{world.n_days} days",
        highlight=False,
    )
    console.print(
        f"{world.n_misuse} misuse scenarios and {world.n_innocent} innocent look-alikes, each with its rows",
        highlight=False,
    )
    if asked is not None and world.n_misuse < asked:
        others = asked - world.n_misuse
        console.print(
            f"{asked} misuse scenarios were asked for; for the other {others} nobody was left",
            highlight=False,
        )
    if world.missed:
        left_out = ", ".join(dict.fromkeys(one.pattern for one in world.missed))
        console.print(f"left out, as nobody here could play a part: {left_out}", highlight=False)
    console.print(f"names: {world.names}", highlight=False)
    log, context = world.root / "log", world.root / "context"
    console.print(
        f"\nnext: anomaly scan {log} --context {context} --out review", highlight=False, soft_wrap=True
    )
    console.print(f"      anomaly evaluate review --truth {world.truth}", highlight=False, soft_wrap=True)
