"""House rules: imports point down, kernels stand alone, everything public is described, words are chosen."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MODULES = sorted([*ROOT.glob("anomaly/**/*.py"), *ROOT.glob("kernels/**/*.py")])
SHOWN = sorted(
    path
    for pattern in (
        "anomaly/**/*",
        "kernels/**/*",
        "fixtures/**/*.py",
        "fixtures/**/*.md",
        "benchmarks/*.py",
        "*.*",
    )
    for path in ROOT.glob(pattern)
    if path.suffix in {".py", ".toml", ".txt", ".md", ".j2", ".css", ".html"} and "egg-info" not in str(path)
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports", "--no-cache"],
    ],
    ids=" ".join,
)
def test_the_checkers_are_content(command: list[str]) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_stage_has_its_place_in_the_import_rules() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {stage for layer in contracts[0]["layers"] for stage in layer.split(" : ")}
    entries = [path for path in (ROOT / "anomaly").iterdir() if not path.name.startswith("__pycache__")]
    stages = {
        f"anomaly.{path.stem}" for path in entries if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert stages - {"anomaly.__init__"} <= layers


@pytest.mark.parametrize("path", [p for p in MODULES if named(p).startswith("kernels/")], ids=named)
def test_kernels_import_numpy_and_numba_only(path: Path) -> None:
    found = {name.partition(".")[0] for name in imported(path)}
    assert found - sys.stdlib_module_names <= {"numba", "numpy", "kernels"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_everything_public_has_a_docstring(path: Path) -> None:
    bare = [
        f"{node.name}, line {node.lineno}"
        for node in public(ast.parse(path.read_text()))
        if not ast.get_docstring(node)
    ]
    assert bare == []


def public(tree: ast.AST) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


PERSON = r"(?i)\b(the|a|each|every|this|our) suspects?\b|\b(offenders?|guilty|perpetrators?|culprits?)\b"
FORBIDDEN = {
    "a person called by a verdict": PERSON,
    "a path of somebody's machine": r"(?<![\w/.])/(home|Users|root|work|tmp|mnt)/\w",
    "the address of a registry": r"pypi\.org|files\.pythonhosted|index-url|find-links|registry\.npmjs",
    "work left for later": r"\b(TODO|FIXME|XXX|HACK)\b",
    "a stub": r"\bNotImplementedError\b",
}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_words_and_addresses_that_stay_out(rule: str) -> None:
    # Policy data holds the words of those who write reasons into a log, whatever they are.
    ours = [path for path in SHOWN if "policy/data" not in named(path) or FORBIDDEN[rule] != PERSON]
    found = [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in ours
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(FORBIDDEN[rule], line)
    ]
    assert found == []


def test_the_rule_of_words_would_find_them() -> None:
    assert re.search(PERSON, "The suspect looked up")
    assert not re.search(PERSON, "suspected, for review")
    assert re.search(FORBIDDEN["a path of somebody's machine"], "open('/home/ann/log.csv')")
    assert not re.search(FORBIDDEN["a path of somebody's machine"], "https://example.org/home/x")


def test_every_dependency_says_why_and_is_pinned() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    wanted = [
        *project["dependencies"],
        *(one for group in project["optional-dependencies"].values() for one in group),
    ]
    pins = (ROOT / "constraints.txt").read_text()
    for requirement in wanted:
        name = re.split(r"[<>=\[; ]", requirement, maxsplit=1)[0]
        if name == project["name"]:  # an extra of its own that holds others
            continue
        line = next(line for line in text.splitlines() if line.strip().startswith(f'"{requirement}"'))
        if name != "pytest":
            assert "#" in line or name in {"ruff", "mypy"}, line
        assert re.search(rf"^{re.escape(name)}==", pins, re.MULTILINE), f"{name} has no pin"


def test_the_pins_are_exact_and_name_no_address() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(r'[a-z0-9_.-]+==[0-9a-z.]+(; python_version (<|>=) "3\.\d+")?', line), line


def test_make_needs_no_more_than_make_and_python() -> None:
    done = subprocess.run(
        [
            "make",
            "-n",
            "--no-print-directory",
            "demo",
            "test",
            "lint",
            "bench",
            "PYTHON=python3",
            "VENV=.none",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    tools = {
        line.split()[0].removeprefix("@")
        for line in done.stdout.splitlines()
        if line and not line[0].isspace()
    }
    assert {Path(tool).name for tool in tools} <= {
        "python3", "python", "touch", "echo", "anomaly", "ruff", "mypy", "lint-imports",
    }  # fmt: skip


def test_an_old_python_is_refused_with_a_clear_message(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "demo", f"PYTHON={old}", f"VENV={tmp_path}/venv"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_the_licence_is_the_one_that_is_named() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()[:200]
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == "Apache-2.0"
