"""Incidents as JSON, whole: what other programs read, and what a report is made from again.

Its JSON Schema is docs/schema/incidents.json, made from the classes themselves (a test holds it to them).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from anomaly.errors import InputError
from anomaly.incidents.model import Incident
from anomaly.report.words import NOT_SHOWN
from anomaly.schema import CATEGORIES, INCIDENT_KINDS


class Record(BaseModel):
    """Everything a scan says of its incidents, by rank."""

    model_config = ConfigDict(extra="forbid", title="Incidents of a scan, for review")

    form: Literal[1]  # of the file; another number, another shape
    incidents: tuple[Incident, ...]


def to_json(incidents: Sequence[Incident]) -> bytes:
    """Return the incidents, by rank, a line each, as ASCII JSON: no control sequence of a log reaches a
    terminal.
    """
    record = Record(form=1, incidents=tuple(sorted(incidents, key=lambda one: one.rank)))
    plain = record.model_dump(mode="json")["incidents"]
    lines = [json.dumps(one, sort_keys=True, allow_nan=False) for one in plain]
    return ('{"form": 1, "incidents": [\n' + ",\n".join(lines) + "\n]}\n").encode("ascii")


def from_json(text: bytes, where: str) -> tuple[Incident, ...]:
    """Return the incidents of `to_json`; InputError where the text is anything else."""
    try:
        return Record.model_validate_json(text).incidents
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"this is no record of incidents ({place or 'the text'}: {first['msg']})",
            where,
            "scan again into a new folder",
        ) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the record."""
    schema = Record.model_json_schema()
    incident = schema["$defs"]["Incident"]["properties"]
    incident["category"]["enum"] = [*CATEGORIES, NOT_SHOWN]  # of a public edition
    incident["kind"]["enum"] = [*INCIDENT_KINDS, NOT_SHOWN]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
