"""Who takes part, under which name, and what each needs installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

from anomaly.errors import InputError

EXTRA = "pip install 'access-log-anomaly[benchmarks]'"
NEEDED = {"duckdb": "DuckDB", "pandas": "pandas", "pyod": "PyOD"}


class Contender(NamedTuple):
    """A module with the ten functions, the one of its functions that reads the log, and what that reads."""

    module: str
    load: str
    reads: str


CONTENDERS = {
    "engine": Contender("engine", "load", "all eleven columns, as a scan does"),
    "engine, few columns": Contender("engine", "load_few", "the columns that the ten need"),
    "polars": Contender("in_polars", "load", "nothing ahead: every query reads the files"),
    "polars in memory": Contender(
        "in_polars", "load_table", "the columns that the ten need, by user and time"
    ),
    "DuckDB": Contender("in_duckdb", "load", "nothing ahead: every query reads the files"),
    "DuckDB in memory": Contender("in_duckdb", "load_table", "the columns that the ten need"),
    "pandas": Contender("in_pandas", "load", "the columns that the ten need, by user and time"),
}
OURS = ("engine", "engine, few columns")
RIVALS = tuple(name for name in CONTENDERS if name not in OURS)


def check_installed() -> None:
    """Raise InputError, naming the extra, where a rival's library is missing."""
    for module, name in NEEDED.items():
        if find_spec(module) is None:
            raise InputError(f"{name} is not installed, and is one of the rivals", next=EXTRA)
