"""A seeded log of invented codes, and a contest between a kernel and its rival on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import kernels

DAY = 86_400_000
ROWS = int(os.environ.get("ANOMALY_BENCH_ROWS", "1000000"))
Run = Callable[[], tuple[Any, ...]]


@dataclass(frozen=True)
class World:
    """A year of look-ups in time order: 1 user for 500 rows, 1 subject for 4, 1 row in 3 in a cascade."""

    n: int

    @cached_property
    def random(self) -> np.random.Generator:
        return np.random.default_rng(20261122)

    @property
    def n_users(self) -> int:
        return self.n // 500 + 1

    @property
    def n_subjects(self) -> int:
        return self.n // 4 + 1

    @cached_property
    def log(self) -> pl.DataFrame:
        """In log order: time (ms, distinct), user, subject, cascade (-1 = missing), day, hour, serial."""
        step = 365 * DAY // self.n
        time = np.arange(self.n) * step + self.random.integers(0, step, self.n)
        cascade = self.random.integers(0, self.n // 10 + 1, self.n)
        cascade[self.random.random(self.n) < 2 / 3] = -1
        subject = (self.n_subjects * self.random.random(self.n) ** 3).astype(np.int32)
        subject[self.random.random(self.n) < 0.05] = -1
        return pl.DataFrame(
            {
                "time": time,
                "user": (self.n_users * self.random.random(self.n) ** 2).astype(np.int32),
                "subject": subject,
                "cascade": cascade.astype(np.int32),
                "day": (time // DAY).astype(np.int32),
                "hour": (time // (DAY // 24) % 24).astype(np.int8),
                "serial": self.random.integers(-1, 5, self.n),
            }
        )

    def grouped(self, key: str, count: int) -> tuple[NDArray[np.int64], pl.DataFrame]:
        """Starts, and the rows that have a key in (key, time) order."""
        starts, order = kernels.group(self.log[key].to_numpy(), count)
        return starts, self.log[order].with_columns(pl.col(key).set_sorted())

    @cached_property
    def by_user(self) -> tuple[NDArray[np.int64], pl.DataFrame]:
        return self.grouped("user", self.n_users)

    @cached_property
    def by_subject(self) -> tuple[NDArray[np.int64], pl.DataFrame]:
        return self.grouped("subject", self.n_subjects)


@pytest.fixture(scope="session")
def world() -> World:
    return World(ROWS)


@pytest.fixture(params=["kernel", "rival"])
def contest(request: pytest.FixtureRequest, benchmark: Any) -> Callable[..., None]:
    """Assert that both sides give one answer, which also compiles the kernel, then time one of them."""

    def run(kernel: Run, rival: Run, tolerance: float = 0) -> None:
        for got, wanted in zip(kernel(), rival(), strict=True):
            np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=1e-290 if tolerance else 0)
        benchmark.group = request.node.originalname.removeprefix("test_")
        benchmark.pedantic(kernel if request.param == "kernel" else rival, rounds=3)

    return run
