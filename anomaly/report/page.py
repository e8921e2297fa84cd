"""The page: one self-contained HTML file without script or network, for a desk, a phone and paper."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from anomaly.incidents.model import IN_CLEAR, ScanResult
from anomaly.report import neutral, words
from anomaly.report.dossier import dossiers
from anomaly.report.federal import by_agency
from anomaly.report.tables import EVIDENCE, conform
from anomaly.report.timeline import hours

TITLE = "Access-log review"
_LONGEST = 1000  # characters of any one text on the page


def render(result: ScanResult, *, budget: int) -> str:
    """Return the page as HTML text.

    budget: how many incidents, by rank, get a dossier; the others stand in the table only.
    """
    summary = result.summary
    local = words.zone(summary["log"]["local_zone"])
    incidents = sorted(result.incidents, key=lambda one: one.rank)
    counts = summary.get("hours") or []
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            summary=summary,
            log=summary["log"],
            incidents=incidents,
            dossiers=dossiers(
                incidents[: max(budget, 0)], conform(result.evidence, EVIDENCE), summary, local
            ),
            hours=hours(counts) if any(counts) else None,
            federal=by_agency(summary.get("federal") or []),
            local=local,
            zone=str(local),
            marking=IN_CLEAR if result.manifest.get("settings", {}).get("clear") else "",
        )
    )


def render_public(edition: ScanResult) -> str:
    """Return the page of a public edition (`anomaly.report.public`) as HTML text."""
    summary = edition.summary
    told = summary["public"]
    return (
        _environment()
        .get_template("public.html.j2")
        .render(
            summary=summary,
            log=summary["log"],
            public=told,
            federal=by_agency(summary["federal"]),
            limits=told["limits"],
        )
        .lstrip()
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Every value passes here: no template can forget to strip control characters.
        finalize=lambda value: neutral.shorten(value, _LONGEST) if type(value) is str else value,
        loader=PackageLoader("anomaly.report"),
    )
    environment.globals.update(words=words, page_title=TITLE)
    environment.filters.update(
        number=words.number,
        share=words.share,
        chance=words.chance,
        day=words.day,
        shorten=neutral.shorten,
        listed=_listed,
        ticked=_ticked,
        opening=lambda text: text[:1].upper() + text[1:],
    )
    return environment


def _ticked(text: str) -> Markup:
    """Our own messages name columns and tables between backticks; the page sets them as code."""
    parts = [escape(part) for part in neutral.shorten(text, _LONGEST).split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else p for i, p in enumerate(parts))


def _listed(items: tuple[str, ...], most: int = 8) -> Markup:
    """Names from a log, each isolated so that right-to-left text cannot reorder its neighbours."""
    named = Markup(", ").join(
        Markup("<bdi>{}</bdi>").format(neutral.shorten(one, 60)) for one in items[:most]
    )
    left = len(items) - most
    return named + (
        Markup(" <span class='more'>and {:,} more</span>").format(left) if left > 0 else Markup("")
    )
