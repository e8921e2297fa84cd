"""Agencies that report no misuse, year after year, where agencies of their size do."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from anomaly.coding import Groups
from anomaly.coding.gather import distinct
from anomaly.context import Context
from anomaly.detectors.agency_rates import LEAST_AGENCIES, law_of_others
from anomaly.detectors.contract import Signals, Standing, detector
from anomaly.detectors.filings import due, filings_of, moments
from anomaly.detectors.laws import poisson_quantile

# Whoever found none in n user-years has, with 95 % confidence, a rate of less than 3 / n (Hanley &
# Lippman-Hand 1983, JAMA 249).
RULE_OF_THREE = 3.0


@detector(
    group="agency",
    needs=("agency",),
    uses=("user",),
    tables=("filings",),
    category="record keeping",
    weight=0.1,
    says="{agency} reported no violation in any of {years} years{pending}; at the rate of the others, "
    "an agency of its {size} users reports {expected} ({low} to {high} nine times in ten). As much as they "
    "differ, {none} of 100 such agencies would report none all the same: a question about audits.",
)
def implausible_zero(agencies: Groups, context: Context, *, least_years: int = 5) -> Signals:
    """An agency has reported zero misuse in every year, at a size where others report some.

    Why: A federal department reported no investigation and no misuse at all (EFF, CLETS Misuse Data 2018);
        a sheriff answered that more reports can mean better auditing (San Diego Union-Tribune, 2018): the
        finding is a question about audits, never about people.
    Null: None: a rule about records. An agency is listed whose violations were zero in all years that it
        filed with a figure, `least_years` or more (without a last one that is still pending), where the rate
        of the others, the agency left out, gives three or more in as many years to as many users: the rule of
        three. Users are those of the `users` table, or of the log. The interval is Poisson's; how many would
        report none by a beta-binomial law, as much as agencies differ, is told beside it and sets the score.
    Also fires on: A small agency with luck; an agency whose users look up little.
    Clears: Its own audit; violations that were found and entered under another agency.
    Evades: One reported violation.
    """
    filings = filings_of(agencies, context)
    users = _users(agencies, context)
    figures = filings.filed.filter(pl.col("violations").is_not_null()).sort("code", "year")
    # A case that is pending in the last year may yet turn out to be one.
    undecided = (pl.col("year") == pl.col("year").max().over("code")) & (pl.col("pending").fill_null(0) > 0)
    figures = figures.filter(~undecided)
    of_agency = figures.group_by("code").agg(
        years=pl.len(),
        violations=pl.col("violations").sum(),
        pending=(pl.col("pending").fill_null(0) > 0).sum(),
        first=pl.col("year").min(),
        last=pl.col("year").max(),
    )
    n, k, pending = (np.zeros(len(agencies), np.int64) for _ in range(3))
    span = np.zeros((len(agencies), 2), np.int64)
    code = of_agency["code"].to_numpy()
    n[code] = of_agency["years"].to_numpy()
    k[code] = of_agency["violations"].to_numpy().astype(np.int64)
    pending[code] = of_agency["pending"].to_numpy()
    span[code] = of_agency.select("first", "last").to_numpy()
    years, trials = n.copy(), np.maximum(n * users, k)
    fits = (years >= least_years) & (users > 0)
    if fits.sum() < LEAST_AGENCIES:
        return Signals.none(because=f"fewer than {LEAST_AGENCIES} agencies filed {least_years} years")
    code_of = np.flatnonzero(fits)
    a, b = law_of_others(k[fits], trials[fits])
    expected = trials[fits] * a / (a + b)
    chosen = np.flatnonzero((k[fits] == 0) & (expected >= RULE_OF_THREE))
    actor = code_of[chosen].astype(np.int32)
    # Of a beta-binomial law, one minus P(X >= 1) would lose its digits: the chance of none in closed form.
    none = np.exp(special.betaln(a, b + trials[fits]) - special.betaln(a, b))[chosen]
    said = [f" (a case was pending in {pending[a]} of them)" if pending[a] else "" for a in actor.tolist()]
    return Signals.of_rule(
        actor,
        1 - none,
        tuple(np.zeros(0, np.int32) for _ in actor),
        int(fits.sum()),
        measures={
            "years": years[actor],
            "pending": said,
            "size": users[actor],
            "expected": np.round(expected[chosen], 1),
            "none": np.ceil(100 * none).astype(np.int64),
            "low": poisson_quantile(0.05, expected[chosen]),
            "high": poisson_quantile(0.95, expected[chosen]),
        },
        standing=Standing(
            "violations reported for 100 users a year",
            np.where(fits, np.round(100 * k / np.maximum(trials, 1), 3), np.nan),
            np.zeros(len(agencies), np.int32),
            ("all agencies that filed",),
        ),
        when=moments([due(int(span[a, 0])) for a in actor], [due(int(span[a, 1])) for a in actor]),
    )


def _users(agencies: Groups, context: Context) -> NDArray[np.int64]:
    """Count the users of each agency, (a,) int64: those of the roster, else those of the log."""
    if "users" in context:
        roster = context["users"].unique("user", keep="last", maintain_order=True)
        codes = agencies.log.texts.lookup("agency", roster["agency"])
        if (codes >= 0).any():
            return np.bincount(codes[codes >= 0], minlength=len(agencies)).astype(np.int64)
    known = agencies["user"] >= 0
    pairs = distinct(agencies.owner[known].astype(np.int64) << 32 | agencies["user"][known])
    return np.bincount(pairs >> 32, minlength=len(agencies)).astype(np.int64)
