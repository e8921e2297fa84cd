"""The reference of the commands, `docs/commands.md`, made of what the program says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from anomaly.cli.app import EXITS, app

START = """\
# Commands

Made from the program by `UPDATE_DOCS=1 pytest tests/test_reference.py`; `anomaly VERB --help` says the same
of one verb. Data go to standard output, progress and errors to standard error; `-` as a log reads standard
input. An error says what is wrong, where, and what to do next.
"""


def reference() -> str:
    """Return the page, as Markdown."""
    group: Any = typer.main.get_command(app)
    verbs = group.commands
    contents = [f"- [`anomaly {name}`](#anomaly-{name}): {_first(one)}" for name, one in verbs.items()]
    return "\n".join(
        [START, *contents, "", *(_verb(name, one, group) for name, one in verbs.items()), _exits()]
    )


def examples(help: str) -> list[str]:
    """Return the commands that a verb's help gives as examples."""
    told = [" ".join(part.split()) for part in help.split("\n\n")]
    return [part.removeprefix("Example: ") for part in told if part.startswith("Example: ")]


def _first(verb: Any) -> str:
    return " ".join(verb.help.split("\n\n")[0].split())


def _verb(name: str, verb: Any, group: Any) -> str:
    context = type(group).context_class(verb, info_name=f"anomaly {name}")
    prose = [part for part in verb.help.split("\n\n") if not part.startswith("Example: ")]
    lines = [f"## anomaly {name}", "", *_block([_synopsis(name, verb, context)])]
    lines += [line for part in prose for line in (" ".join(part.split()), "")]
    for title, kind in (("Arguments", "argument"), ("Options", "option")):
        records = [one.get_help_record(context) for one in verb.params if one.param_type_name == kind]
        if records:
            lines += [f"{title}:", "", *_list(records), ""]
    lines += [*_block(examples(verb.help)), f"Exit codes: {', '.join(map(str, _codes(verb)))}.", ""]
    return "\n".join(lines)


def _synopsis(name: str, verb: Any, context: Any) -> str:
    needed = [
        one.get_help_record(context)[0]
        for one in verb.params
        if one.param_type_name == "option" and one.required
    ]
    pieces = [piece.replace("{", "").replace("}", "") for piece in verb.collect_usage_pieces(context)]
    return " ".join(["anomaly", name, *needed, *pieces])


def _block(lines: list[str]) -> list[str]:
    return ["```", *lines, "```", ""]


def _list(records: list[tuple[str, str]]) -> Iterator[str]:
    for name, told in records:
        yield f"- `{name}`: {' '.join(told.split())}"


def _codes(verb: Any) -> list[int]:
    own = {one.name for one in verb.params}
    return [0, *([1] if "fail_on_incidents" in own else []), 2]


def _exits() -> str:
    rows = [f"| {code} | {why} |" for code, why in EXITS.items()]
    start = ["## Exit codes", "", "What may come of any verb; 1 only of the verb that says so.", ""]
    return "\n".join([*start, "| code | why |", "|---:|---|", *rows, ""])
