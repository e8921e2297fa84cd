"""The data dictionary: every column of the event table and of the context tables, declared once.

It validates what comes in, documents it (`anomaly profile`), and tells detectors what they may ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the text of a column is read."""

    TEXT = "text"
    TIME = "time"
    DATE = "date"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """One column: its name, how it is read, and what it means."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False


def _text(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.TEXT, meaning, required)


EVENT: tuple[Column, ...] = (
    _text("event_id", "the log's own number of the row; a repeat of the whole row is a duplicate"),
    Column("time", Kind.TIME, "when the query was sent; kept in milliseconds, UTC", required=True),
    _text("system", "the system that was asked (CLETS, NCIC, ALPR ...)"),
    _text("agency", "the agency the user belongs to, by ORI or by name"),
    _text("unit", "the user's unit inside the agency"),
    _text("on_behalf_of", "the person or agency for whom the user asked"),
    _text("terminal", "terminal mnemonic, device or address"),
    _text("user", "who asked; the account, never assumed to be the person", required=True),
    _text("message_key", "message key: what was asked of which file (QH, DQ, RQ ...)"),
    _text("purpose", "purpose code (C, F, J ...)"),
    _text("reason", "reason for the query, free text"),
    _text("attention", "attention field, free text"),
    _text("case_number", "case, incident or report number"),
    _text("route_to", "destination of the message"),
    _text("subject", "the person looked up, as an identifier of the log's own"),
    _text("name", "name asked for, SURNAME,GIVEN"),
    Column("dob", Kind.DATE, "date of birth asked for"),
    _text("sex", "sex asked for"),
    _text("license", "driver licence number"),
    _text("state", "state of the licence or plate"),
    _text("plate", "vehicle registration plate"),
    _text("vin", "vehicle identification number"),
    _text("fbi_number", "FBI number"),
    _text("sid", "state identification number"),
    _text("address_key", "household or address, as an identifier"),
    Column("networks", Kind.NUMBER, "how many networks, agencies or cameras the query reached"),
    _text("hit", "whether a record came back"),
    _text("cascade_id", "rows that one human action caused share it"),
)
EVENT_BY_NAME = {column.name: column for column in EVENT}

# The subject of a query is the first of these that the row has (docs/contracts.md). A name without a date of
# birth comes last: it is shared by namesakes.
SUBJECT_KINDS: tuple[str, ...] = ("subject", "license", "fbi_number", "sid", "name", "plate", "vin")

# Values that mean "not shown", as opposed to empty (docs/contracts.md; `***` is a vendor's own).
REDACTED: tuple[str, ...] = ("***", "REDACTED", "[REDACTED]", "(REDACTED)", "<REDACTED>")


def _table(spec: str, **kinds: Kind) -> tuple[Column, ...]:
    """Columns of a context table from their names; a name with `!` is required."""
    return tuple(
        Column(name.rstrip("!"), kinds.get(name.rstrip("!"), Kind.TEXT), "", name.endswith("!"))
        for name in spec.split()
    )


_SPAN = {"start": Kind.TIME, "end": Kind.TIME}
CONTEXT: dict[str, tuple[Column, ...]] = {
    "users": _table(
        "user! name sex dob agency unit role hired separated license plate address_key",
        dob=Kind.DATE,
        hired=Kind.DATE,
        separated=Kind.DATE,
    ),
    "agencies": _table(
        "agency! name kind component parent access_from access_to county time_zone",
        access_from=Kind.DATE,
        access_to=Kind.DATE,
    ),
    "terminals": _table("terminal! agency!"),
    "shifts": _table("user! start! end!", **_SPAN),
    "leave": _table("user! start! end! kind", **_SPAN),
    "cases": _table("case_number! agency opened! closed kind", opened=Kind.TIME, closed=Kind.TIME),
    "case_people": _table("case_number! subject!"),
    "case_officers": _table("case_number! user!"),
    "calls": _table("call_id! agency start! end! kind", **_SPAN),
    "call_people": _table("call_id! subject!"),
    "call_units": _table("call_id! user!"),
    "permits": _table("subject! kind agency applied", applied=Kind.DATE),
    "bulletins": _table("subject! kind issued! expires", issued=Kind.TIME, expires=Kind.TIME),
    "relations": _table("user! subject! relation!"),
    "authorizations": _table("agency unit purpose class!"),
    "public_subjects": _table("subject! event_at!", event_at=Kind.TIME),
    "test_subjects": _table("subject!"),
    "service_accounts": _table("user!"),
    "listed_shares": _table("agency! lookups! listed!", lookups=Kind.NUMBER, listed=Kind.NUMBER),
    "filings": _table(
        "agency! year! filed_at investigations violations pending employees counselled reprimanded suspended "
        "resigned terminated misdemeanor felony",
        filed_at=Kind.DATE,
        **dict.fromkeys(
            ("year", "investigations", "violations", "pending", "employees", "counselled", "reprimanded"),
            Kind.NUMBER,
        ),
        **dict.fromkeys(
            ("suspended", "resigned", "terminated", "misdemeanor", "felony"),
            Kind.NUMBER,
        ),
    ),
    "reviews": _table(
        "incident_id! agency user category opened decided finding violations outcome year reviewed_by note",
        opened=Kind.DATE,
        decided=Kind.DATE,
        violations=Kind.NUMBER,
        year=Kind.NUMBER,
    ),
}
# What people found is no explanation of a look-up: a scan does not read it.
SCANNED: tuple[str, ...] = tuple(name for name in CONTEXT if name != "reviews")

CATEGORIES: tuple[str, ...] = (
    "personal use",
    "curiosity",
    "immigration enforcement",
    "unauthorized purpose",
    "access control",
    "credential misuse",
    "harvesting",
    "record keeping",
    "oversight",
)
# What a review finds of one employee in one entry, and what comes of a violation: the words of the return.
FINDINGS: tuple[str, ...] = ("violation", "no violation", "pending")
OUTCOMES: tuple[str, ...] = (
    "counselled",
    "reprimanded",
    "suspended",
    "resigned",
    "terminated",
    "misdemeanor",
    "felony",
)
INCIDENT_KINDS: tuple[str, ...] = ("person", "unit", "agency", "subject")
