"""The program as somebody at a terminal sees it: its stderr is a real pseudo-terminal, its stdout a pipe."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def watched(*arguments: object, cwd: Path = ROOT) -> tuple[str, list[str]]:
    """Run a verb; return its stdout and every line that the terminal was shown, in turn."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        [sys.executable, "-m", "anomaly", *map(str, arguments)],
        cwd=cwd,
        env=environment | {"TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        drawn = b"".join(_read(ours))
        assert running.stdout
        out = running.stdout.read()
    os.close(ours)
    text = drawn.decode("utf-8", "replace")
    assert running.returncode == 0, text
    shown = [line.strip(" \r\n⠀⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏") for line in re.split(r"[\r\n]+", _CONTROL.sub("", text))]
    return out.decode(), [line for line in shown if line]


def _read(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # what reading gives on Linux when the last writer has gone
        while part := os.read(terminal, 65536):
            yield part
