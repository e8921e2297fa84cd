"""Agencies whose look-ups meet a protected list more often than others' do: counts alone, and no person."""

from __future__ import annotations

import numpy as np
import polars as pl

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.agency_rates import LEAST_AGENCIES, law_of_others
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector


@detector(
    group="agency",
    needs=("agency",),
    tables=("listed_shares",),
    category="oversight",
    weight=0.3,
    says="Of {lookups} look-ups of {agency}, {listed} met the protected list ({share} %); of those of the "
    "other agencies, {usual} %.",
)
def listed_share(agencies: Groups, context: Context) -> Signals:
    """An agency's look-ups fall on people of a protected list more often than those of other agencies.

    Why: Holders of licences that need no proof of lawful presence were arrested at home by immigration
        officers who had their addresses (NBC San Diego, 2017). The department of motor vehicles keeps no list
        of them, and this engine must never hold one: the owner of such a list joins it to salted hashes of
        the log on its own machines, and gives back two counts for each agency, the table `listed_shares`.
        Nothing here names a look-up, a user or a subject, and no entry has rows.
    Null: The share of an agency's look-ups that meet the list varies among agencies by a beta-binomial law,
        the agency left out.
    Also fires on: A county where many such people live; a unit that stops unlicensed drivers.
    Clears: The share of such people among the residents; the kind of work.
    Evades: Nothing that a log of look-ups shows.
    """
    table = context["listed_shares"].group_by("agency").agg(pl.col("lookups", "listed").sum()).sort("agency")
    table = table.with_columns(
        pl.Series("code", agencies.log.texts.lookup("agency", table["agency"])),
        lookups=pl.max_horizontal("lookups", "listed"),
    ).filter(pl.col("code") >= 0, pl.col("lookups") > 0)
    if len(table) < LEAST_AGENCIES:
        return Signals.none(because=f"fewer than {LEAST_AGENCIES} agencies with counts to compare")
    k, n = (table[name].to_numpy().astype(np.int64) for name in ("listed", "lookups"))
    p = kernels.beta_binomial_tail(k, n, *law_of_others(k, n))
    at = np.flatnonzero(p <= WEAKEST)
    codes = table["code"].to_numpy().astype(np.int32)
    share = np.full(len(agencies), np.nan)
    share[codes] = np.round(100 * k / n, 3)
    others = 100 * (k.sum() - k[at]) / np.maximum(n.sum() - n[at], 1)
    time = agencies["time"]
    span = [int(time.min()), int(time.max())] if len(time) else [0, 0]
    return Signals.of_chance(
        codes[at],
        p[at],
        tuple(np.zeros(0, np.int32) for _ in at),
        len(table),
        measures={
            "lookups": n[at],
            "listed": k[at],
            "share": share[codes[at]],
            "usual": np.round(others, 3),
        },
        standing=Standing(
            "% of look-ups that meet the list", share, np.zeros(len(agencies), np.int32), ("all agencies",)
        ),
        when=np.tile(np.array([span], np.int64), (len(at), 1)),
    )
