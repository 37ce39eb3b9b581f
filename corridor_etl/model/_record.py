"""The two words the model is written in: a column and a record kind."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Column:
    """One canonical column: its type, what it means, its unit, and whether a row must have it."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str = ""
    is_required: bool = False


@dataclass(frozen=True)
class RecordKind:
    """One kind of record: ``key`` identifies it, ``version`` orders its corrections, ``week_of`` dates it.

    ``week_of`` lists date columns; the first that is not null puts the row into its ISO week. Two rows of one key
    and version are the same record when they agree on ``compared`` wherever both say something. Where
    ``is_corrected_by_reference``, a cancellation or patch is about an earlier record and waits until that has come;
    elsewhere a row says how things stand and needs no other. ``document`` names the column by which rows belong to one
    document of a sender: a replacement of the document ends every earlier row of it, also those it does not repeat.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    week_of: tuple[str, ...]
    compared: tuple[str, ...]
    version: str = "version"
    is_corrected_by_reference: bool = True
    document: str = ""

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Canonical column names and Polars types, in order, without lineage."""
        return {column.name: column.dtype for column in self.columns}

    def iso_week(self) -> pl.Expr:
        """The ISO week label (``2025-W24``) of a row, from the first of ``week_of`` that is set."""
        return pl.coalesce([pl.col(name) for name in self.week_of]).dt.strftime("%G-W%V")

    def key_text(self) -> pl.Expr:
        """The business key of a row as one text: JSON of the key columns, each as text."""
        return pl.struct(pl.col(name).cast(pl.String) for name in self.key).struct.json_encode()
