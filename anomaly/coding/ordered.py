"""A log in order: user after user, action after action; nothing is known of it yet but what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding.events import Vocabularies
from anomaly.coding.gather import gather
from anomaly.coding.hashes import Codes
from anomaly.coding.order import by_action, by_user, in_time_order
from anomaly.coding.subjects import SubjectCoder, Subjects


@dataclass(frozen=True)
class Ordered:
    """What a log says, whatever is known beside it: the same under any policy and with any tables.

    columns: (n,) each, user after user, the rows of an action together: those of `Events` but the offset, and
    what only actions say; typed: (n,) int32, the key that a row has, whose person `subject` is. starts: (a +
    1,) int32, where the rows of each action begin; None when each row is one. duplicates: rows left out.
    """

    columns: dict[str, NDArray[Any]]
    typed: Codes
    starts: Codes | None
    texts: Vocabularies
    subjects: Subjects
    duplicates: int


def put_in_order(columns: dict[str, NDArray[Any]], texts: Vocabularies, coder: SubjectCoder) -> Ordered:
    """Put rows as they were read in order, without those that repeat one; the columns are taken over."""
    duplicates = in_time_order(columns)
    by_user(columns, len(texts["user"]))
    subjects = coder.finish(columns, texts.places[:, 0])
    typed = columns["subject"]
    if np.any(subjects.root != np.arange(len(subjects))):
        columns["subject"] = gather(np.append(subjects.root, np.int32(-1)), typed)
    columns["typed"] = typed
    starts = by_action(columns, len(texts["user"]), len(subjects))
    return Ordered(columns, columns.pop("typed"), starts, texts, subjects, duplicates)
