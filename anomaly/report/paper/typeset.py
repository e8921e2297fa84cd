"""Paper: a template of ours and the data for it, made into a PDF by typst, the same bytes on every machine.

The data reach the template as JSON and are drawn as text: typst never reads them as its markup, so nothing
from a log can run, open a file or ask a network. Fonts are those that typst carries; those of the machine
are not looked at. The PDF is archival (PDF/A-2b) and tagged for those who listen to it (PDF/UA-1): typst
refuses to write what is not, a picture without words for it included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from anomaly.errors import InputError
from anomaly.report import neutral
from anomaly.report.paper.palette import print_palette

if TYPE_CHECKING:
    import typst

STANDARDS: list[typst.PDFStandard] = ["a-2b", "ua-1"]
_ROOT = Path(__file__).parents[2]  # typst reads nothing outside it
_LONGEST = 1000  # characters of any one text, as on the page
_ROUNDS = 8  # a character that goes may leave a mark alone that had a glyph only with it
_NO_BREAK = re.compile(r"[^\s\u200b]{24}(?=\S)")  # a column of a table holds about so many characters
# Hebrew, Arabic and what Unicode keeps beside them for scripts that run so (UAX 9: R, AL).
_LEFTWARD = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
_RUN = re.compile(rf"{_LEFTWARD}(?:(?:{_LEFTWARD}|\s)*{_LEFTWARD})?")
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def typeset(template: str, data: Mapping[str, Any], made: date, *, package: str = "report") -> bytes:
    """Return the PDF of one of our templates.

    template: name of a file in the templates/ of a package of anomaly, which builds on paper.typ. data: what
    JSON can hold, `title`, `kicker`, `foot` (of every page) and `demo` (invented, or not) among it, `note`
    and `marking` (over every page) where there is one; every str passes
    `neutral.shorten`, a Markup (a picture of ours) goes as it is. made: the date that the document bears;
    the clock is not asked. A character that no font of typst's has stands as its number: [U+4E2D]. Raises
    InputError where the extra `pdf` is not installed.
    """
    try:
        import typst
    except ImportError:
        raise InputError(
            "a PDF needs typst, which is not installed",
            "--format pdf",
            "pip install 'access-log-anomaly[pdf]'",
        ) from None
    fixed = {"palette": dict(print_palette()), "made": [made.year, made.month, made.day]}
    text = json.dumps({**_said(data), **fixed}, ensure_ascii=False)
    compiler = typst.Compiler(
        _ROOT / package / "templates" / template,
        root=_ROOT,
        font_paths=_fonts(),
        ignore_system_fonts=True,
    )
    for _ in range(_ROUNDS):
        try:
            paper = compiler.compile(
                format="pdf", sys_inputs={"data": text}, pdf_standards=STANDARDS, timestamp=0
            )
        except typst.TypstError as error:
            missing = _without_glyph(error.diagnostic)
            if not missing:
                raise
            text = text.translate({ord(one): f"[U+{ord(one):04X}]" for one in missing})
        else:
            assert isinstance(paper, bytes)
            return paper
    raise AssertionError(f"typst finds ever more characters without a glyph in {template}")


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False)


def _said(value: Any) -> Any:
    """Every text as it may be set: cleaned, long words broken, right-to-left runs kept to themselves."""
    if isinstance(value, Markup):
        return str(value)
    if isinstance(value, str):
        text = _NO_BREAK.sub(lambda found: found[0] + "\u200b", neutral.shorten(value, _LONGEST))
        return _RUN.sub(lambda found: f"\u2068{found[0]}\u2069", text)
    if isinstance(value, Mapping):
        return {key: _said(one) for key, one in value.items()}
    return [_said(one) for one in value] if isinstance(value, list | tuple) else value


def _without_glyph(diagnostic: str) -> set[str]:
    """The characters beyond ASCII for which, as typst says, no font has a glyph: it names all at once."""
    named = (_ESCAPED.sub(lambda found: chr(int(found[1], 16)), one) for one in _MISSING.findall(diagnostic))
    return {char for one in named for char in one if ord(char) > 0x7E}
