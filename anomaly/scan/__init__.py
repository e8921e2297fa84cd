"""One scan: a log goes in at one end, ranked and explained incidents come out at the other.

The package can be called: `anomaly.scan("queries.csv", context="tables")` is what one types in a notebook.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from anomaly.scan.found import Found, Picture
from anomaly.scan.profiled import profile_log
from anomaly.scan.run import scan
from anomaly.scan.settings import Settings

__all__ = ["Found", "Picture", "Settings", "profile_log", "scan"]

_PATHS = ("context", "policy", "cache")


class _Callable(ModuleType):
    def __call__(self, inputs: Sequence[Any] | Any, **settings: Any) -> Found:
        """Scan a query log; settings: the fields of `Settings`, paths as text or not."""
        given: dict[str, Any] = {
            name: Path(value) if name in _PATHS and isinstance(value, str) else value
            for name, value in settings.items()
        }
        return scan(inputs, Settings(**given))


sys.modules[__name__].__class__ = _Callable
