"""Where users work, by the roster, in a log that does not say it."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.coding.events import Vocabularies
from anomaly.coding.hashes import Codes


def employed(
    user: Codes, place: Codes, texts: Vocabularies, roster: pl.DataFrame
) -> tuple[Vocabularies, Codes]:
    """Say where each row of a log that names no agencies, or no units, was made: where its user works.

    user, place: (n,) int32 of each row; roster: columns user, agency and unit. Returns the vocabularies with
    what the log lacks, and the place of each row, (n,).
    """
    known = roster.unique("user", keep="last", maintain_order=True)
    of_users = texts["user"].to_frame("user").join(known, on="user", how="left", maintain_order="left")
    further, of_row = {}, []
    for column, at_place in zip(("agency", "unit"), texts.places.T, strict=True):
        if len(texts[column]):
            of_row.append(np.append(at_place, np.int32(-1))[place])
            continue
        said = of_users[column]
        further[column] = said.drop_nulls().unique().sort()
        codes = further[column].search_sorted(said.fill_null("")).to_numpy().astype(np.int32)
        codes[said.is_null().to_numpy()] = -1
        of_row.append(np.append(codes, np.int32(-1))[user])
    width = int(of_row[1].max(initial=-1)) + 2
    pairs = (of_row[0].astype(np.int64) + 1) * width + of_row[1] + 1
    which, rows = np.unique(pairs, return_inverse=True)
    places = np.stack([which // width - 1, which % width - 1], axis=1).astype(np.int32)
    return Vocabularies(texts.texts | further, places), rows.astype(np.int32)
