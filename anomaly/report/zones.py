"""Whose clock a time is shown on: that of the agency it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from anomaly.report import words


@dataclass(frozen=True)
class Zones:
    """The zone in which the hours of a log are judged, and that of every agency that has one of its own."""

    log: tzinfo
    own: Mapping[str, tzinfo] = field(default_factory=dict)

    def kept(self, agencies: Iterable[str | None]) -> set[tzinfo]:
        """Return the zones of some agencies; of none, and of one without a name, the log's."""
        return {self.own.get(name or "", self.log) for name in agencies} or {self.log}

    def of(self, agencies: Iterable[str | None]) -> tzinfo:
        """Return the one zone of some agencies, or the log's where they keep several."""
        kept = self.kept(agencies)
        return next(iter(kept)) if len(kept) == 1 else self.log

    def note(self, agencies: Iterable[str | None]) -> str:
        """Say what has to be said of the zone in which an entry is shown; nothing where it is the log's."""
        kept = self.kept(agencies)
        if len(kept) > 1:
            return f"{self.log}, the log's: its agencies keep {len(kept)} zones"
        return str(zone) if (zone := next(iter(kept))) != self.log else ""

    def stamps(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[str]]:
        """Say whose clock a column of times is on, and when each row was, by `time` and `agency`.

        Rows of several zones name theirs one by one.
        """
        kept = self.kept(row["agency"] for row in rows)
        said = []
        for row in rows:
            moment, zone = row["time"], self.of([row["agency"]])
            text = moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"
            said.append(f"{text} {zone}" if moment and len(kept) > 1 else text)
        return "each agency's own" if len(kept) > 1 else str(next(iter(kept))), said

    @property
    def shown(self) -> str:
        """Say in which zone a page shows its times."""
        if all(zone == self.log for zone in self.own.values()):
            return str(self.log)
        return f"{self.log}; an agency that keeps another zone has its times in that zone, by name"


def zones_of(summary: Mapping[str, Any]) -> Zones:
    """Return the zones of a scan; summary: summary.json."""
    named = {one["agency"]: one.get("time_zone") for one in summary.get("agencies") or ()}
    return Zones(
        words.zone(summary["log"]["local_zone"]),
        {agency: words.zone(zone) for agency, zone in named.items() if zone},
    )
