"""What breaks PDF/A-2b or PDF/UA-1 in a file, as far as a reading of its objects tells.

No validator is to be had from a package registry (veraPDF is not on PyPI, npm or Debian), so the rules that a
typesetter could break are checked one by one: ISO 19005-2, sections 6.1 to 6.7, and ISO 14289-1, section 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

# 6.1.7 and 6.5: what may not be in a file at all, as a key of any dictionary.
_FORBIDDEN = {
    "/AA",
    "/JS",
    "/XFA",
    "/EmbeddedFiles",
    "/EF",
    "/OPI",
    "/PS",
    "/Ref",
    "/Alternates",
    "/TR",
    "/HTP",
}
_FORBIDDEN |= {"/NeedsRendering", "/Requirements", "/OpenAction", "/AcroForm", "/FFilter", "/FDecodeParms"}
_ACTIONS = {"/URI", "/GoTo"}
_FILTERS = {"/FlateDecode", "/DCTDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}
_BLENDS = {"/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten"}
_PRINT, _HIDDEN = 4, 1 | 2 | 32  # bits of an annotation: printed; invisible, hidden, not viewed
_HEADINGS = [f"/H{level}" for level in range(1, 7)]


def breaches(pdf: bytes) -> list[str]:
    """Return what breaks the standards in a file, one sentence each; empty where nothing does."""
    reader = PdfReader(BytesIO(pdf))
    objects = [one for one in _objects(reader.trailer, set()) if isinstance(one, DictionaryObject)]
    return sorted({*_file(pdf, reader), *_metadata(reader), *_parts(objects), *_structure(reader, objects)})


def _objects(value: Any, seen: set[int]) -> Iterator[Any]:
    """Every object that can be reached, once."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in seen:
                continue
            seen.add(one.idnum)
            one = one.get_object()
        yield one
        if isinstance(one, dict):
            waiting += [dict.__getitem__(one, key) for key in one]
        elif isinstance(one, list):
            waiting += list.__iter__(one)


def _file(pdf: bytes, reader: PdfReader) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", pdf):
        yield "6.1.2: the header is not that of an archive"
    if not pdf.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield "6.1.3: something stands after the end"
    if "/Encrypt" in reader.trailer or reader.is_encrypted:
        yield "6.1.3: encrypted"
    if len(reader.trailer.get("/ID", [])) != 2 or not all(reader.trailer["/ID"]):
        yield "6.1.3: no identifier in the trailer"


def _metadata(reader: PdfReader) -> Iterator[str]:
    root, info = reader.root_object, reader.metadata
    stream = root["/Metadata"].get_object()
    xmp = stream.get_data().decode()
    if "/Filter" in stream:
        yield "6.6.2: the metadata is packed"
    for name, value in (("pdfaid:part", "2"), ("pdfaid:conformance", "B"), ("pdfuaid:part", "1")):
        if not re.search(rf"{name}(=\"|>){value}[\"<]", xmp):
            yield f"6.6.4: {name} is not {value}"
    assert info is not None
    title = re.search(r"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", xmp, re.S)
    if not title or not info.title or len(title[1]) < len(info.title):
        yield "6.6.3: the title is not said twice alike"
    for key, name in (("/CreationDate", "xmp:CreateDate"), ("/ModDate", "xmp:ModifyDate")):
        said = re.search(rf"<{name}>(.*?)</{name}>", xmp)
        if not said or re.sub(r"\D", "", said[1])[:14] != re.sub(r"\D", "", str(info[key]))[:14]:
            yield f"6.6.3: {name} is not the date of {key}"
    intents = [one.get_object() for one in root.get("/OutputIntents", [])]
    if [one["/S"] for one in intents] != ["/GTS_PDFA1"]:
        yield "6.2.3: not one output intent of PDF/A"
        return
    profile = intents[0]["/DestOutputProfile"].get_object()
    data = profile.get_data()
    if data[36:40] != b"acsp" or data[16:20] != b"RGB " or profile["/N"] != 3 or data[8] > 4:
        yield "6.2.3: the output intent holds no ICC profile of RGB"


def _parts(objects: list[DictionaryObject]) -> Iterator[str]:
    for one in objects:
        kind, sub = one.get("/Type"), one.get("/Subtype")
        for key in _FORBIDDEN & set(one):
            yield f"6.1, 6.5: a {key}"
        packed = one.get("/Filter")
        for each in packed if isinstance(packed, list) else [packed] if packed else []:
            if each not in _FILTERS:
                yield f"6.1.7: a filter {each}"
        if one.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm", "/GoToR", "/GoToE"):
            yield f"6.5.1: an action {one['/S']}"
        if one.get("/Interpolate") or "/DeviceCMYK" in map(str, one.values()):
            yield "6.2: an image that is smoothed, or a colour without its profile"
        if one.get("/BM", "/Normal") not in _BLENDS:
            yield f"6.2.10: a blend {one['/BM']}"
        if kind == "/Annot":
            yield from _annotation(one)
        if kind == "/Font":
            yield from _font(one)
        if kind == "/Page" and "/Annots" in one and one.get("/Tabs") != "/S":
            yield "UA 7.18.3: a page whose links are not in reading order"
        if sub in ("/PS", "/Image") and "/SMaskInData" in one:
            yield "6.2.8: an image with a mask inside"


def _annotation(one: DictionaryObject) -> Iterator[str]:
    flags = int(one.get("/F", 0))
    if one["/Subtype"] != "/Link":
        yield f"6.3.1: an annotation {one['/Subtype']}"
    if not flags & _PRINT or flags & _HIDDEN:
        yield "6.3.2: an annotation that paper does not show"
    if not one.get("/Contents"):
        yield "UA 7.18.5: a link without words"
    if "/StructParent" not in one:
        yield "UA 7.18.1: a link outside the structure"
    if "/A" in one and one["/A"].get_object()["/S"] not in _ACTIONS:
        yield "6.5.1: a link that does something else"


def _font(one: DictionaryObject) -> Iterator[str]:
    if one["/Subtype"] == "/Type0":
        if "/ToUnicode" not in one:
            yield f"UA 7.21.7: {one['/BaseFont']} cannot be read aloud"
        return
    descriptor = one.get("/FontDescriptor", DictionaryObject()).get_object()
    if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor):
        yield f"6.2.11.4: {one['/BaseFont']} is not in the file"
    if one["/Subtype"] == "/CIDFontType2" and "/CIDToGIDMap" not in one:
        yield f"6.2.11.3: {one['/BaseFont']} does not say which glyph is which"
    if not re.match(r"/[A-Z]{6}\+", str(one["/BaseFont"])):
        yield f"6.2.11.4: {one['/BaseFont']} is no subset"


def _structure(reader: PdfReader, objects: list[DictionaryObject]) -> Iterator[str]:
    root = reader.root_object
    if not _true(root, "/MarkInfo", "/Marked") or "/StructTreeRoot" not in root:
        yield "UA 7.1: not tagged"
        return
    if not root.get("/Lang"):
        yield "UA 7.2: no language"
    if not _true(root, "/ViewerPreferences", "/DisplayDocTitle"):
        yield "UA 7.1: a window does not show the title"
    elements = [one for one in objects if "/P" in one and "/S" in one and one.get("/Type") == "/StructElem"]
    for one in elements:
        if one["/S"] == "/Figure" and not one.get("/Alt"):
            yield "UA 7.3: a figure without words"
        if one["/S"] == "/TH" and "/Scope" not in _attributes(one):
            yield "UA 7.5: a head of a table that does not say of what"
    levels = [_HEADINGS.index(one) + 1 for one in _in_order(root["/StructTreeRoot"]) if one in _HEADINGS]
    if not levels or levels[0] != 1 or any(later > earlier + 1 for earlier, later in pairwise(levels)):
        yield f"UA 7.4.2: headings leave levels out: {levels}"


def _true(root: DictionaryObject, of: str, name: str) -> bool:
    """Tell whether a mark is set; pypdf's objects of false are true themselves."""
    mark = root.get(of, DictionaryObject()).get_object().get(name)
    return bool(mark is not None and mark.value)


def _attributes(one: DictionaryObject) -> set[str]:
    found = one.get("/A", DictionaryObject()).get_object()
    parts = found if isinstance(found, list) else [found]
    return {key for part in parts for key in part.get_object()}


def _in_order(element: Any) -> Iterator[str]:
    """Names of the elements of a document as they are read."""
    element = element.get_object()
    if isinstance(element, list):
        for one in element:
            yield from _in_order(one)
    elif isinstance(element, dict):
        yield str(element.get("/S"))
        if "/K" in element:
            yield from _in_order(element["/K"])
