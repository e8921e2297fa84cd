"""The figures of a scan: what the page, `summary.json` and `manifest.json` say of it."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly import __version__
from anomaly.calibrate import expected_false
from anomaly.coding import CodedLog, counted
from anomaly.context import Context
from anomaly.detectors import Detector, Signals
from anomaly.explain import EXPLANATIONS, Explained
from anomaly.incidents import Incident, Oversight
from anomaly.incidents.findings import Kept
from anomaly.incidents.tell import day_of
from anomaly.policy import REASON_CLASSES
from anomaly.scan.settings import Settings
from anomaly.sources import Log

_IN_CACHE = 1 << 15  # codes: indexing by 32 bits takes twice what a 64-bit copy of so many and indexing does
CITED = ("sb54-exceptions",)  # by the page, where federal agencies are shown
# What no query log can show.
LIMITS = (
    "Requests made by word of mouth, and look-ups made at somebody else's open session.",
    "A lawful look-up whose result was passed on.",
    "A false reason that reads like a true one.",
    "Access through other systems and vendors, and look-ups in an agency's own records: other logs, or none.",
    "A case or call that the tables do not hold: “no case found” is not “no case”.",
)


@dataclass(frozen=True)
class Ran:
    """One detector and what it answered."""

    detector: Detector
    signals: Signals


def summary_of(
    log: Log,
    coded: CodedLog,
    context: Context,
    explained: Explained,
    ran: Sequence[Ran],
    kept: Sequence[Kept],
    incidents: Sequence[Incident],
    agencies: Sequence[Mapping[str, Any]],
    seen: Oversight,
    fdr: float,
) -> dict[str, Any]:
    """Return the figures of the report (`summary.json`), the same for the same input, settings, version.

    agencies: figures of each agency, see `by_agency`; seen: of the federal ones.
    """
    chance = np.array([one.q for one in kept if one.q is not None])
    listed = Counter(one.detector.name for one in kept)
    days = coded.actions.day
    return {
        "version": __version__,
        "title": "Suspected misuse, for review",
        "log": {
            "files": _files(log, coded),
            "profile": log.profile.name,
            "profile_title": log.profile.title,
            "time_zone": log.profile.time_zone,
            "local_zone": log.profile.local_zone,
            "rows_read": log.rows_read,
            "rows_scanned": len(coded.events),
            "rows_rejected": log.rejects.total,
            "duplicates": coded.duplicates,
            "actions": len(coded.actions),
            "users": len(coded.texts["user"]),
            "subjects": _different(coded.actions.subject, len(coded.subjects)),
            "agencies": _different(coded.texts.places[:, 0], len(coded.texts["agency"])),
            "units": len(coded.texts.places) if len(coded.texts["unit"]) else 0,
            "first": str(day_of(int(days.min()))) if len(days) else None,
            "last": str(day_of(int(days.max()))) if len(days) else None,
            "quality": {
                name: {"filled": q.filled, "empty": q.empty, "redacted": q.redacted}
                for name, q in sorted(log.quality.items())
            },
            "context": context.files(),
        },
        "incidents": {
            "reported": len(incidents),
            "statistical": sum(one.p_value is not None for one in incidents),
            "rules": sum(one.p_value is None for one in incidents),
            "by_kind": dict(Counter(one.kind for one in incidents)),
            "by_category": dict(Counter(one.category for one in incidents)),
        },
        "fdr": fdr,
        "tested": sum(one.signals.tested for one in ran if one.detector.by_chance),
        "expected_false_alarms": round(expected_false(chance), 2),
        "detectors": [
            {
                "name": one.detector.name,
                "title": one.detector.title.rstrip("."),
                "category": one.detector.category,
                "ran": one.signals.abstained is None,
                "why_not": one.signals.abstained,
                "left_out": one.signals.left_out,
                "tested": one.signals.tested,
                "signals": len(one.signals),
                "reported": listed[one.detector.name],
            }
            for one in ran
        ],
        "explanations": [
            {
                "name": other.name,
                "title": other.title.rstrip("."),
                "could_run": other.name not in explained.why_not,
                "why_not": explained.why_not.get(other.name),
                "cleared": explained.cleared(other),
            }
            for other in EXPLANATIONS
        ],
        "rules": {
            one: {
                "title": rule.title,
                "text": rule.text,
                "source": rule.source,
                "effective_from": rule.effective_from and str(rule.effective_from),
                "effective_to": rule.effective_to and str(rule.effective_to),
                "source_dated": rule.source_dated and str(rule.source_dated),
            }
            for one in sorted({d.detector.rule for d in ran if d.detector.rule} | {*CITED})
            for rule in [coded.policy.rule(one)]
        },
        "rejects": {str(reason): count for reason, count in log.rejects.by_reason.most_common()},
        "agencies": list(agencies),
        "federal": seen.lines.to_dicts(),
        "federal_access": _plain(seen.access),
        "federal_purposes": [_meant(one, coded) for one in seen.purposes.to_dicts()],
        "federal_on_behalf": seen.on_behalf.to_dicts(),
        "warnings": [*log.warnings, *context.warnings],
        "reason_classes": _reason_classes(coded),
        "hours": counted(coded.actions.hour, 24).tolist(),
        "limits": list(LIMITS),
        "demo": False,
    }


def manifest_of(
    log: Log,
    coded: CodedLog,
    context: Context,
    settings: Settings,
    key_from: str,
) -> dict[str, Any]:
    """Return what a scan read and how (`manifest.json`): enough to repeat it."""
    return {
        "inputs": [{"name": file.name, "sha256": file.sha256()} for file in log.files],
        "context": [{"name": name, "sha256": digest} for name, digest in sorted(context.hashes.items())],
        "versions": {
            "anomaly": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("numba", "numpy", "polars", "scikit-learn", "scipy")},
        },
        "settings": {
            "profile": log.profile.name,
            "time_zone": log.profile.time_zone,
            "local_zone": log.profile.local_zone,
            "fdr": settings.fdr,
            "clear": settings.clear,
            "tokens_keyed_by": key_from,
            "policy": _policy(settings),
            "context": settings.context.name if settings.context else None,
            "detectors": settings.of_detectors(),
        },
        "counts": {
            "rows_read": log.rows_read,
            "rows_scanned": len(coded.events),
            "rows_rejected": log.rejects.total,
            "duplicates": coded.duplicates,
        },
    }


def _policy(settings: Settings) -> dict[str, str] | None:
    if settings.policy is None:
        return None
    digest = hashlib.sha256(settings.policy.read_bytes()).hexdigest()
    return {"name": settings.policy.name, "sha256": digest}


def _different(codes: NDArray[np.int32], count: int) -> int:
    """Count the different codes, -1 left out."""
    there = np.zeros(count + 1, np.bool_)
    for begin in range(0, len(codes), _IN_CACHE):
        there[codes[begin : begin + _IN_CACHE].astype(np.intp)] = True
    return int(there[:-1].sum())


def _files(log: Log, coded: CodedLog) -> list[dict[str, Any]]:
    """Count the scanned rows of each file."""
    rows = counted(coded.events.file, len(log.files))
    return [{"name": file.name, "rows": int(count)} for file, count in zip(log.files, rows, strict=True)]


def _plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows with dates as JSON has them."""
    return frame.with_columns(pl.col(pl.Date).dt.to_string("iso")).to_dicts()


def _meant(one: Mapping[str, Any], coded: CodedLog) -> dict[str, Any]:
    """Add what the policy says that a purpose code means, null where it does not know the code."""
    known = coded.policy.purposes.get((one["purpose"] or "").strip().upper())
    return {**one, "meaning": known and known.meaning}


def _reason_classes(coded: CodedLog) -> dict[str, int]:
    if not len(coded.texts["reason"]):
        return {}
    counts = counted(coded.actions.reason_class, len(REASON_CLASSES)).tolist()
    return {name: count for name, count in zip(REASON_CLASSES, counts, strict=True) if count}
