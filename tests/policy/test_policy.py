"""The policy tables: what they say, what a person's own file changes, and how a wrong one is refused."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.policy import REACH_CLASSES, REASON_CLASSES, load_policy

POLICY = load_policy()


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def reached(keys: list[str | None]) -> list[str]:
    return [REACH_CLASSES[code] for code in POLICY.reach_of_keys(pl.Series(keys, dtype=pl.String))]


def test_keys_reach_what_their_sources_say() -> None:
    keys = ["DQ", "rq ", "QH", "QWB", "QV", "IAQ", "AM", "QW", "NOPE", None, ""]
    wanted = ["driver", "vehicle", "criminal_history", "wants", "property", "immigration", "administrative"]
    assert reached(keys) == wanted + ["unknown"] * 4


def test_every_documented_key_has_a_source() -> None:
    assert [name for name, key in POLICY.keys.items() if (key.source == "") != (key.reach == "unknown")] == []


def test_systems_without_keys() -> None:
    assert REACH_CLASSES[POLICY.reach_of_system("ALPR")] == "vehicle"
    assert REACH_CLASSES[POLICY.reach_of_system("something else")] == "unknown"
    assert REACH_CLASSES[POLICY.reach_of_system(None)] == "unknown"


def test_only_motor_vehicle_records_are_marked_non_criminal_history() -> None:
    marked = {REACH_CLASSES[i] for i in np.flatnonzero(POLICY.is_non_criminal_history)}
    assert marked == {"driver", "vehicle"}
    assert not POLICY.is_non_criminal_history.flags.writeable


def test_batch_keys() -> None:
    assert POLICY.batch_keys == {"QWB", "QAB"}


def test_rules_have_their_dates() -> None:
    reason = POLICY.rule("ab1747-reason")
    assert not reason.in_force(date(2021, 6, 30))
    assert reason.in_force(date(2021, 7, 1))
    assert POLICY.rule("ab1747").effective_from == date(2020, 1, 1)
    assert POLICY.rule("ended-access").in_force(date(2019, 10, 15))
    assert all(rule.source and rule.text.endswith(".") for rule in POLICY.rules.values())


def test_the_span_of_a_rule_is_its_days_and_no_more(tmp_path: Path) -> None:
    dated = load_policy(
        own(tmp_path, "[rules.ab1747]\neffective_from = 2020-01-01\neffective_to = 2020-01-02\n")
    ).rule("ab1747")
    assert dated.span() == (1_577_836_800_000, 1_577_836_800_000 + 2 * 86_400_000)
    start, end = POLICY.rule("leave").span()
    assert start < 0 < 4_000_000_000_000 < end


@pytest.mark.parametrize(
    "id",
    [
        "purpose-code",
        "sb34-alpr",
        "alpr-purpose",
        "iaq-custody",
        "misuse-report",
        "terminal-mnemonic",
        "leave",
    ],
)
def test_rules_that_detectors_cite(id: str) -> None:
    assert POLICY.rule(id).title


def test_a_rule_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"(?s)no rule 'ab9999'.*ab1747-reason"):
        POLICY.rule("ab9999")


def test_purposes() -> None:
    assert set(POLICY.purposes) == set("ACDEFHIJRSVX")
    assert "licensing" in POLICY.purposes["F"].matters
    assert not {"licensing", "employment", "civil"} & set(POLICY.purposes["C"].matters)
    assert POLICY.purposes["E"].matters == ()  # its meaning is not documented: nothing is compared


def test_own_tables_are_laid_over_the_packaged_ones(tmp_path: Path) -> None:
    policy = load_policy(
        own(
            tmp_path,
            """
            [keys.IV]
            class = "vehicle"
            [keys.QW]
            class = "wants"
            [systems]
            Parking = "vehicle"
            [rules.local]
            title = "Case numbers"
            text = "A case number on every search."
            source = "General order 12"
            jurisdiction = "city"
            effective_from = 2025-03-01
            effective_to = 2025-12-31
            [reasons.immigration.local]
            any = ["operation bluebird"]
            [reasons.personal.private]
            any = []
            """,
        )
    )
    assert policy.reach_of_keys(pl.Series(["IV", "QW", "DQ"])).tolist() == [
        REACH_CLASSES.index("vehicle"), REACH_CLASSES.index("wants"), REACH_CLASSES.index("driver")
    ]  # fmt: skip
    assert REACH_CLASSES[policy.reach_of_system("PARKING")] == "vehicle"
    assert policy.rule("local").in_force(date(2025, 12, 31))
    assert not policy.rule("local").in_force(date(2026, 1, 1))
    codes = policy.classify_reasons(pl.Series(["Operation Bluebird", "curious", "my ex"]))
    assert [REASON_CLASSES[c] for c in codes] == ["immigration", "other", "personal"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[keys.IV\n", "not valid TOML"),
        ('[keys.IV]\nclass = "boats"\n', "keys.IV.class"),
        ('[keys.IV]\nclass = "vehicle"\ncolour = "red"\n', "keys.IV.colour"),
        ("[colours]\nred = 1\n", "key colours"),
        ("keys = 3\n", "key keys"),
        ('rules = "none"\n', "key rules"),
        ("[rules]\nmine = 3\n", "key rules"),
        ('[rules.x]\ntitle = "t"\n', "rules.x.text"),
        ('[reasons.gossip.x]\nany = ["a"]\n', "reasons.gossip"),
        ('[reasons.police.x]\nany = ["@nolist"]\n', "there is no list 'nolist'"),
        ('[reasons.police.x]\nany = ["a|@nolist"]\n', "there is no list 'nolist'"),
        ('[reasons.police.x]\nany = ["a"]\nmatter = "gossip"\n', "reasons.police.x.matter"),
        ('[marks.agency.x]\nany = ["@nolist"]\n', "marks.agency.x.any"),
        ('[marks.colour.x]\nany = ["a"]\n', "marks.colour"),
        ('[purposes.C]\nmatters = ["gossip"]\n', "purposes.C.matters"),
        ('[reasons.police.x]\nany = ["Car Theft"]\n', "reasons.police.x.any"),
        ('[reasons.police.x]\nany = ["(theft"]\n', "reasons.police.x.any"),
        ('[reasons.police.x]\nany = [" "]\n', "a phrase is empty"),
        ('[reading]\nplates = ["(?=x)["]\n', "not a regular expression"),
        ('[reading]\nplates = ["(?=x)"]\n', "not a regular expression"),
    ],
)
def test_a_wrong_file_says_what_where_and_what_next(tmp_path: Path, text: str, said: str) -> None:
    path = own(tmp_path, text)
    with pytest.raises(InputError) as error:
        load_policy(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)
    assert error.value.next


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_policy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(InputError, match="UTF-8"):
        load_policy(tmp_path / "latin.toml")


def test_loading_is_quick() -> None:
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        load_policy()
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.05


def test_importing_brings_in_no_compiler_and_no_learning() -> None:
    code = "import sys, anomaly.policy; print({'numba', 'sklearn', 'kernels'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_no_common_name_is_mended_into_an_agency() -> None:
    """Attention fields hold names: HOLLAND was once mended to homeland."""
    provider = pytest.importorskip("faker.providers.person.en_US").Provider
    names = sorted({*provider.last_names, *provider.first_names})
    written = pl.Series([f"{name.upper()} RECORDS" for name in names])
    read = load_policy(None).names_agency(written)
    assert [name for name, taken in zip(names, read.tolist(), strict=True) if taken] == []
