"""How much memory the process has had at most."""

from __future__ import annotations

import sys


def peak_bytes() -> int | None:
    """Return the bytes the process has held at most since it began; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
