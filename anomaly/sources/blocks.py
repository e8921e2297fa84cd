"""What every reader gives: headers, and the rows in blocks, each with its number or its refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import polars as pl

from anomaly.sources.rejects import Refusal

ROWS = 100_000


@dataclass(frozen=True)
class Block:
    """Consecutive rows of one file, as found.

    frame: one column per wanted header, any type.
    rows: (frame.height,) Int64, 1-based data row in the file; ascending; refused rows leave gaps.
    refused: the gaps. noticed: oddities that did not refuse a row, with how often they were met.
    """

    frame: pl.DataFrame
    rows: pl.Series
    refused: list[Refusal] = field(default_factory=list)
    noticed: Counter[str] = field(default_factory=Counter)


class Reader(Protocol):
    """A file format: knows its headers, and can be read again and again."""

    @property
    def headers(self) -> list[str]:
        """Headers as found, surrounding white space removed, in file order."""
        ...

    @property
    def count(self) -> int:
        """How many rows there are, 0 where only reading them tells."""
        ...

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """The rows in file order; only the wanted headers are decoded where the format allows."""
        ...


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks, the next one read in a thread while the last one is used."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as reader:
        coming = reader.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = reader.submit(next, blocks, None)
            yield block


def numbered(first: int, count: int) -> pl.Series:
    """Row numbers first, first + 1, ... as (count,) Int64."""
    return pl.Series(np.arange(first, first + count))
