"""A log in order as plain Parquet in a folder, and back: what a later scan need not read again.

`rows` has the columns of `Ordered`; `actions` where the rows of each begin; `subjects` what is known of each
key, by its hash, the last row for none; `texts` the vocabularies; `places` agency and unit of each place.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.events import Vocabularies
from anomaly.coding.ordered import Ordered
from anomaly.coding.subjects import Subjects

OF_CODES = ("hashes", "root", "person")


def save(ordered: Ordered, folder: Path) -> None:
    """Write a log in order into an empty folder. Raises OSError where that fails."""
    columns = ordered.columns | {"typed": ordered.typed}
    alike = {name: held for name, held in columns.items() if held.strides == (0,) and len(held)}
    same = {name: [int(held[0]), held.dtype.name] for name, held in alike.items()}
    _write(folder, "rows", {name: held for name, held in columns.items() if name not in same})
    if ordered.starts is not None:
        _write(folder, "actions", {"begin": ordered.starts})
    subjects = ordered.subjects
    codes = {name: getattr(subjects, name) for name in OF_CODES}
    whole = {name: np.append(held, np.zeros(1, held.dtype)) for name, held in codes.items()}
    _write(folder, "subjects", whole | subjects.of_key)
    texts = ordered.texts.texts
    names = [pl.repeat(name, len(held), dtype=pl.String, eager=True) for name, held in texts.items()]
    nothing = pl.Series([], dtype=pl.String)
    frame = pl.DataFrame(
        {"column": pl.concat([nothing, *names]), "text": pl.concat([nothing, *texts.values()])}
    )
    frame.write_parquet(folder / "texts.parquet", compression="lz4")
    _write(folder, "places", {"agency": ordered.texts.places[:, 0], "unit": ordered.texts.places[:, 1]})
    said = {
        "duplicates": ordered.duplicates,
        "rows": len(ordered.typed),
        "same": same,
        "columns": list(texts),
    }
    (folder / "about.json").write_text(json.dumps(said), encoding="utf-8")


def restore(folder: Path) -> Ordered:
    """Read what `save` wrote. Raises OSError or polars' own errors where it is not whole."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    columns = _read(folder, "rows")
    for name, (value, kind) in about["same"].items():
        columns[name] = np.broadcast_to(np.dtype(kind).type(value), about["rows"])
    starts = _read(folder, "actions")["begin"] if (folder / "actions.parquet").exists() else None
    known = _read(folder, "subjects")
    hashes, root, person = (known.pop(name)[:-1] for name in OF_CODES)
    texts = pl.read_parquet(folder / "texts.parquet").partition_by("column", as_dict=True)
    nothing = pl.Series("text", [], dtype=pl.String)
    held = {name: texts[name,]["text"] if (name,) in texts else nothing for name in about["columns"]}
    places = _read(folder, "places")
    return Ordered(
        columns,
        columns.pop("typed"),
        starts,
        Vocabularies(held, np.stack([places["agency"], places["unit"]], axis=1)),
        Subjects(hashes, root, person, known),
        about["duplicates"],
    )


def _write(folder: Path, name: str, columns: dict[str, NDArray[Any]]) -> None:
    pl.DataFrame(columns).write_parquet(folder / f"{name}.parquet", compression="lz4", statistics=False)


def _read(folder: Path, name: str) -> dict[str, NDArray[Any]]:
    frame = pl.read_parquet(folder / f"{name}.parquet").rechunk()
    return {column.name: column.to_numpy(writable=True) for column in frame}
