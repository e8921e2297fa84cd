"""Policy files read, laid over one another and validated."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from anomaly.errors import InputError
from anomaly.policy.policy import Policy
from anomaly.policy.tables import Term

_PACKAGED = ("keys.toml", "purposes.toml", "rules.toml", "reasons.toml", "spelling.toml")


def load_policy(overlay: Path | None = None) -> Policy:
    """Return the packaged policy, with the tables of a person's own TOML file laid over it.

    Tables are merged key by key; a value or a list replaces what was there. Raises InputError naming the
    file, the key and what to do when it is missing, is not TOML, or says something the policy does not know.
    """
    tables: dict[str, Any] = {}
    for name in _PACKAGED:
        tables = _laid_over(
            tables, tomllib.loads((files("anomaly.policy") / "data" / name).read_text("utf-8"))
        )
    where = "packaged policy"
    if overlay is not None:
        where = str(overlay)
        tables = _laid_over(tables, _read(overlay))
    try:
        policy = Policy.model_validate(tables)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(
            first["msg"],
            f"{where}, key {key}",
            f"see the packaged files for the form: {', '.join(_PACKAGED)}",
        ) from error
    _check_phrases(policy, where)
    return policy


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", str(path), "mend the line named above") from error
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", str(path), "save the file as UTF-8") from error
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(
            f"cannot be read: {reason}", str(path), "check the path of the policy file"
        ) from error


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = (
            _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
        )
    return merged


def _check_phrases(policy: Policy, where: str) -> None:
    tables: dict[str, dict[str, Term]] = {f"reasons.{name}": terms for name, terms in policy.reasons.items()}
    tables |= {f"marks.{name}": terms for name, terms in policy.marks.items()}
    for name, terms in tables.items():
        for term_name, term in terms.items():
            for field in ("any", "not_in", "unless", "company"):
                try:
                    for phrase in getattr(term, field):
                        policy.phrases.check(phrase)
                except ValueError as error:
                    key = f"{name}.{term_name}.{field}"
                    raise InputError(
                        str(error), f"{where}, key {key}", "write phrases as the head of reasons.toml says"
                    ) from error
