"""A second pass over the text of a log: only the rows that reached an incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.sources import Log
from anomaly.sources.blocks import Block, ahead
from anomaly.sources.canonical import Tally, as_frame, canonical
from anomaly.sources.meaning import Plain
from anomaly.sources.recognise import REQUIRED, Recognised, matched

_LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)


def some_rows(
    log: Log, columns: Collection[str], wanted: Mapping[int, NDArray[np.int64]]
) -> Iterator[pl.DataFrame]:
    """Read some rows of a log again, as `Log.batches` gives them; the others are decoded and no more.

    columns: canonical ones of the log, without time and user, which refuse rows; wanted: file -> its data
    rows, ascending. Reading the text of 5 M rows in full took 3.8 s, this 0.6 s. Raises InputError when a
    file has changed.
    """
    asked = log.columns.intersection(columns)
    for index, rows in wanted.items():
        file, profile = log.files[index], log.profiles[index]
        names = Recognised(profile, matched(file.reader.headers, profile), ())
        # A file that has none of the columns is read for its time and user.
        needed = asked if asked & names.header_map.keys() else asked.union(REQUIRED)
        headers = {names.header_map[name] for name in needed if name in names.header_map}
        for block in ahead(file.reader.blocks(headers or set(names.header_map.values()))):
            here = np.isin(block.rows.to_numpy(), rows, assume_unique=True)
            if here.any():
                few = Block(block.frame.filter(here), block.rows.filter(here))
                found, _ = canonical(few, names, needed, index, _LATEST, Tally(), Plain())
                yield as_frame(found, sorted(asked))
        file.check_unchanged()
