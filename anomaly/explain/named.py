"""Whom the context tables name, in the codes of a log: a person may stand there by another key."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from anomaly.coding import CodedLog, drivers_of, own_writings
from anomaly.coding.covers import numbers
from anomaly.coding.hashes import Codes
from anomaly.context import Context


class Named:
    """The subjects of the lines of each context table. A line about a subject whom the log never saw is
    dropped.
    """

    def __init__(self, log: CodedLog, context: Context) -> None:
        self._log = log
        self._context = context
        self._codes: dict[str, Codes] = {}

    def codes(self, name: str) -> Codes:
        """Return the code of the subject of each line of a table, (lines,) int32, -1 for a stranger.

        Of a user of whom the log never saw the key that the table has, the code of another, by the roster.
        """
        if name not in self._codes:
            written = self._context[name]["subject"]
            codes = self._log.subjects.lookup(written)
            strange = np.flatnonzero(codes < 0)
            unseen = self._own.filter(pl.col("subject") < 0, pl.col("known") >= 0)
            if len(unseen) and len(strange):
                at = numbers(unseen["text"], written.gather(strange))[1]
                codes[strange] = np.append(unseen["known"].to_numpy(), np.int32(-1))[at]
            self._codes[name] = codes
        return self._codes[name]

    def lines(self, name: str, *columns: str | pl.Expr | pl.Series) -> pl.DataFrame:
        """Return some columns of a table, and `subject`, its code; after its lines those about a person
        once more with each subject that is the same one's, see `same`.
        """
        codes = self.codes(name)
        table = self._context[name].select(*columns, pl.Series("subject", codes))
        table = table if codes.min(initial=0) >= 0 else table.filter(codes >= 0)
        if not len(self.same):
            return table
        more = table.join(self.same, on="subject", how="inner", maintain_order="left")
        return pl.concat([table, more.select(*table.columns[:-1], subject="other")])

    @cached_property
    def same(self) -> pl.DataFrame:
        """List which other subjects a line about a person is about: subject, other (codes), distinct.

        A user's further keys by the roster, the car among them; and a car that several people share, which
        is a subject of its own (`identities`): a case of either is why it was run.
        """
        own = self._own.filter(pl.col("subject") >= 0)
        keys = own.filter(pl.col("key") != "plate").select("row", "subject")
        own_keys = keys.join(own.select("row", other="subject"), on="row").select("subject", "other")
        shared = drivers_of(self._log).select(subject="person", other="car")
        both = pl.concat([own_keys, shared])
        return both.filter(pl.col("subject") != pl.col("other")).unique().sort("subject", "other")

    @cached_property
    def _own(self) -> pl.DataFrame:
        """The keys of the roster as `own_writings` has them; known: Int32, the first other of the same user
        that the log saw, -1 for none.
        """
        seen = pl.col("subject").filter(pl.col("subject") >= 0)
        return own_writings(self._log, self._context).with_columns(
            known=seen.first().over("row").fill_null(-1).cast(pl.Int32)
        )
