"""From text to groups: coding, grouping, actions, identities."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

import kernels
from anomaly.sources.arrow import views_of


def empty(capacity: int) -> tuple[Any, Any]:
    return np.zeros(capacity, np.uint64), np.zeros(capacity, np.int32)


def test_code(world: Any, contest: Any) -> None:
    hashes = world.log["subject"].replace(-1, None).hash(seed=1).to_numpy().copy()
    hashes[world.log["subject"] == -1] = 0
    hashes.setflags(write=False)

    def kernel() -> tuple[Any, ...]:
        return kernels.code(hashes, *empty(1 << (2 * len(hashes)).bit_length()), 0)

    def rival() -> tuple[Any, ...]:
        rows = pl.DataFrame({"hash": hashes}).with_row_index("row")
        known = rows.filter(pl.col("hash") != 0).unique("hash", keep="first", maintain_order=True)
        coded = rows.join(
            known.select("hash").with_row_index("code"), on="hash", how="left", maintain_order="left"
        )
        return coded["code"].cast(pl.Int32).fill_null(-1), known["row"]

    contest(kernel, rival)


def test_hash_views(world: Any, contest: Any) -> None:
    """Hashes that tell the same texts apart as those of polars do."""
    texts = "licence D" + world.log["subject"].cast(pl.String)
    texts = pl.Series(texts.to_arrow(compat_level=pl.CompatLevel.oldest()))  # in one buffer
    table = 1 << (2 * len(texts)).bit_length()

    def kernel() -> tuple[Any, ...]:
        views, hashes = views_of(texts), np.empty(len(texts), np.uint64)
        kernels.hash_views(views.words, views.valid, views.first, views.buffers[0], 0, 1, False, hashes, 0)
        return kernels.code(hashes, *empty(table), 0)

    contest(kernel, lambda: kernels.code(texts.hash(seed=1).to_numpy(), *empty(table), 0))


def test_mix(world: Any, contest: Any) -> None:
    """Beside a hash of the row by polars: both tell the same rows apart."""
    columns = world.log.select("user", "subject", "day")
    table = 1 << (2 * len(columns)).bit_length()

    def kernel() -> tuple[Any, ...]:
        digests = np.zeros(len(columns), np.uint64)
        for column in columns:
            kernels.mix(column.to_numpy().view(np.uint32), digests)
        return kernels.code(digests, *empty(table), 0)

    contest(kernel, lambda: kernels.code(columns.hash_rows(1).to_numpy(), *empty(table), 0))


def test_known(world: Any, contest: Any) -> None:
    listed = world.log["subject"].unique().sort().gather_every(2)
    known = listed.filter(listed >= 0).hash(seed=1).to_numpy()
    wanted = world.log["subject"].hash(seed=1).to_numpy()
    keys, slots = empty(1 << (2 * len(known)).bit_length())
    kernels.code(known, keys, slots, 0)

    def rival() -> tuple[Any, ...]:
        table = pl.DataFrame({"hash": known}).with_row_index("code")
        found = pl.DataFrame({"hash": wanted}).join(table, on="hash", how="left", maintain_order="left")
        return (found["code"].cast(pl.Int32).fill_null(-1),)

    contest(lambda: (kernels.known(wanted, keys, slots),), rival)


def test_group(world: Any, contest: Any) -> None:
    codes = world.log["subject"]

    def rival() -> tuple[Any, ...]:
        rows = codes.to_frame().with_row_index("row").filter(pl.col("subject") >= 0)
        rows = rows.sort("subject", maintain_order=True)
        return rows["subject"].search_sorted(pl.Series(range(world.n_subjects + 1)).cast(pl.Int32)), rows[
            "row"
        ]

    contest(lambda: kernels.group(codes.to_numpy(), world.n_subjects), rival)


def test_gather(world: Any, contest: Any) -> None:
    rows = world.log.with_row_index("row").sort("user", maintain_order=True)["row"]
    order = rows.cast(pl.Int32).to_numpy()
    column = world.log["day"].to_numpy().view(np.uint32)

    def kernel() -> tuple[Any, ...]:
        gathered = np.empty_like(column)
        kernels.gather(column, order, gathered)
        return (gathered,)

    contest(kernel, lambda: (world.log["day"].gather(rows),))


def test_group_in_time(world: Any, contest: Any) -> None:
    rows = world.by_user[1]
    codes, times = rows["subject"].to_numpy(), rows["time"].to_numpy()

    def kernel() -> tuple[Any, ...]:
        starts, order = np.zeros(world.n_subjects + 1, np.int64), np.empty(len(codes), np.int32)
        kernels.group_in_time(codes, times, starts, order, np.empty(len(codes), np.int64))
        return starts, order[: starts[-1]]

    def rival() -> tuple[Any, ...]:
        named = rows.select("subject", "time").with_row_index("row").filter(pl.col("subject") >= 0)
        named = named.sort("subject", "time", maintain_order=True)
        begins = named["subject"].search_sorted(pl.Series(range(world.n_subjects + 1)).cast(pl.Int32))
        return begins, named["row"]

    contest(kernel, rival)


def test_destinations_and_move(world: Any, contest: Any) -> None:
    user, column = world.log["user"].to_numpy(), world.log["day"].to_numpy().view(np.uint32)

    def kernel() -> tuple[Any, ...]:
        place, moved = np.empty(len(user), np.int32), np.empty_like(column)
        kernels.destinations(user, world.n_users, place)
        kernels.move(column, place, moved)
        return (moved,)

    contest(kernel, lambda: (world.log.select("user", "day").sort("user", maintain_order=True)["day"],))


def test_collapse(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time, subject, cascade = (rows[name].to_numpy() for name in ("time", "subject", "cascade"))
    window = 3_600_000

    def kernel() -> tuple[Any, ...]:
        return (
            kernels.collapse(
                starts, time, subject, cascade, world.n_subjects, int(cascade.max()) + 1, window
            ),
        )

    def rival() -> tuple[Any, ...]:
        """Give every row the key of its action: its cascade, its run of repeats, or itself.

        Runs come from one sort by pair: windows over user and subject took 53 s for 1 M rows.
        """
        in_cascade, on_subject = pl.col("cascade") >= 0, pl.col("subject") >= 0
        kind = pl.when(in_cascade).then(1).when(on_subject).then(2).otherwise(3)
        target = pl.when(in_cascade).then("cascade").when(on_subject).then("subject").otherwise("row")
        key = pl.struct("user", "kind", "target")
        apart = (key != key.shift()) | ((pl.col("kind") == 2) & (pl.col("time").diff() > window))
        keyed = (
            rows.with_row_index("row")
            .with_columns(kind=kind, target=target)
            .sort("user", "kind", "target", maintain_order=True)
        )
        first = (
            keyed.select("row", opens=apart.fill_null(True))
            .select("row", first=pl.when("opens").then("row").forward_fill())
            .sort("row")
        )
        number = (first["first"] == first["row"]).cum_sum() - 1
        return (number.gather(first["first"]),)

    contest(kernel, rival)


def test_unite(world: Any, contest: Any) -> None:
    """Beside scipy: polars has no components."""
    links = world.n_subjects // 2
    left, right = world.random.integers(0, world.n_subjects, (2, links)).astype(np.int32)

    def rival() -> tuple[Any, ...]:
        graph = coo_array(
            (np.ones(links, np.int8), (left, right)), shape=(world.n_subjects, world.n_subjects)
        )
        count, label = connected_components(graph, directed=False)
        smallest = np.full(count, world.n_subjects)
        np.minimum.at(smallest, label, np.arange(world.n_subjects))
        return (smallest[label],)

    contest(lambda: (kernels.unite(left, right, world.n_subjects),), rival)
