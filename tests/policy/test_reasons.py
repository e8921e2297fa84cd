"""Reasons as people type them: what each says, and what it must not be taken for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.policy import MATTERS, REASON_CLASSES, load_policy
from anomaly.policy.codes import ACCUSING
from tests.policy import figures
from tests.policy.figures import labelled

POLICY = load_policy()
PAGE = (Path(__file__).parents[2] / "docs" / "reasons.md").read_text("utf-8")
LISTS = ["labelled.tuning", "labelled.unseen", *(f"labelled{n}" for n in range(2, 8))]
classes = partial(figures.classes, POLICY)
EXAMPLES = labelled("reasons")


@pytest.mark.parametrize(("text", "wanted"), EXAMPLES)
def test_each_example_is_read_as_labelled(text: str, wanted: str) -> None:
    assert classes([text]) == [wanted], POLICY.explain_reason(text)


# Written before the classifier was run on them; the first runs had 5 of 202,
# 12 of 206 and 5 of 71 wrong (97.5 %, 94.2 %, 93.0 %).
# Principles were mended afterwards, so these now guard against regressions and measure nothing new.
# "plate check" was labelled vague; the check of a plate is now a specific matter.
@pytest.mark.parametrize("name", ["heldout", "heldout2", "heldout3"])
def test_held_out_lists_stay_mended(name: str) -> None:
    examples = labelled(name)
    got = classes([text for text, _ in examples])
    wrong = [(t, want, g) for (t, want), g in zip(examples, got, strict=True) if want != g]
    assert len(wrong) <= 1, wrong


def test_every_class_has_examples() -> None:
    assert {wanted for _, wanted in EXAMPLES} == set(REASON_CLASSES)


@pytest.mark.parametrize("dress", [str.upper, str.title, lambda t: t.replace(" ", "+"), lambda t: f"  {t}. "])
def test_dress_does_not_matter(dress) -> None:  # type: ignore[no-untyped-def]
    plain = [
        (t, c)
        for t, c in EXAMPLES
        if c in ("immigration", "personal", "police", "case_number") and t.islower()
    ]
    assert classes([dress(t) for t, _ in plain]) == [c for _, c in plain]


def test_null_is_missing_and_rows_keep_their_order() -> None:
    texts = [None, "UUV", "", "inv", None, "UUV", "\u200b", "\u00a0"]
    assert classes(texts) == [
        "missing", "police", "missing", "vague", "missing", "police", "missing", "missing"
    ]  # fmt: skip


def test_empty_series() -> None:
    assert classes([]) == []
    assert POLICY.classify_reasons(pl.Series([], dtype=pl.Null)).shape == (0,)


def test_a_case_number_never_becomes_a_statute() -> None:
    numbers = ["25-1325", "2025-1326", "CR1326-25", "case 1325", "#1326", "IR 1325", "1326-2025", "25/1326"]
    assert set(classes(numbers)) == {"case_number"}


@pytest.mark.parametrize(
    ("text", "accuses"),
    [
        *((f"copia de {slip}", False) for slip in ("reporte", "rpeorte", "repotre", "erporte", "reprte")),
        ("ATTN LINDFORD", False),  # two letters of "landlord" replaced, none lost
        ("getaway vehicle", False),
        ("personas sospechosas", False),
        ("imigraton", True),  # two letters lost
        ("deprtation", True),  # as near to "deputation", which is shorter
        ("journalits", True),
        ("curiosty", True),
    ],
)
def test_a_slip_accuses_only_where_no_everyday_word_is_as_near(text: str, accuses: bool) -> None:
    assert (classes([text])[0] in ACCUSING) == accuses, POLICY.explain_reason(text)


@pytest.mark.parametrize("text", ["ADW at protest", "PC 594 at rally", "245 no kings", "riot at protest"])
def test_a_crime_beside_a_protest_is_the_crime(text: str) -> None:
    assert classes([text]) == ["police"]


BESIDE = (
    "protest rd closure; rally - st closed; veh blocking protest detour; closed lane march; hit & run protest"
)


@pytest.mark.parametrize("text", BESIDE.split("; "))
def test_a_road_beside_a_protest_is_traffic(text: str) -> None:
    assert classes([text]) == ["police"]


@pytest.mark.parametrize("text", ["protesters blocking bridge", "bridge protest", "protest plates"])
def test_people_of_a_protest_on_a_road_are_people_of_a_protest(text: str) -> None:
    assert classes([text]) == ["protest"]


def test_short_words_are_never_mended() -> None:
    near_ice = [
        "ide",
        "icd",
        "nice",
        "rice",
        "iced",
        "ices",
        "vice",
        "dice",
        "ife",
        "ive",
        "eri",
        "zero",
        "hero",
        "euro",
    ]
    assert "immigration" not in classes(near_ice)


def test_no_common_name_reads_as_a_theme() -> None:
    names = [
        "Romero",
        "Marchetti",
        "Icenhour",
        "Iceland",
        "Alient",
        "Departi",
        "Mosquera",
        "Virgil",
        "Roman",
    ]
    assert not {"immigration", "personal", "protest"} & set(classes(names + [f"Officer {n}" for n in names]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=8))
def test_any_text_is_read_and_alone_as_in_company(texts: list[str | None]) -> None:
    together = classes(texts)
    assert together == [classes([text])[0] for text in texts]
    for text, name in zip(texts, together, strict=True):
        assert POLICY.explain_reason(text)[0] == name


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(EXAMPLES), st.integers(100_000, 99_999_999))
def test_a_number_beside_the_words_does_not_change_a_theme(example: tuple[str, str], number: int) -> None:
    text, wanted = example
    if wanted in ("immigration", "personal", "protest", "test", "police"):
        assert classes([f"{number} {text}"]) == [wanted]


def test_explanations_name_the_words() -> None:
    assert POLICY.explain_reason("Assist: I.C.E. ERO, 25-104") == ("immigration", "ero")
    assert POLICY.explain_reason("my ex-wife's car") == ("personal", "my ex")
    assert POLICY.explain_reason("INVETIGATION") == ("vague", "investigation")
    assert POLICY.explain_reason("Investigation, 2510494") == ("case_number", "a case number")
    assert POLICY.explain_reason(None) == ("missing", "")
    assert POLICY.explain_reason("Dragnet") == ("other", "")


@pytest.mark.parametrize("name", LISTS)
def test_the_page_says_what_a_run_says(name: str) -> None:
    found = figures.counts(POLICY, name)
    assert f"| `{name}` | {figures.immigration_row(found)} |" in PAGE


def test_immigration_is_read_as_well_as_the_goal_asks_on_the_mended_lists() -> None:
    found = sum((figures.counts(POLICY, name) for name in LISTS), figures.Counter())
    hits = found["immigration", "immigration"]
    assert hits >= 0.97 * sum(n for (_, got), n in found.items() if got == "immigration")
    assert hits >= 0.95 * sum(n for (wanted, _), n in found.items() if wanted == "immigration")
    assert sum(n for (wanted, got), n in found.items() if wanted == got) >= 0.95 * found.total()


@pytest.mark.parametrize("name", LISTS[:2])
def test_matters(name: str) -> None:
    rows = [row for row in figures.rows(name) if row["matter"]]
    got = POLICY.matter_of_reasons(pl.Series([row["text"] for row in rows]))
    wrong = [
        (r["text"], r["matter"], MATTERS[g])
        for r, g in zip(rows, got, strict=True)
        if r["matter"] != MATTERS[g]
    ]
    assert len(wrong) <= 8, wrong


def test_a_text_that_says_nothing_states_no_matter() -> None:
    texts = pl.Series([None, "", "***", "investigation", ".", "24-001325", "test", "my ex", "purple monkey"])
    assert not POLICY.matter_of_reasons(texts).any()
    assert POLICY.matter_of_reasons(texts).dtype == np.uint8


def test_every_police_and_immigration_term_states_a_matter() -> None:
    terms = {**POLICY.reasons["police"], **POLICY.reasons["immigration"]}
    assert [name for name, term in terms.items() if term.matter == "none"] == []


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("ts exp reg", "traffic"),
        ("traffic stop, stolen vehicle", "criminal"),
        ("CCW applicant", "licensing"),
        ("carrying ccw, arrest", "criminal"),
        ("volunteer bkgd", "employment"),
        ("school residency", "civil"),
        ("missing juv", "person"),
        ("pc 459", "criminal"),
        ("vc 22350", "traffic"),
        ("U visa cert", "records"),
        ("8USC1326", "immigration"),
    ],
)
def test_the_crime_comes_before_the_stop_and_the_duty_before_both(text: str, matter: str) -> None:
    assert MATTERS[POLICY.matter_of_reasons(pl.Series([text]))[0]] == matter


@pytest.mark.parametrize("name", ["agency", "bulletin"])
def test_names_of_agencies_and_bulletins(name: str) -> None:
    rows = [row for row in figures.rows("labelled_names") if row["names"] == name]
    read = {"agency": POLICY.names_agency, "bulletin": POLICY.states_bulletin}[name]
    got = read(pl.Series([row["text"] for row in rows]))
    wrong = [row["text"] for row, found in zip(rows, got, strict=True) if found != (row["is"] == "yes")]
    assert set(wrong) <= {"Amber"}  # also a person's name


def test_marks_of_nothing() -> None:
    assert POLICY.names_agency(pl.Series([None, "", "***"], dtype=pl.String)).tolist() == [False] * 3
    assert POLICY.states_bulletin(pl.Series([], dtype=pl.Null)).shape == (0,)


@pytest.mark.parametrize("text", ["ICE, MARGA", "ice, t", "Ice , Wilma R", "ICE, DANIEL 24-ESP032870"])
def test_a_family_name_before_a_comma_is_no_agency(text: str) -> None:
    assert classes([text]) != ["immigration"]
    assert not POLICY.names_agency(pl.Series([text]))[0]


@pytest.mark.parametrize("text", ["ICE, ERO", "ICE, hold", "ICE, 24-100", "ice,"])
def test_an_agency_before_a_comma_is_one(text: str) -> None:
    assert classes([text]) == ["immigration"]


@pytest.mark.parametrize(
    ("alone", "among_its_kind", "beside_a_stranger"),
    [
        ("detainer", "ICE detainer lodged, Dallas", "detainer Ohio prison"),
        ("287", "287 task force", "287 Oak alarm"),
        ("ERO", "ERO San Antonio target", "ero emergency restraining"),
        ("undocumented", "undocumented driver", "undocumented cattle"),
        ("NTA", "NTA served, alien", "NTA citation"),
        ("removals", "prior removal", "graffiti removal"),
        ("1326", "1326 target", "robbery at 1326"),
        ("IAQ", "NCIC IAQ response", "iaq air quality complaint"),
    ],
)
def test_a_short_word_counts_alone_or_among_words_of_its_kind(
    alone: str, among_its_kind: str, beside_a_stranger: str
) -> None:
    assert classes([alone, among_its_kind]) == ["immigration"] * 2
    assert classes([beside_a_stranger]) != ["immigration"]


def test_only_the_users_own_interest_is_personal() -> None:
    police = [
        "BOLO from neighboring county",
        "neighbor reports prowler",
        "assist neighboring PD",
        "tenant damage",
    ]
    assert "personal" not in classes(police)
    assert set(classes(["neighbor's plate", "my neighbor", "curious", "checking on my ex"])) == {"personal"}


def test_how_many_strangers_a_term_bears(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[reasons.protest.gala]\nany = ["gala"]\ncompany = ["night"]\nstrangers = 1\n', "utf-8")
    policy = load_policy(own)
    got = figures.classes(policy, ["gala", "gala night 12", "gala Springfield", "Springfield opera gala"])
    assert got == ["protest", "protest", "protest", "other"]
    assert policy.explain_reason("gala night") == ("protest", "gala")
