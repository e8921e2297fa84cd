"""The command line, whose executors kill themselves once while they code a piece.

python -m tests.cluster.deadly MARKER scan ...
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Collection
from functools import partial
from pathlib import Path

from anomaly.cluster import work
from anomaly.sources.pieces import Piece

code_piece = work.code_piece


def code_or_die(marker: str, columns: Collection[str], piece: Piece) -> work.Parts:
    """Code a piece; the first who comes to the second of a file kills the executor it runs in."""
    if piece.first > 1:
        try:
            Path(marker).touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            daemon = Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()
            os.kill(int(daemon[1]), signal.SIGKILL)  # the virtual machine that started the Python daemon
    return code_piece(columns, piece)


if __name__ == "__main__":
    from anomaly.cli import main
    from tests.cluster import deadly

    work.code_piece = partial(deadly.code_or_die, sys.argv.pop(1))
    main()
