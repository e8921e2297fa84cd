"""Per-user features for the learning baselines, and two ways of putting them on one scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.evaluate.baselines.queries import Queries

Matrix = NDArray[np.float64]

MINUTE, HOUR = 60_000, 3_600_000
SESSION = 30 * MINUTE  # a longer silence ends a session
SILENCE = 8 * HOUR  # on both sides of an isolated session (haveibeenflocked.com)
NIGHT = (22, 23, 0, 1, 2, 3, 4, 5)
WINDOW = 12  # hours of the longest Primary Active Window (haveibeenflocked.com)
FIXED = 1 << 20  # float sums in a group_by differ from run to run: sum integers
FARTHEST = 10.0  # robust z-scores are cut here: one feature must not be the whole distance


@dataclass(frozen=True)
class Features:
    """What each user's log amounts to.

    users: (u,) int32 codes of the users with a look-up, ascending; names: (f,); values: (u, f) float64,
    finite, counts as logarithms; peers: (u,) int32 group of each user.
    """

    users: NDArray[np.int32]
    names: tuple[str, ...]
    values: Matrix
    peers: NDArray[np.int32]

    def against_peers(self) -> Matrix:
        """Return (u, f) robust z-scores among the users of the same unit, or of the next larger group that
        has eight.
        """
        return _robust(self.values, self.peers)

    def against_both(self) -> Matrix:
        """Return (u, 2f): robust z-scores among all users of the log, then those among peers."""
        everyone = np.zeros(len(self.values), np.int32)
        return np.hstack([_robust(self.values, everyone), self.against_peers()])


def features(log: Queries) -> Features:
    """Describe every user of a log. A feature that is the same for all is left out."""
    actions = log.actions.sort("user", "time", "action")
    parts = [_counts(actions), _hours(actions), _most(actions), _gaps(actions)]
    parts += [_entropy(actions, column) for column in ("hour", "asked", "reason") if actions[column].count()]
    if "subject" in log.columns:
        parts.append(_subjects(actions))
    frame = actions.select("user").unique().sort("user")
    users = frame["user"].to_numpy()
    for part in parts:
        frame = frame.join(part, on="user", how="left", maintain_order="left")
    wide = frame.drop("user").fill_nan(None).fill_null(0.0)
    told = [name for name in wide.columns if wide[name].n_unique() > 1]
    values = wide.select(told).to_numpy().astype(np.float64)
    return Features(users, tuple(told), values, log.peers.code[users])


def _share(part: str, whole: str) -> pl.Expr:
    # Drawing shares out of few look-ups towards the overall share took 0.003 to 0.018 from the mean average
    # precision of each learner, over ten worlds.
    return pl.col(part) / pl.col(whole)


def _counts(actions: pl.DataFrame) -> pl.DataFrame:
    flags = {"blank": pl.col("blank"), "vague": pl.col("vague"), "no case": ~pl.col("has_case")}
    flags |= {"history": pl.col("history"), "hits": pl.col("hit"), "women": pl.col("sex") == "F"}
    flags |= {"night": pl.col("hour").is_in(NIGHT), "weekend": (pl.col("day") + 3) % 7 >= 5}
    counted = actions.group_by("user").agg(
        pl.len().cast(pl.Int64).alias("n"),
        pl.col("day").n_unique().cast(pl.Int64).alias("days"),
        *(flag.cast(pl.Int64).sum().alias(name) for name, flag in flags.items()),
    )
    return counted.select(
        "user",
        pl.col("n").log1p().alias("look-ups"),
        pl.col("days").log1p(),
        (pl.col("n") / pl.col("days")).log().alias("look-ups a day"),
        *(_share(name, "n") for name in flags),
    )


def _most(actions: pl.DataFrame) -> pl.DataFrame:
    hours = actions.group_by("user", "day", "hour").agg(pl.len().alias("n"))
    most = pl.col("n").max().log1p()
    hourly = hours.group_by("user").agg(most.alias("most in an hour"))
    daily = hours.group_by("user", "day").agg(pl.col("n").sum())
    return daily.group_by("user").agg(most.alias("most in a day")).join(hourly, on="user")


def _hours(actions: pl.DataFrame) -> pl.DataFrame:
    """Share of look-ups outside the user's own busiest twelve hours on end."""
    table = hours_of(actions)
    counts = table.drop("user").to_numpy()
    n = counts.sum(axis=1)
    inside = np.max([window(counts, start, WINDOW) for start in range(24)], axis=0)
    outside = pl.DataFrame({"user": table["user"], "n": n, "outside window": n - inside})
    return outside.select("user", _share("outside window", "n"))


def hours_of(actions: pl.DataFrame) -> pl.DataFrame:
    """Count look-ups by user and local hour: columns user, 0 … 23 (Int64), a row per user."""
    counted = actions.group_by("user").agg(
        *((pl.col("hour") == hour).sum().cast(pl.Int64).alias(str(hour)) for hour in range(24))
    )
    return counted.sort("user")


def window(counts: NDArray[np.int64], start: int, width: int) -> NDArray[np.int64]:
    """Sum `width` hours on end from `start`, round midnight. counts: (u, 24) int64; returns (u,)."""
    return np.asarray(counts[:, [(start + step) % 24 for step in range(width)]].sum(axis=1))


def _gaps(actions: pl.DataFrame) -> pl.DataFrame:
    """Pace inside sessions, how quick and how regular; and the share of look-ups in sessions on their own."""
    gap = pl.col("time").diff().over("user").dt.total_milliseconds()
    timed = actions.select("user", gap=gap).with_columns(
        opens=(pl.col("gap") >= SESSION).fill_null(True), until=pl.col("gap").shift(-1).over("user")
    )
    silent = pl.col("gap").first().fill_null(SILENCE) >= SILENCE
    silent &= pl.col("until").last().fill_null(SILENCE) >= SILENCE
    sessions = (
        timed.with_columns(session=pl.col("opens").cum_sum())
        .group_by("user", "session", maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("n"), (silent * pl.len()).cast(pl.Int64).alias("isolated"))
    )
    alone = sessions.group_by("user").agg(pl.col("n", "isolated").sum())
    log_gap = pl.col("gap").clip(1).log()
    inside = (
        timed.filter(~pl.col("opens"))
        .group_by("user")
        .agg(
            pl.len().cast(pl.Int64).alias("m"),
            (log_gap * FIXED).round().cast(pl.Int64).sum().alias("sum"),
            (log_gap.pow(2) * FIXED).round().cast(pl.Int64).sum().alias("squares"),
            (pl.col("gap") < MINUTE).cast(pl.Int64).sum().alias("quick"),
        )
    )
    mean, square = (pl.col(part) / FIXED / pl.col("m") for part in ("sum", "squares"))
    pace = inside.select(
        "user", _share("quick", "m"), (square - mean.pow(2)).clip(0).sqrt().alias("spread of gaps")
    )
    return alone.select("user", _share("isolated", "n")).join(pace, on="user", how="left")


def _entropy(actions: pl.DataFrame, column: str) -> pl.DataFrame:
    """Entropy in nats of one column of each user, from n ln n − Σ c ln c in fixed point."""
    n = pl.col("n")
    counted = actions.drop_nulls(column).group_by("user", column).agg(pl.len().alias("n"))
    part = (n * n.cast(pl.Float64).log() * FIXED).round().cast(pl.Int64)
    summed = counted.group_by("user").agg(n.sum(), part.sum().alias("part"))
    spread = n.cast(pl.Float64).log() - pl.col("part") / FIXED / n
    return summed.select("user", spread.alias(f"entropy of {column}"))


def _subjects(actions: pl.DataFrame) -> pl.DataFrame:
    pairs = (
        actions.drop_nulls("subject")
        .group_by("user", "subject")
        .agg(pl.len().alias("n"), pl.col("day").n_unique().alias("days"))
    )
    of_user = pairs.group_by("user").agg(
        pl.col("n").max().log1p().alias("most on one subject"),
        pl.col("days").max().log1p().alias("most days on one subject"),
        pl.col("n").sum().cast(pl.Int64),
        (pl.col("n").sum() - pl.len()).cast(pl.Int64).alias("repeated"),
    )
    return of_user.select("user", "most on one subject", "most days on one subject", _share("repeated", "n"))


def _robust(values: Matrix, group: NDArray[np.int32]) -> Matrix:
    """Median and MAD inside each group; where a group shows no spread, that of all users."""
    scaled = np.zeros_like(values)
    if not len(values):
        return scaled
    overall = _scale(values)
    for code in np.unique(group):
        here = values[group == code]
        scale = _scale(here)
        scale = np.where(scale > 0, scale, overall)
        centred = here - np.median(here, axis=0)
        scaled[group == code] = np.divide(centred, scale, out=np.zeros_like(here), where=scale > 0)
    return np.clip(scaled, -FARTHEST, FARTHEST)


def _scale(values: Matrix) -> Matrix:
    """Estimate a standard deviation of each column: 1.4826 MAD, or 1.2533 mean absolute deviation."""
    distance = np.abs(values - np.median(values, axis=0))
    mad = 1.4826 * np.median(distance, axis=0)
    return np.asarray(np.where(mad > 0, mad, 1.2533 * distance.mean(axis=0)))
