"""A profile to fill in: what is known of a log's headers, and what somebody has to say of the others."""

from __future__ import annotations

import json
from collections.abc import Sequence

from anomaly.report.neutral import clean
from anomaly.schema import EVENT
from anomaly.sources.recognise import matched, synonyms

START = """\
# How the columns of a log are called, to be filled in. Under [columns], take the # away before each column
# that the log has, and put its header between the quotation marks. `time` and `user` must be there.
"""
FILL_IN = "the header of this column"


def draft(headers: Sequence[str]) -> str:
    """Return the text of a profile (TOML) for a log with these headers, those that are known filled in."""
    auto = synonyms()
    known = matched(headers, auto)
    others = [header for header in headers if header not in known.values()]
    lines = [START, *(["# Headers that are not known:"] if others else [])]
    lines += [f"#   {_quoted(header)}" for header in others]
    lines += [
        "",
        'name = "own"',
        'title = "Our log"',
        f"time_zone = {_quoted(auto.time_zone)}  # of times without one",
        f"local_zone = {_quoted(auto.local_zone)}  # in which hours are judged",
        f"time_formats = [{', '.join(map(_quoted, auto.time_formats))}]  # besides ISO 8601",
        'required = ["time", "user"]',
        "",
        "[columns]",
    ]
    for column in EVENT:
        header = known.get(column.name) or (FILL_IN if column.required else None)
        filled = f"{column.name} = {_quoted(header)}" if header else f'# {column.name} = ""'
        lines.append(f"{filled}  # {column.meaning}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write a string of TOML; headers are compared by their letters and digits, which cleaning leaves."""
    return json.dumps(clean(text), ensure_ascii=False)
