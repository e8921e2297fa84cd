"""Which agencies of a log are federal, and which of them enforce immigration law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog
from anomaly.context import Context

# Components that enforce immigration law, and the one that does nothing else (domain.md 0.7, 2.3; 404 Media
# 2025; CalMatters 2025). A deployment's own names stand in the `component` column of the agencies table.
IMMIGRATION = ("ICE", "ERO", "HSI", "CBP", "USBP", "BP", "OFO", "DHS", "USCIS")
REMOVAL = ("ERO",)
# How camera networks mark a federal organisation in their exports (Conway PD's federal searches, 2026).
MARKED_FEDERAL = r"(?i)^\s*[\[(]federal[\])]"


@dataclass(frozen=True)
class Federal:
    """Kinds of agencies, by agency code; the last element, for no agency, is False.

    any: (a + 1,) bool, federal. immigration: (a + 1,) bool, enforces immigration law too. removal: (a + 1,)
    bool, has no other task.
    """

    any: NDArray[np.bool_]
    immigration: NDArray[np.bool_]
    removal: NDArray[np.bool_]


def federal_agencies(log: CodedLog, context: Context) -> Federal:
    """Say which agencies are federal: the agencies table decides; where it is silent, the name does."""
    named = pl.DataFrame({"agency": log.texts["agency"]})
    if "agencies" in context:
        table = context["agencies"].unique("agency", keep="last", maintain_order=True)
        listed = named.join(table, on="agency", how="left", maintain_order="left")
    else:
        listed = named.with_columns(
            pl.lit(None, pl.String).alias(column) for column in ("name", "kind", "component")
        )
    kind = pl.col("kind").str.to_lowercase()
    component = pl.col("component").str.to_uppercase().str.strip_chars()
    by_name = log.policy.names_agency(listed["agency"]) | log.policy.names_agency(listed["name"])
    told = listed.select(
        told=kind.is_not_null() | component.is_not_null(),
        federal=(kind == "federal") | component.is_not_null(),
        marked=pl.col("agency").str.contains(MARKED_FEDERAL),
        immigration=component.is_in(IMMIGRATION),
        unsaid=component.is_null() & (kind == "federal"),
        removal=component.is_in(REMOVAL) | (component.is_null() & pl.col("agency").str.contains(r"\bERO\b")),
    ).fill_null(False)
    by_table, silent = told["federal"].to_numpy(), ~told["told"].to_numpy()
    immigration = told["immigration"].to_numpy() | ((silent | told["unsaid"].to_numpy()) & by_name)
    every = by_table | told["marked"].to_numpy() | (silent & by_name)
    return Federal(
        *(
            np.append(part, np.False_)
            for part in (every, immigration, immigration & told["removal"].to_numpy())
        )
    )
