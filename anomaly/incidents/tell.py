"""How an incident is told: names for codes, the sentence, the peers, what was tried, what the log cannot
say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import ONE_AGENCY, CodedLog, place_labels
from anomaly.coding.gather import distinct
from anomaly.coding.local import local_days
from anomaly.explain import EXPLANATIONS, Explained, missing_fact
from anomaly.incidents.bundles import Bundle
from anomaly.incidents.findings import Kept
from anomaly.incidents.model import Day, Finding, Peers, Tried

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_NAMED = 6  # users of a practice in its sentence; its findings and evidence have all


def utc(milliseconds: int) -> datetime:
    """Return the moment, aware, UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def day_of(number: int) -> date:
    """Return the date of a local day number."""
    return (EPOCH + timedelta(days=number)).date()


class Teller:
    """Knows the texts behind the codes. subjects: subject code -> token, or the clear key; marking: which."""

    def __init__(
        self, log: CodedLog, explained: Explained, subjects: Mapping[int, str], marking: str = ""
    ) -> None:
        self.log = log
        self.marking = marking
        self.explained = explained
        self.subjects = subjects
        self._places = place_labels(log)

    def users(self, codes: NDArray[np.int32]) -> tuple[str, ...]:
        """Name users, each once, sorted; redacted ones are left out."""
        known = distinct(codes[codes >= 0])
        return tuple(self.log.texts["user"].gather(known).to_list())

    def agencies(self, places: NDArray[np.int32]) -> tuple[str, ...]:
        """Name the agencies of some places, each once, sorted."""
        codes = distinct(self.log.texts.places[distinct(places), 0])
        return tuple(self.log.texts["agency"].gather(codes[codes >= 0]).to_list())

    def finding(self, one: Kept) -> Finding:
        """Tell one signal: its sentence, its figures, its peers."""
        open_actions = one.actions[~self.explained.by(one.detector.clears, one.actions)]
        days = self.log.actions.day[open_actions if len(open_actions) else one.actions]
        words: dict[str, Any] = {
            name: _plain(values[one.index]) for name, values in one.signals.measures.items()
        }
        if len(days):
            words |= {"first": day_of(int(days.min())), "last": day_of(int(days.max()))}
        words[one.detector.group] = self.actor(one)
        sentence = one.detector.says.format(**words)
        return Finding(
            detector=one.detector.name,
            sentence=sentence[0].upper() + sentence[1:] if one.detector.group == "subject" else sentence,
            p_value=one.p,
            q_value=one.q,
            rule=one.detector.rule,
            peers=self._peers(one),
            score=one.score,
        )

    def summary(self, bundle: Bundle, sentence: str) -> str:
        """Say what an incident is in one sentence: that of its strongest finding, or of a practice."""
        if bundle.practice is None or bundle.kept[0].detector.group != "user":
            return sentence
        parts: dict[str, int] = {}
        for one in bundle.kept:
            if one.detector.group == "user":
                open_ones = ~self.explained.by(one.detector.clears, one.actions)
                who = self.actor(one)
                parts[who] = max(parts.get(who, 0), int(open_ones.sum()))
        named = sorted(parts.items(), key=lambda part: (-part[1], part[0]))[:MOST_NAMED]
        each = ", ".join(f"{who} {count:,}" for who, count in named)
        more = f", {len(parts) - MOST_NAMED} others fewer" if len(parts) > MOST_NAMED else ""
        return (
            f"{len(parts)} users of {bundle.practice} did alike (look-ups: {each}{more}), one of them so: "
            f"{sentence}"
        )

    def actor(self, one: Kept) -> str:
        """Name the actor of a signal."""
        match one.detector.group:
            case "user":
                return str(self.log.texts["user"][one.actor])
            case "unit":
                return str(self._places[one.actor])
            case "agency":
                agencies = self.log.texts["agency"]
                return str(agencies[one.actor]) if len(agencies) else ONE_AGENCY
        return self.subjects.get(one.actor, "a subject")

    @staticmethod
    def _peers(one: Kept) -> Peers | None:
        standing = one.signals.standing
        if standing is None:
            return None
        code = standing.peer[one.actor]
        value = float(standing.values[one.actor])
        same = (standing.peer == code) & ~np.isnan(standing.values)
        same[one.actor] = False
        if code < 0 or np.isnan(value) or not same.any():
            return None
        others = np.sort(standing.values[same])
        return Peers(
            standing.statistic,
            f"{len(others)} others of {standing.names[code]}",
            value,
            tuple(others.tolist()),
        )

    def tried(
        self, bundle: Bundle, events: NDArray[np.int32], of_action: NDArray[np.int32]
    ) -> tuple[Tried, ...]:
        """List every explanation that the bundle's detectors honour, and how many events each covers."""
        honoured = {name for one in bundle.kept for name in one.detector.clears}
        return tuple(
            Tried(
                other.name,
                other.title.rstrip("."),
                other.name not in self.explained.why_not,
                self.explained.why_not.get(other.name),
                int(self.explained.covered(other, of_action).sum()),
            )
            for other in EXPLANATIONS
            if other.name in honoured
        )

    def days(self, events: NDArray[np.int32], supports: NDArray[np.bool_]) -> tuple[Day, ...]:
        """Count the events of each local day."""
        day = local_days(self.log.events.time[events], self.log.events.offset[events])
        numbers, place = np.unique(day, return_inverse=True)
        backing = np.bincount(place[supports], minlength=len(numbers))
        every = np.bincount(place, minlength=len(numbers))
        return tuple(
            Day(day_of(n), s, e - s)
            for n, s, e in zip(numbers.tolist(), backing.tolist(), every.tolist(), strict=True)
        )

    def would_clear(self, bundle: Bundle, open_actions: NDArray[np.int32]) -> tuple[str, ...]:
        """Say what a reviewer could look for: first the single fact that would clear most, then what the
        detectors' manuals and the honoured explanations name.

        open_actions: (r,) int32, the action of each event that nothing explains.
        """
        of_any = {name for one in bundle.kept for name in one.detector.clears}
        fact = missing_fact(self.explained.records, open_actions, of_any)
        manuals = dict.fromkeys(one.detector.manual["Clears"] for one in bundle.kept)
        lookups = (e.looks_for for e in EXPLANATIONS if e.name in of_any and e.name in self.explained.why_not)
        return (*([fact.sentence] if fact else []), *manuals, *lookups)

    def cannot_tell(self, bundle: Bundle) -> tuple[str, ...]:
        """Say what this log cannot show about the incident."""
        lines = ["Whether the account's holder made these look-ups, or someone at an open session."]
        if "subject" not in self.log.columns:
            lines.append("Who or what was looked up: the log names no subject.")
        honoured = {name for one in bundle.kept for name in one.detector.clears}
        untried = [
            e.title.rstrip(".").lower()
            for e in EXPLANATIONS
            if e.name in honoured and e.name in self.explained.why_not
        ]
        if untried:
            lines.append(
                f"Whether there was one of these, for which no table was given: {'; '.join(untried)}."
            )
        elif any(one.p is not None for one in bundle.kept):
            lines.append("Whether a case or call exists that the tables do not hold: none found is not none.")
        return tuple(lines)


def _plain(value: Any) -> Any:
    """Write numbers as a person would: no numpy, no trailing .0, thousands apart."""
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    return f"{number:,}" if isinstance(number, int) else number
