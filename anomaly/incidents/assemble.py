"""Bundles of signals become incidents: who, whom, when, how plainly, what explains part of it, in one plain
sentence.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, counted
from anomaly.coding.gather import among, distinct
from anomaly.coding.local import local_days
from anomaly.explain import Explained
from anomaly.incidents.bundles import Bundle
from anomaly.incidents.evidence import Batches, SomeRows, fetch, subject_names
from anomaly.incidents.model import IN_CLEAR, Incident
from anomaly.incidents.shape import INVOLVED, involved, parts
from anomaly.incidents.tell import Teller, utc
from anomaly.incidents.tokens import token

EVIDENCE_SCHEMA = pl.Schema(
    [
        ("incident_id", pl.String()),
        ("detector", pl.String()),
        ("source", pl.String()),
        ("row", pl.Int64()),
        ("event_id", pl.String()),
        ("time", pl.Datetime("ms", "UTC")),
        ("user", pl.String()),
        ("role", pl.String()),
        ("explanation", pl.String()),
    ]
)


MOST_FINDINGS = 12  # of one incident that are told; its evidence holds the rows of all


@dataclass(frozen=True)
class Rows:
    """The rows of one bundle.

    actions: (a,) ascending; open: (a,) bool, no honoured explanation covers it; events: (n,), of_action: (n,)
    the action of each.
    """

    actions: NDArray[np.int32]
    open: NDArray[np.bool_]
    events: NDArray[np.int32]
    of_action: NDArray[np.int32]

    @property
    def supports(self) -> NDArray[np.bool_]:
        """Return (n,) bool: events that nothing explains."""
        supports: NDArray[np.bool_] = self.open[np.searchsorted(self.actions, self.of_action)]
        return supports


def rows_of(bundle: Bundle, log: CodedLog, explained: Explained, made: NDArray[np.integer]) -> Rows:
    """Collect the actions of a bundle's signals; an action is open when one signal's detector finds it
    unexplained.

    made: (u,) how many actions each user made. A signal about everything its user did selects nothing: beside
    others, its actions are no evidence.
    """
    everything = [one.detector.group == "user" and len(one.actions) == made[one.actor] for one in bundle.kept]
    chosen = [one for one, every in zip(bundle.kept, everything, strict=True) if not every] or bundle.kept
    actions = distinct(np.concatenate([one.actions for one in chosen]))
    still_open = np.zeros(len(actions), np.bool_)
    for one in chosen:
        mine = np.searchsorted(actions, one.actions)
        still_open[mine] |= ~explained.by(one.detector.clears, one.actions)
    events, of_action = log.events_of(actions)
    return Rows(actions, still_open, events, of_action)


def assemble(
    bundles: Sequence[Bundle],
    log: CodedLog,
    explained: Explained,
    *,
    batches: Batches,
    columns: Collection[str],
    files: Sequence[str],
    key: bytes,
    clear: bool,
    some_rows: SomeRows | None = None,
) -> tuple[tuple[Incident, ...], pl.DataFrame, pl.DataFrame]:
    """Make the ranked incidents, their evidence (docs/contracts.md), and who is in them (see `involved`).

    batches, some_rows, columns: for the second pass over the log, see `fetch`; files: shown name of each;
    key: of the tokens; clear: show subjects as they are.
    """
    if not bundles:
        return (), EVIDENCE_SCHEMA.to_frame(), INVOLVED.to_frame()
    made = counted(log.actions.user, len(log.texts["user"]))
    rows = [rows_of(bundle, log, explained, made) for bundle in bundles]
    events = distinct(np.concatenate([one.events for one in rows]))
    fetched = fetch(log, events, batches, columns, some_rows)
    names = subject_names(log, fetched)
    tokens = {code: token(key, name) for code, name in names.items()}
    still_open = distinct(np.concatenate([one.actions[one.open] for one in rows]))
    near = replace(explained, records=explained.records.narrowed(still_open))
    teller = Teller(log, near, names if clear else tokens, IN_CLEAR if clear else "")
    made_of = [_incident(b, r, log, teller, tokens) for b, r in zip(bundles, rows, strict=True)]
    drafts = [one for one, _ in made_of]
    order = sorted(range(len(drafts)), key=lambda k: _rank_key(drafts[k]))
    ranked = tuple(replace(drafts[k], rank=place) for place, k in enumerate(order, start=1))
    evidence = [_evidence(drafts[k].incident_id, bundles[k], rows[k], log, explained) for k in order]
    joined = pl.concat(evidence).join(
        fetched.select("event", "event_id"), on="event", how="left", maintain_order="left"
    )
    at = joined["event"].to_numpy()
    full = joined.with_columns(
        source=pl.Series(files, dtype=pl.String).gather(log.events.file[at]),
        row=pl.Series(log.events.row[at]).cast(pl.Int64),
        time=pl.Series(log.events.time[at]).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC"),
        user=log.texts.named("user", log.events.user[at]),
    )
    return ranked, full.select(*EVIDENCE_SCHEMA).cast(EVIDENCE_SCHEMA), pl.concat(who for _, who in made_of)


def _rank_key(incident: Incident) -> tuple[object, ...]:
    p = 1.0 if incident.p_value is None else incident.p_value
    return (-incident.score, p, incident.kind, incident.users[:3], incident.incident_id)


def _incident(
    bundle: Bundle, rows: Rows, log: CodedLog, teller: Teller, tokens: dict[int, str]
) -> tuple[Incident, pl.DataFrame]:
    """Make one incident, its rank still open, and say who is in it."""
    supports = rows.supports
    events = rows.events[supports] if supports.any() else rows.events
    coded = log.events
    time = coded.time[events] if len(events) else _when(bundle)
    day = local_days(coded.time[events], coded.offset[events])
    users = teller.users(coded.user[events])
    subject_codes = distinct(coded.subject[events][coded.subject[events] >= 0])
    agencies = teller.agencies(coded.place[events]) if len(events) else (teller.actor(bundle.kept[0]),)
    strongest = bundle.kept[0]
    # An incident that rests on a rule has no chance model, whatever else was seen beside it.
    chance = [one for one in bundle.kept if one.p is not None] if strongest.p is not None else []
    identity = (bundle.kind, strongest.detector.category, *agencies, "/", *users, "/")
    about = (
        *identity,
        *sorted(tokens[c] for c in subject_codes.tolist() if c in tokens),
        str(strongest.target >= 0),
    )
    findings = tuple(teller.finding(one) for one in bundle.kept[:MOST_FINDINGS])
    who = involved(log, strongest.detector.category, events)
    incident = Incident(
        rank=0,
        incident_id="I-" + hashlib.sha256("\0".join(about).encode()).hexdigest()[:10],
        kind=bundle.kind,
        category=strongest.detector.category,
        detectors=tuple(dict.fromkeys(one.detector.name for one in bundle.kept)),
        agencies=agencies,
        users=users,
        subjects=tuple(sorted(teller.subjects[c] for c in subject_codes.tolist() if c in teller.subjects)),
        first_at=utc(int(time.min())),
        last_at=utc(int(time.max())),
        n_events=len(events),
        n_days=len(distinct(day)),
        n_users=len(users),
        n_subjects=len(subject_codes),
        score=round(bundle.score, 6),
        p_value=min(1.0, len(chance) * min(one.p for one in chance if one.p is not None)) if chance else None,
        q_value=min(one.q for one in chance if one.q is not None) if chance else None,
        explained_share=round(1 - float(supports.mean()), 6) if len(supports) else 0.0,
        summary=teller.summary(bundle, findings[0].sentence),
        findings=findings,
        tried=teller.tried(bundle, rows.events, rows.of_action),
        days=teller.days(rows.events, supports),
        parts=parts(who),
        reasons=_reasons(log, rows.actions),
        would_clear=teller.would_clear(bundle, rows.of_action[supports]),
        cannot_tell=teller.cannot_tell(bundle),
        marking=teller.marking,
    )
    return incident, who


def _when(bundle: Bundle) -> NDArray[np.int64]:
    """Return the moments of signals that have no rows, (2 k,) ms UTC."""
    moments = [one.signals.when[one.index] for one in bundle.kept if one.signals.when is not None]
    return np.concatenate(moments)


def _reasons(log: CodedLog, actions: NDArray[np.int32]) -> tuple[tuple[str, int], ...]:
    codes = log.actions.reason[actions]
    counted = Counter(codes[codes >= 0].tolist()).most_common()
    texts = log.texts["reason"]
    return tuple(sorted(((texts[code], n) for code, n in counted), key=lambda pair: (-pair[1], pair[0]))[:8])


def _evidence(incident: str, bundle: Bundle, rows: Rows, log: CodedLog, explained: Explained) -> pl.DataFrame:
    """List, for each detector of the incident, its events: what supports it, and what an explanation
    covers.
    """
    parts = []
    for name in dict.fromkeys(one.detector.name for one in bundle.kept):
        ones = [one for one in bundle.kept if one.detector.name == name]
        honoured = ones[0].detector.clears
        mine = among(rows.of_action, distinct(np.concatenate([one.actions for one in ones])))
        events, actions = rows.events[mine], rows.of_action[mine]
        covered = explained.by(honoured, actions)
        order = np.lexsort((log.events.row[events], log.events.file[events], log.events.time[events]))
        explanations = [
            ", ".join(explained.names(action, honoured)) if clear else None
            for action, clear in zip(actions[order].tolist(), covered[order].tolist(), strict=True)
        ]
        parts.append(
            pl.DataFrame(
                {
                    "event": events[order].astype(np.int64),
                    "role": np.where(covered[order], "explains", "supports"),
                    "explanation": pl.Series(explanations, dtype=pl.String),
                }
            ).with_columns(incident_id=pl.lit(incident), detector=pl.lit(name))
        )
    return pl.concat(parts)
