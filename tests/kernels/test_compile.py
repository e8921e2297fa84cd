"""Kernels run without a compiler, and where nothing but a private folder can be written."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kernels import compile as compiling

ROOT = Path(__file__).parents[2]
PLAIN = """
import sys
import pytest
import kernels
assert not hasattr(kernels.group, "py_func"), "compiled after all"
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""


def test_twins_agree_without_the_compiler() -> None:
    files = [f"tests/kernels/{name}.py" for name in ("test_twins", "test_tails")]
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, *files],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_source_folder_that_cannot_be_written_gets_a_private_cache(tmp_path: Path) -> None:
    program = f"""
import sys, tempfile
real = tempfile.TemporaryFile
def refuse(*args, **options):
    if str(options.get("dir", "")).startswith({str(ROOT)!r}):
        raise PermissionError("read-only")
    return real(*args, **options)
tempfile.TemporaryFile = refuse
import numba, numpy, kernels
kernels.group(numpy.zeros(2, numpy.int32), 1)
print(numba.config.CACHE_DIR)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"XDG_CACHE_HOME": str(tmp_path), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(done.stdout.strip())
    assert folder.parent == tmp_path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.rglob("group.group-*.nbi"))


def test_a_folder_open_to_others_or_a_link_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened = tmp_path / "home" / "anomaly-kernels"
    opened.mkdir(parents=True)
    opened.chmod(0o777)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (tmp_path / f"anomaly-kernels-{os.getuid()}").symlink_to(elsewhere)
    fresh = compiling.cache_folder()
    assert fresh not in (opened, elsewhere)
    assert fresh.parent == tmp_path
    assert compiling.private(fresh)


def test_a_file_in_the_way_is_not_a_writable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not compiling.writable(tmp_path / "file" / "folder")
