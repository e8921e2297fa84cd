"""What users do all day: one module for each kind of work, from times to actions, calls and case files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from anomaly.synth.streams import Ints
from anomaly.synth.work.casework import investigate
from anomaly.synth.work.made import Made
from anomaly.synth.work.offices import batch, custody, dispatch, jail, licensing, records
from anomaly.synth.work.street import street
from anomaly.synth.world import World

Work = Callable[[World, np.random.Generator, Ints, Ints, Made], None]

# Who does the same kind of work is worked for at once: fewer and longer arrays.
WORK: dict[Work, tuple[str, ...]] = {
    street: ("patrol", "traffic"),
    investigate: ("cases", "family", "sex crimes", "narcotics", "federal"),
    records: ("records",),
    dispatch: ("dispatch",),
    licensing: ("licensing",),
    jail: ("jail",),
    custody: ("custody",),
    batch: ("batch",),
}

__all__ = ["WORK", "Made", "Work"]
