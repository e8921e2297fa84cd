"""The notebook of the guides: its cells run in order and in one namespace, and it is kept without outputs."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from anomaly.scan.found import Picture

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
CELLS = [one for one in json.loads(NOTEBOOK.read_text())["cells"] if one["cell_type"] == "code"]


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does; return the value of its last line where that is an expression."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), NOTEBOOK.name, "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), names)
    return None


def test_the_cells_run_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(NOTEBOOK.parent)
    names: dict[str, Any] = {}
    shown = [run("".join(cell["source"]), names) for cell in CELLS]
    assert shown[0] is None
    assert all(value is not None for value in shown[1:])
    assert sum(isinstance(value, Picture) for value in shown) == 2
    assert shown[1] == {"rows_read": 2097, "rows_scanned": 2097, "rows_rejected": 0, "duplicates": 0}
    assert len(names["entries"]) == 2  # as the first cell tells
    assert names["page"].startswith("<!doctype html>")


def test_it_is_kept_without_outputs() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in CELLS)
