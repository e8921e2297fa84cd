"""The notebook of the guides, as whoever opens it runs it: in order, in a kernel of this interpreter.

The kernel is started with nothing but what a clean checkout has: an empty home, no kernel installed anywhere.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
STORY = Path("fixtures", "stories", "repeated_lookups")


class ThisInterpreter(KernelSpecManager):
    """Knows one kernel, whatever is installed: the interpreter that runs the test."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folders that the notebook asks for, and nothing of whoever runs the test."""
    (tmp_path / "home").mkdir()
    (tmp_path / "docs").mkdir()
    shutil.copytree(ROOT / STORY, tmp_path / STORY)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        monkeypatch.setenv(f"JUPYTER_{name}", str(tmp_path / "jupyter" / name.lower()))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "ANOMALY_KEY", "ANOMALY_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(notebook: Any, checkout: Path) -> None:
    """Run all cells; raises CellExecutionError at the first that fails. Outputs stand in the notebook."""
    kernel = AsyncKernelManager(kernel_spec_manager=ThisInterpreter())
    where = {"metadata": {"path": str(checkout / "docs")}}
    NotebookClient(notebook, km=kernel, resources=where, timeout=300).execute()


def test_it_runs_and_shows_what_it_says(checkout: Path) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    run(notebook, checkout)
    said = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert [len(each) for each in outputs] == [0, *[1] * (len(outputs) - 1)]  # no warning beside a value
    shown = [each[0].data for each in outputs[1:]]
    counts, entries, silent, rows, roles, when, hours, page = (one["text/plain"] for one in shown)
    [rows_told] = re.findall(r"a log of ([\d,]+) rows", said)
    read = int(rows_told.replace(",", ""))
    assert ast.literal_eval(counts) == {
        "rows_read": read,
        "rows_scanned": read,
        "rows_rejected": 0,
        "duplicates": 0,
    }
    assert "with two users in it" in said
    assert "shape: (2, 7)" in entries
    assert all(why.startswith(("the log has no", "no table")) for why in ast.literal_eval(silent).values())
    assert "shape: (5, 9)" in rows
    assert "supports" in roles
    assert "explains" in roles
    assert "Rows that support the entry, and rows that an innocent explanation covers" in said
    for picture in (shown[5], shown[6]):
        assert picture["image/svg+xml"].startswith("<svg")
    assert when.startswith("Picture(")
    assert hours.startswith("Picture(")
    assert int(page) > 10_000
    assert not any((checkout / "home").iterdir())  # nothing is left with whoever runs it


def test_a_cell_that_fails_fails_the_test(checkout: Path) -> None:
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import anomaly; anomaly.scam")])
    with pytest.raises(CellExecutionError, match="has no attribute `scam`"):
        run(broken, checkout)


def test_it_is_kept_without_outputs() -> None:
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
