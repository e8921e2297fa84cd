"""Somebody who has the log, the internal report and this program tries to find a person in the edition."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from anomaly.incidents.model import Incident, ScanResult
from anomaly.report.agencies import users_of
from anomaly.report.folder import as_json
from anomaly.report.formats import FORMATS
from anomaly.report.public.alike import INSTITUTIONS, about
from anomaly.report.public.edition import public
from anomaly.scan import Settings, scan
from tests.county import county
from tests.stories import NAMES, load_story

from .sample import HOSTILE, hostile, result
from .test_page import Reader
from .test_suppression import reach

PRIVATE = (
    *("user", "unit", "terminal", "reason", "attention", "case_number", "event_id", "on_behalf_of"),
    *("subject", "name", "license", "plate", "vin", "fbi_number", "sid", "address_key", "cascade_id"),
)
LOCAL = ZoneInfo("America/Los_Angeles")
FIELDS = ("n_events", "n_days", "n_users", "n_subjects")


class Told:
    """A log, the internal reports of it, and what the edition says."""

    def __init__(self, log: Path, context: Path | None) -> None:
        self.rows = pl.read_csv(log, infer_schema=False)
        self.files = [log.name, *([one.name for one in context.iterdir()] if context else [])]
        self.result = scan(log, Settings(context=context))
        self.clear = scan(log, Settings(context=context, clear=True))

    def needles(self) -> set[str]:
        """Every private text of the log and of both internal reports."""
        found = {
            text
            for name in PRIVATE
            if name in self.rows
            for text in self.rows[name].drop_nulls().unique().to_list()
        }
        for one in self.result.incidents + self.clear.incidents:
            found |= {one.incident_id, *one.users, *one.subjects, *(text for text, _ in one.reasons)}
            found |= {one.summary, *(finding.sentence for finding in one.findings)}
            found |= {part for key in one.subjects for part in key.replace("|", ":").split(":")}
        found |= {one["sha256"] for one in self.result.manifest["inputs"]} | set(self.files)
        return {text for text in found if len(text) > 3}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    made = county(tmp_path_factory.mktemp("public"))
    return Told(made.log, made.context)


def files_of(edition: ScanResult) -> dict[str, bytes]:
    # A PDF's text is packed: test_public_paper.py looks into it.
    forms = [form for name, form in FORMATS.items() if name != "pdf"]
    files = {name: text for form in forms for name, text in form.write(edition, 50).items()}
    return files | {"summary.json": as_json(edition.summary)}


def said(files: dict[str, bytes]) -> str:
    """All that can be read in some files: their bytes, and what is packed in them."""
    texts = [data.decode("utf-8", "replace") for data in files.values()]
    for name, data in files.items():
        if name.endswith(".parquet"):
            texts.append(
                json.dumps(pl.read_parquet(BytesIO(data)).to_dicts(), default=str, ensure_ascii=False)
            )
    return "\n".join(texts)


def disguised(text: str) -> Iterable[str]:
    """A text as it is, and as somebody who thought to hide it would write it."""
    raw = text.encode()
    yield from (raw.hex(), hashlib.sha256(raw).hexdigest(), hashlib.md5(raw).hexdigest())
    yield base64.b64encode(raw).decode().rstrip("=")


@cache
def own_words() -> str:
    """What an edition says whatever the log: words of ours, which a reason may happen to use as well."""
    empty = replace(result(empty=True), summary={**result(empty=True).summary, "federal": []})
    sources = Path(__file__).resolve().parents[2] / "anomaly"
    ours = [
        path.read_text()
        for folder in ("detectors", "explain", "policy")
        for path in (sources / folder).glob("*.py")
    ]
    return "\n".join([said(files_of(public(empty))), *ours, (sources / "schema.py").read_text()]).lower()


def leaks(edition: ScanResult, needles: set[str], agencies: set[str]) -> set[str]:
    text, ours = said(files_of(edition)), own_words()
    low = text.lower()
    plain = {one for one in needles - agencies if one.lower() in low and one.lower() not in ours}
    words = set(re.findall(r"[A-Za-z0-9+/]{5,}", text))
    new = " ".join(word for word in words if word.lower() not in ours)
    return plain | {one for one in needles if any(form in new for form in disguised(one))}


@pytest.mark.parametrize("threshold", [3, 5])
def test_no_private_text_stands_in_any_byte_of_any_form(told: Told, threshold: int) -> None:
    needles, agencies = told.needles(), set(told.rows["agency"])
    assert len(needles) > 10_000
    assert leaks(public(told.clear, threshold=threshold), needles, agencies) == set()


def test_the_search_would_find_them(told: Told) -> None:
    agencies = set(told.rows["agency"])
    users = set(told.result.incidents[0].users)
    assert leaks(told.result, users, agencies) == users
    edition = public(told.result)
    for form in disguised(next(iter(users))):
        slipped = replace(edition, summary={**edition.summary, "title": f"see {form}."})
        assert leaks(slipped, users, agencies) == users


@pytest.mark.parametrize("name", NAMES)
def test_no_story_leaks(name: str) -> None:
    story = load_story(name)
    one = Told(story.log, story.context if story.context.is_dir() else None)
    agencies = set(one.rows["agency"]) if "agency" in one.rows else set()
    for threshold in (3, 5):
        assert leaks(public(one.clear, threshold=threshold), one.needles(), agencies) == set()


def test_a_scan_in_clear_gives_the_same_edition(told: Told) -> None:
    assert files_of(public(told.clear)) == files_of(public(told.result))


def renamed(scanned: ScanResult) -> ScanResult:
    """The same findings about other people, in another order."""
    users = sorted({user for one in scanned.incidents for user in one.users})
    others = dict(zip(users, [f"x{i:05}" for i in reversed(range(len(users)))], strict=True))
    incidents = [
        replace(
            one,
            rank=len(scanned.incidents) + 1 - one.rank,
            incident_id=f"Z-{i}",
            users=tuple(others[user] for user in one.users),
            subjects=tuple(f"y{one.rank}-{k}" for k in range(len(one.subjects))),
            summary="Z",
            findings=(),
            reasons=(("zzz", 3),),
        )
        for i, one in enumerate(scanned.incidents)
    ]
    new = {
        one.incident_id: other.incident_id for one, other in zip(scanned.incidents, incidents, strict=True)
    }
    evidence = scanned.evidence.with_columns(
        pl.col("user").replace_strict(others, default="zz"), pl.col("incident_id").replace_strict(new)
    )
    return replace(scanned, incidents=tuple(reversed(incidents)), evidence=evidence)


def test_who_the_people_are_changes_no_byte(told: Told) -> None:
    for threshold in (3, 5):
        edition = public(told.result, threshold=threshold)
        assert files_of(public(renamed(told.result), threshold=threshold)) == files_of(edition)


def alike(line: Incident) -> tuple[object, ...]:
    """All that an edition says of an entry, but for the number of the line."""
    assert line.incident_id == f"P-{line.rank}"
    assert set(line.users) <= {f"U-{line.rank}"}
    assert set(line.subjects) <= {f"S-{line.rank}"}
    return tuple(
        getattr(line, name)
        for name in Incident.__dataclass_fields__
        if name not in ("rank", "incident_id", "users", "subjects")
    )


def fits(entry: Incident, line: Incident) -> bool:
    """Tell whether an internal entry can be that of a line: nothing that the line says speaks against it.

    A detector does not: a group names those of many of its entries, not of each.
    """
    return (
        line.kind in (entry.kind, "not shown")
        and line.category in (entry.category, "not shown")
        and set(line.agencies) <= set(entry.agencies)
        and line.first_at.date() <= entry.first_at.astimezone(LOCAL).date()
        and line.last_at.date() >= entry.last_at.astimezone(LOCAL).date()
        and all((getattr(line, name) or 0) <= (getattr(entry, name) or 0) for name in FIELDS)
        and line.score <= entry.score
        and line.explained_share <= entry.explained_share
        and (line.p_value is None or (entry.p_value is not None and entry.p_value <= line.p_value))
        and (line.q_value is None or (entry.q_value is not None and entry.q_value <= line.q_value))
    )


def with_users(counts: dict[str, int]) -> dict[str, Any]:
    """The part of a summary that says how many users each agency has."""
    return {"agencies": [{"agency": name, "users": n} for name, n in counts.items()]}


def many(result: ScanResult, times: int) -> ScanResult:
    """A longer list: every entry about one person again, about other people of other agencies."""
    more, agency_users = list(result.incidents), users_of(result.summary)
    for k in range(1, times):
        for one in result.incidents:
            if one.kind in INSTITUTIONS:
                continue
            agencies = tuple(f"{name} {k % 2}" for name in one.agencies)
            agency_users |= dict.fromkeys(agencies, 90)
            days = tuple(replace(day, supports=day.supports + k) for day in one.days)
            more.append(
                replace(
                    one,
                    incident_id=f"{one.incident_id}-{k}",
                    rank=len(more) + 1,
                    users=tuple(f"{user}-{k}" for user in one.users),
                    agencies=agencies,
                    n_events=(one.n_events or 0) * k,
                    score=one.score / k,
                    days=days,
                )
            )
    log = {**result.summary["log"], "users": 160 * times}
    return replace(
        result, incidents=tuple(more), summary={**result.summary, **with_users(agency_users), "log": log}
    )


@pytest.fixture(scope="module", params=["as found", "many"])
def scanned(told: Told, request: pytest.FixtureRequest) -> ScanResult:
    return many(told.result, 7) if request.param == "many" else told.result


@pytest.mark.parametrize("threshold", [3, 5])
def test_every_line_about_a_person_reads_the_same_as_enough_others(
    scanned: ScanResult, threshold: int
) -> None:
    edition = public(scanned, threshold=threshold)
    groups: dict[tuple[object, ...], int] = {}
    for line in edition.incidents:
        groups[alike(line)] = groups.get(alike(line), 0) + 1
    assert len(edition.incidents) == len(scanned.incidents)
    for line in edition.incidents:
        candidates = [one for one in scanned.incidents if fits(one, line)]
        if line.kind in INSTITUTIONS:
            assert all(not one.users or len(one.users) >= threshold for one in candidates)
        else:
            assert groups[alike(line)] >= threshold
            assert len({about(one) for one in candidates}) >= threshold


@pytest.mark.parametrize("threshold", [3, 5])
def test_many_users_of_the_log_fit_every_line(told: Told, threshold: int) -> None:
    """Linking by counts: the users whose rows hold all that a line says of its entry."""
    edition = public(told.result, threshold=threshold)
    rows = told.rows.with_columns(pl.col("time").str.to_datetime(), day=pl.col("time").str.head(10))
    people = [line for line in edition.incidents if line.kind not in INSTITUTIONS]
    assert people
    for line in people:
        within = rows.filter(
            pl.col("day").is_between(pl.lit(str(line.first_at.date())), pl.lit(str(line.last_at.date()))),
            pl.col("agency").is_in(line.agencies) if line.agencies else pl.lit(True),
        )
        fitting = (
            within.group_by("user")
            .agg(pl.len().alias("n_events"), pl.col("day").n_unique().alias("n_days"))
            .filter(*(pl.col(name) >= (getattr(line, name) or 0) for name in ("n_events", "n_days")))
        )
        assert fitting.height >= threshold


def test_a_long_list_tells_more(told: Told) -> None:
    short, long = (public(one) for one in (told.result, many(told.result, 7)))
    assert {line.category for line in short.incidents if line.kind == "person"} == {"not shown"}
    assert len({line.category for line in long.incidents}) > 3
    assert any(line.agencies for line in long.incidents if line.kind == "person")
    assert any(line.detectors for line in long.incidents if line.kind == "person")


def tables(summary: dict[str, Any]) -> Iterable[tuple[dict[str, int | None], int]]:
    """Every table of an edition whose total is known, with it."""
    log, more = summary["log"], summary["public"]
    parts = {name: log[name] for name in ("rows_scanned", "rows_rejected", "duplicates")}
    if log["rows_read"] is not None:
        yield parts, log["rows_read"]
    for name in ("reasons", "hours"):
        if more[name] and log["actions"] is not None:
            yield more[name], log["actions"]
    for line in summary["federal"]:
        if line["class"] == "any" and line["bare"] is not None:
            for mark in ("case_number", "explained", "reason", "redacted", "bare"):
                yield {mark: line[mark], "without": line["look_ups"] - line[mark]}, line["look_ups"]


def small(summary: dict[str, Any]) -> Iterable[int]:
    """Every count that an edition says outright."""
    log, more = summary["log"], summary["public"]
    cells = [log[name] for name in log if isinstance(log[name], int)]
    cells += [one[name] for one in summary["detectors"] for name in ("tested", "signals", "reported")]
    cells += [one["cleared"] for one in summary["explanations"]]
    cells += [line[name] for line in summary["federal"] for name in line if isinstance(line[name], int)]
    cells += [n for name in ("reasons", "hours", "months", "categories") for n in more[name].values()]
    cells += list(summary["incidents"].values())
    yield from (n for n in cells if isinstance(n, int) and not isinstance(n, bool))


def thinned(scanned: ScanResult) -> ScanResult:
    """The same with small counts wherever there can be one."""
    figures = json.loads(json.dumps(dict(scanned.summary)))
    classes = figures["reason_classes"]
    classes["test"], classes["police"] = 2, classes["police"] + classes["test"] - 2
    moved = sum(figures["hours"][:4]) - 3
    figures["hours"][:5] = [1, 1, 1, 0, figures["hours"][4] + moved]
    figures["log"] |= {"rows_rejected": 3, "rows_read": figures["log"]["rows_read"] + 3, "subjects": 4}
    figures["federal"][0] |= {"case_number": figures["federal"][0]["look_ups"] - 2}
    figures["federal"][1] |= {"look_ups": 2}
    return replace(scanned, summary=figures)


@pytest.mark.parametrize("threshold", [3, 5])
@pytest.mark.parametrize("change", [lambda one: one, thinned], ids=["as found", "thinned"])
def test_no_small_count_is_said_and_no_total_gives_one_away(
    told: Told, threshold: int, change: Callable[[ScanResult], ScanResult]
) -> None:
    summary = dict(public(change(told.result), threshold=threshold).summary)
    assert not [n for n in small(summary) if 0 < n < threshold]
    hidden = 0
    for cells, total in tables(summary):
        assert not [n for n in cells.values() if n is not None and 0 < n < threshold]
        for low, high in reach(cells, total).values():
            hidden += 1
            assert high - low >= threshold - 1
    assert hidden >= (2 if change is thinned else 0)


def test_the_page_says_what_it_is_and_what_it_withholds(told: Told) -> None:
    page = files_of(public(told.result))["report.html"].decode()
    text = " ".join(Reader(page).text.split()).replace("\xa0", " ")
    for words in (
        "public edition",
        "What this edition withholds",
        "Every count from 1 to 4",
        "expected to be chance",
        "What a log cannot show",
        "nobody can say which entry is whose",
    ):
        assert words in text, words
    assert '@top-left { content: "Public edition' in page  # in the margin of every printed page
    assert "<script" not in page
    assert all(line.marking.startswith("public edition") for line in public(told.result).incidents)


@pytest.mark.parametrize(
    "scanned", [result(), result(empty=True), hostile()], ids=["full", "empty", "hostile"]
)
def test_the_page_is_one_file_for_everybody(scanned: ScanResult) -> None:
    elements = Reader(files_of(public(scanned))["report.html"].decode()).elements
    assert not {tag for tag, _ in elements} & {"script", "img", "iframe", "link", "object", "form", "base"}
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        for key in ("href", "aria-labelledby"):
            assert str(attributes.get(key, ids[0])).lstrip("#") in ids


def test_a_short_list_is_not_listed() -> None:
    scanned = replace(result(), incidents=result().incidents[:1])
    edition = public(scanned)
    assert edition.incidents == ()
    assert edition.summary["incidents"]["reported"] is None
    text = " ".join(Reader(files_of(edition)["report.html"].decode()).text.split())
    assert "Fewer than 5 entries for review" in text
    assert "The entries are not listed" in text
    nothing = files_of(public(result(empty=True)))["report.html"].decode()
    assert "Nothing stood out for review" in " ".join(Reader(nothing).text.split())


def test_of_a_small_agency_nobody_is_told() -> None:
    """All five users of an agency are listed: its name would say of each of them that they are."""
    one = result().incidents[0]
    five = tuple(
        replace(one, rank=k, incident_id=f"I-{k}", users=(f"u{k}",), agencies=("TOWN",)) for k in range(1, 6)
    )
    others = tuple(
        replace(one, rank=k, incident_id=f"I-{k}", users=(f"u{k}",), agencies=("CITY",)) for k in range(6, 12)
    )
    for users, named in ((5, {()}), (9, {()}), (10, {("TOWN",), ("CITY",)})):
        figures = {**result().summary, **with_users({"TOWN": users, "CITY": 400})}
        edition = public(replace(result(), incidents=five + others, summary=figures))
        assert len(edition.incidents) == 11
        assert {line.agencies for line in edition.incidents} == named
    figures["log"] = {**figures["log"], "users": 15}
    assert public(replace(result(), incidents=five + others, summary=figures)).incidents == ()


def test_a_missing_filing_is_a_matter_of_the_year_and_of_no_person() -> None:
    due, seen = datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 6, 3, tzinfo=UTC)
    one = replace(result().incidents[2], users=(), n_users=0, n_events=0, n_days=0, days=())
    edition = public(replace(result(), incidents=(replace(one, first_at=due, last_at=seen),)))
    (line,) = edition.incidents
    assert (line.agencies, line.first_at.date(), line.last_at.date()) == (
        ("FEDERAL TASK FORCE 9",),
        date(2025, 1, 1),
        date(2025, 6, 30),
    )


def test_hostile_texts_have_no_way_in() -> None:
    for scanned in (hostile(), replace(hostile(), summary={**hostile().summary, "limits": []})):
        text = said(files_of(public(scanned)))
        for one in HOSTILE:
            assert one not in text.replace("Withheld", "") or one in hostile().summary["limits"]


def test_an_edition_is_a_result_that_every_format_can_write(told: Told) -> None:
    edition = public(told.result)
    files = files_of(edition)
    assert pl.read_parquet(BytesIO(files["evidence.parquet"])).is_empty()
    assert files["evidence.csv"].decode().count("\n") == 1
    frame = pl.read_parquet(BytesIO(files["incidents.parquet"]))
    assert frame.height == len(told.result.incidents)
    assert frame["n_users"].drop_nulls().min() >= 5  # type: ignore[operator]
    assert edition.rejects.is_empty()
    assert set(edition.summary) == {*told.result.summary, "public"}
