"""Templates: every value is escaped, and cleaned of what a page must not hold."""

from __future__ import annotations

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from anomaly.report import neutral, words

_LONGEST = 1000  # characters of any one text on the page


@cache
def environment(package: str) -> Environment:
    """Return what renders the templates of a package, which may include those of this one."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Every value passes here: no template can forget to strip control characters.
        finalize=lambda value: neutral.shorten(value, _LONGEST) if type(value) is str else value,
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("anomaly.report")]),
    )
    made.globals.update(words=words)
    made.filters.update(
        number=words.number,
        share=words.share,
        chance=words.chance,
        day=words.day,
        shorten=neutral.shorten,
        listed=_listed,
        ticked=_ticked,
        opening=words.opening,
    )
    return made


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
