"""Other ways to rank what a scan found, so that the engine's own is chosen by measurement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from math import log10

import polars as pl

from anomaly.evaluate import Listing, listing_of
from anomaly.incidents import Incident, ScanResult
from anomaly.incidents.findings import CERTAIN

OURS = "findings of one user and theme added up (the scan)"


def best_finding(result: ScanResult) -> Listing:
    """Rank each incident by its strongest finding alone."""
    return _in_order(result, lambda one: max(f.score for f in one.findings))


def likelihoods(result: ScanResult) -> Listing:
    """Rank by the sum over detectors of -log10 q, at most 9 each; a rule as if its score were 1 - q."""

    def evidence(one: Incident) -> float:
        best: dict[str, float] = {}
        for f in one.findings:
            q = f.q_value if f.q_value is not None else 1 - f.score
            best[f.detector] = max(best.get(f.detector, 0.0), -log10(max(q, CERTAIN)))
        return sum(best.values())

    return _in_order(result, evidence)


def equal_depth(result: ScanResult) -> Listing:
    """Take the first incident of every detector, then the second of every detector, and so on."""
    seen: Counter[str] = Counter()
    depth = {}
    for one in sorted(result.incidents, key=lambda one: (-max(f.score for f in one.findings), one.rank)):
        strongest = max(one.findings, key=lambda f: f.score).detector
        seen[strongest] += 1
        depth[one.rank] = seen[strongest]
    return _in_order(result, lambda one: -depth[one.rank])


def apart(result: ScanResult) -> Listing:
    """List the findings of every detector about a user as an entry of their own, by their own score."""
    best: dict[tuple[int, str], float] = {}
    for one in result.incidents:
        for f in one.findings:
            best[one.rank, f.detector] = max(best.get((one.rank, f.detector), 0.0), f.score)
    order = sorted(best, key=lambda key: (-best[key], key))
    places = pl.DataFrame(
        [(rank, name, place) for place, (rank, name) in enumerate(order, start=1)],
        schema={"rank": pl.Int64(), "detector": pl.String(), "place": pl.Int64()},
        orient="row",
    )
    listing = listing_of(result)
    of_incident = {one.incident_id: one.rank for one in result.incidents}
    rows = (
        result.evidence.filter(pl.col("role") == "supports")
        .with_columns(rank=pl.col("incident_id").replace_strict(of_incident, return_dtype=pl.Int64()))
        .join(places, on=["rank", "detector"])
        .select(pl.col("place").alias("rank"), "source", "row", "user")
        .unique(["rank", "source", "row"])
        .sort("rank", "source", "row")
    )
    entries = places.join(listing.entries, on="rank", how="left", maintain_order="left")
    entries = entries.with_columns(rank=pl.col("place")).select(listing.entries.columns)
    return Listing("an entry for each finding", entries, rows)


def _in_order(result: ScanResult, worth: Callable[[Incident], float]) -> Listing:
    order = sorted(result.incidents, key=lambda one: (-worth(one), one.rank))
    place = {one.rank: k for k, one in enumerate(order, start=1)}
    listing = listing_of(result)
    moved = pl.col("rank").replace_strict(place, return_dtype=pl.Int64(), default=None)
    return Listing("", listing.entries.with_columns(moved).sort("rank"), listing.evidence.with_columns(moved))


WAYS: Mapping[str, Callable[[ScanResult], Listing]] = {
    OURS: listing_of,
    "the strongest finding alone": best_finding,
    "likelihood-style sums": likelihoods,
    "equal depth of every detector": equal_depth,
    "an entry for each detector and user": apart,
}
