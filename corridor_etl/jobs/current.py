"""Current records of every kind as they will be once a batch is committed, or as a warehouse knows them.

Which of their events facts are made from belongs to ``port_events``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.facts import records
from corridor_etl.model import KINDS
from corridor_etl.warehouse import Batch, Warehouse, by_box, versions


def current_with(batch: Batch, warehouse: Warehouse, snapshot: int) -> Current:
    """Current records of every kind as they will be once the batch is committed; each is read when asked for.

    Their columns are those that facts may be made from, and what says which version counts.
    """
    return Current(batch.added_rows(), warehouse, snapshot)


def known_to(warehouse: Warehouse) -> Current:
    """The same without a batch: what the warehouse knows, now or as of its snapshot."""
    return current_with(Batch(deliveries=(), received_at_utc=now_utc()), warehouse, warehouse.snapshot())


class Current(Mapping[str, pl.DataFrame]):
    """Record kind -> current records. Most kinds no fact is made of, and a year of them takes long to read."""

    def __init__(self, added: Mapping[str, pl.DataFrame], warehouse: Warehouse, snapshot: int) -> None:
        self._added, self.warehouse, self._snapshot = added, warehouse, snapshot
        self._made: dict[str, pl.DataFrame] = {}
        self._stored: dict[str, pl.LazyFrame] = {}
        self._rows: dict[str, int] = {}

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in self._made:
            self._made[name] = self._of(name)
        return self._made[name]

    def given(self, kinds: Iterable[str]) -> dict[str, pl.DataFrame]:
        """The records of some kinds, which are not kept here: whoever has them may let go of them."""
        return {name: self._made.pop(name) if name in self._made else self._of(name) for name in kinds}

    def __iter__(self) -> Iterator[str]:
        return iter(KINDS)

    def __len__(self) -> int:
        return len(KINDS)

    def added(self, name: str) -> pl.DataFrame:
        """The rows of a kind that the batch adds."""
        return self._added.get(name, pl.DataFrame(schema={**KINDS[name].schema, **records.ORIGIN}))

    def row_count(self, name: str) -> int:
        """How many versions of records of a kind there are."""
        if name not in self._rows:
            self._rows[name] = self.warehouse.row_count(name)
        return self._rows[name] + self.added(name).height

    def all_versions(
        self,
        name: str,
        *,
        is_before: bool = False,
        columns: Collection[str] | None = None,
        weeks: Collection[str] | None = None,
    ) -> pl.LazyFrame:
        """All versions of the records of a kind in no order; those before the batch only, if ``is_before``.

        Of ``columns``, where given, only these, and those that say which version counts; where ``weeks`` are given
        those stored under them.
        """
        kind = KINDS[name]
        needed = {*(columns or records.names(name)), *versions.deciding(kind)}
        stored = self._scan(name) if weeks is None else self.warehouse.scan(name, weeks=weeks)
        rows = [stored.select(c for c in stored.collect_schema() if c in needed)]
        if name in self._added and not is_before:
            new = versions.stored(self._added[name], kind, self._snapshot).lazy()
            is_asked_for = pl.lit(True) if weeks is None else pl.col("iso_week").is_in(list(weeks))
            rows.append(new.filter(is_asked_for).select(rows[0].collect_schema().names()))
        return pl.concat(rows)

    def _scan(self, name: str) -> pl.LazyFrame:
        if name not in self._stored:
            self._stored[name] = self.warehouse.scan(name)
        return self._stored[name]

    def before(self, name: str) -> pl.DataFrame:
        """The current records of a kind as they are without the batch."""
        return self._of(name, is_before=True)

    def of_boxes(
        self,
        name: str,
        boxes: pl.Series,
        *,
        columns: Collection[str] | None = None,
        between: by_box.Between | None = None,
    ) -> pl.DataFrame:
        """The current records of some boxes, of a kind that has one in its key, ``between`` two instants if these are
        given; otherwise as :meth:`all_versions`."""
        return self._versions_of(name, boxes, columns, between).current()

    def before_and_after(
        self, name: str, boxes: pl.Series, columns: Collection[str]
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The same without the batch, in no order, and with it, read once."""
        found = self._versions_of(name, boxes, columns)
        after = found.current()
        return (found.current_before(self._snapshot, after) if self.added(name).height else after), after

    def _versions_of(
        self,
        name: str,
        boxes: pl.Series,
        columns: Collection[str] | None,
        between: by_box.Between | None = None,
    ) -> by_box.OfBoxes:
        rows = self.all_versions(name, columns=columns)
        return by_box.read(self.warehouse.lake, rows, KINDS[name], boxes, between)

    def _of(self, name: str, *, is_before: bool = False) -> pl.DataFrame:
        rows = self.all_versions(name, is_before=is_before)
        return versions.current(self.warehouse.lake.gathered(rows), KINDS[name])
