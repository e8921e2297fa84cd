"""Which agencies of a log are federal, which of them enforce immigration law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, Groups
from anomaly.context import Context

# Components that enforce immigration law, and the one that does nothing else (domain.md 0.7, 2.3; 404 Media
# 2025; CalMatters 2025). A deployment's own names stand in the `component` column of the agencies table.
IMMIGRATION = ("ICE", "ERO", "HSI", "CBP", "USBP", "BP", "OFO", "DHS", "USCIS")
REMOVAL = ("ERO",)
# How camera networks mark a federal organisation in their exports (Conway PD's federal searches, 2026).
MARKED_FEDERAL = r"(?i)^\s*[\[(]federal[\])]"
# What a vendor's export says of agencies in its log, agency and kind: a table that a scan makes of prefixes
# its profile took off.
MARKED = "marked_agencies"


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
    """Say which agencies are federal: the agencies table decides; where it is silent, the mark of the export
    or the name does.
    """
    listed = listed_agencies(log, context)
    kind = pl.col("kind").str.to_lowercase()
    component = pl.col("component").str.to_uppercase().str.strip_chars()
    names = pl.concat([listed["agency"], listed["name"].drop_nulls()])
    said = log.policy.names_agency(names)
    by_name = said[: len(listed)].copy()
    by_name[listed["name"].is_not_null().to_numpy()] |= said[len(listed) :]
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


def federal_of(groups: Groups, context: Context) -> Federal:
    """Return what `federal_agencies` does, once for all detectors of a grouping."""
    # The context stays with what was found, or another could take its number.
    found = groups.once(("federal", id(context)), lambda: (federal_agencies(groups.log, context), context))
    return found[0]


def listed_agencies(log: CodedLog, context: Context) -> pl.DataFrame:
    """Return agency, name, kind and component of each agency of a log, in order of code: from the agencies
    table, and the kind from the export's mark where the table says neither kind nor component.
    """
    listed = pl.DataFrame({"agency": log.texts["agency"]})
    columns = ("agency", "name", "kind", "component")
    for table, suffix in (("agencies", ""), (MARKED, "_marked")):
        rows = (
            context[table].unique("agency", keep="last", maintain_order=True)
            if table in context
            else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        )
        listed = listed.join(
            rows.select(name for name in columns if name in rows.columns),
            on="agency",
            how="left",
            maintain_order="left",
            suffix=suffix,
        )
    kind = pl.when(pl.col("component").is_null()).then(pl.coalesce("kind", "kind_marked")).otherwise("kind")
    return listed.select("agency", "name", kind.alias("kind"), "component")
