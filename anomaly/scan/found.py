"""What a scan found, with what one does with it in a notebook or a program: a page, a folder, pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from markupsafe import Markup

from anomaly.errors import InputError
from anomaly.incidents import ScanResult
from anomaly.report.agencies import agencies, shapes
from anomaly.report.alone import dossier_of
from anomaly.report.outputs import write_outputs
from anomaly.report.page import render
from anomaly.report.paper.palette import for_paper
from anomaly.report.tables import incidents_frame
from anomaly.report.timeline import hours


@dataclass(frozen=True)
class Picture:
    """A picture: a notebook shows it; `svg` is the text of its file, `alt` says what it shows."""

    svg: str
    alt: str

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> None:
        """Write the picture as an SVG file."""
        Path(path).write_text(self.svg, encoding="utf-8")


@dataclass(frozen=True)
class Found(ScanResult):
    """What `anomaly.scan` returns: `incidents`, `evidence`, `rejects`, `requests`, `summary`, `manifest`
    (docs/contracts.md), and the report made of them.
    """

    def to_frame(self) -> pl.DataFrame:
        """Return the list as a frame, a row an incident, in the columns of `incidents.parquet`."""
        return incidents_frame(self.incidents)

    def to_html(self, *, budget: int = 50) -> str:
        """Return the page; budget: how many entries get a dossier."""
        return render(self, budget=budget)

    def save(self, out: str | Path, *, budget: int = 50) -> None:
        """Write the outputs of a scan into a folder. Raises InputError where it cannot be written."""
        write_outputs(self, Path(out), budget=budget)

    def plot(self, what: str = "agencies", *, rank: int = 1) -> Picture:
        """Return a picture: "agencies" (events and persons), "hours" (queries by hour), and of the entry of a
        rank "when" and "peers".

        Raises InputError where there is nothing to draw.
        """
        draw: Mapping[str, Callable[[], Markup | None]] = {
            "agencies": lambda: shapes(agencies(self.summary["agencies"])),
            "hours": lambda: hours(self.summary["hours"]) if any(self.summary["hours"]) else None,
            "when": lambda: dossier_of(self, rank).timeline,
            "peers": lambda: next((a.picture for a in dossier_of(self, rank).arguments if a.picture), None),
        }
        if what not in draw:
            raise InputError(f"`{what}` is no picture", next=f"they are {', '.join(draw)}")
        picture = draw[what]()
        if picture is None:
            raise InputError(f"there is nothing to draw for `{what}`", next=f"one of {', '.join(draw)}")
        return Picture(**{name: str(text) for name, text in for_paper(picture).items()})
