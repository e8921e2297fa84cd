"""What the labelled lists say of the classifier: the tables of docs/reasons.md, from a run."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path

import polars as pl
from scipy.stats import beta

from anomaly.policy import REASON_CLASSES, Policy

HERE = Path(__file__).parent


def labelled(name: str) -> list[tuple[str, str]]:
    """Return the (text, class) pairs of a list."""
    return [(row["text"], row["class"]) for row in rows(name)]


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a list; "labelled.tuning" and "labelled.unseen" are its halves."""
    stem, _, half = name.partition(".")
    with (HERE / f"{stem}.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    return [row for row in found if not half or half_of(row["text"]) == half]


def half_of(text: str) -> str:
    """Return the half a text is in: "tuning" where the first hexadecimal digit of its SHA-256 is even."""
    return ("tuning", "unseen")[int(hashlib.sha256(text.encode()).hexdigest()[0], 16) % 2]


def classes(policy: Policy, texts: list[str | None]) -> list[str]:
    """Return the class of each text."""
    return [REASON_CLASSES[code] for code in policy.classify_reasons(pl.Series(texts, dtype=pl.String))]


def counts(policy: Policy, name: str) -> Counter[tuple[str, str]]:
    """Return how many texts of a list are {(labelled as, read as): texts}."""
    pairs = labelled(name)
    got = classes(policy, [text for text, _ in pairs])
    return Counter(zip((wanted for _, wanted in pairs), got, strict=True))


def confusion_table(found: Counter[tuple[str, str]]) -> str:
    """Return the confusion table as Markdown: rows labelled, columns read."""
    lines = [
        "| labelled \\ read | " + " | ".join(REASON_CLASSES) + " |",
        "|---" * (len(REASON_CLASSES) + 1) + "|",
    ]
    for wanted in REASON_CLASSES:
        cells = [str(found[wanted, got] or "") for got in REASON_CLASSES]
        lines.append(f"| {wanted} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def immigration_row(found: Counter[tuple[str, str]]) -> str:
    """Return the figures of immigration as cells of a Markdown row: texts, right, recall, precision."""
    hits = found["immigration", "immigration"]
    stated = sum(n for (wanted, _), n in found.items() if wanted == "immigration")
    read = sum(n for (_, got), n in found.items() if got == "immigration")
    right = sum(n for (wanted, got), n in found.items() if wanted == got)
    return (
        f"{found.total()} | {100 * right / found.total():.1f} % | {rate(hits, stated)} | {rate(hits, read)}"
    )


def rate(hits: int, of: int) -> str:
    """Return a share with its 95 % Clopper-Pearson interval: "0.961 (74/77; 0.890-0.992)"."""
    low = beta.ppf(0.025, hits, of - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1.0
    return f"{hits / of:.3f} ({hits}/{of}; {low:.3f}-{high:.3f})"
