"""Find suspected misuse in police database query logs, explain it, and put it before a person for review."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load `anomaly.scan` when it is asked for: `import anomaly` alone costs nothing."""
    if name != "scan":
        raise AttributeError(f"module `anomaly` has no attribute `{name}`")
    return import_module("anomaly.scan")


def __dir__() -> list[str]:
    """Name what there is, for whoever completes names."""
    return [*globals(), "scan"]
