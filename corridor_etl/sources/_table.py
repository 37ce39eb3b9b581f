"""What a format's sheet looks like: its headers, what identifies a row, what may stand above, what is filled down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from corridor_etl.sources._headers import Layout, folded

WAGON_RUN = 3
"""A wagon carries at most four boxes, so at most three cells below its number can mean the same wagon."""


@dataclass(frozen=True)
class Stated:
    """A control total in the document: the raw column that states it and the one it is the sum of ("" for rows)."""

    name: str
    of: str
    rule_id: str = "ST-008"


@dataclass(frozen=True)
class Table:
    """One format's sheet, by raw column names.

    ``keys`` identify a row; ``identifiers`` must be text, because a number has lost its zeros; ``above`` may stand
    above the table with a label, ``above_mandatory`` must stand there or be columns; ``fill_down`` maps a column
    whose value may be written once for several rows to the longest run of blanks it may have (0: any).
    ``group`` is the column that opens a group of rows: with it, the others are filled down only where it is blank.
    ``quantities`` are never filled down. ``same``, ``box``, ``goods`` and ``summed`` say when a row continues the one
    above (see ``_lines.Shape``); ``joined`` maps columns of which both rows' values are kept to what stands between.
    ``whole_codes`` are identifiers that have an even number of digits: as a number they are whole if it still is even.
    ``qualified`` gives equal header cells names of their own; ``head`` is the table of another sheet whose one row
    stands for all rows here; ``stated`` are control totals in columns.
    """

    layout: Callable[[], Layout]
    keys: tuple[str, ...]
    identifiers: frozenset[str] = frozenset()
    above: tuple[str, ...] = ()
    above_mandatory: tuple[str, ...] = ()
    fill_down: tuple[tuple[str, int], ...] = ()
    group: str | None = None
    quantities: frozenset[str] = frozenset()
    same: tuple[str, ...] = ()
    box: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()
    min_headers: int = 5
    whole_codes: frozenset[str] = frozenset()
    qualified: Callable[[Sequence[str]], list[str]] = list
    head: Table | None = None
    stated: tuple[Stated, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every raw column, in the order of the layout; those of the head first."""
        own = self.layout().columns
        return tuple(dict.fromkeys((*self.head.columns, *own))) if self.head else own

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Folded header -> raw name."""
        return {folded(s): name for s, name in self.layout().spellings.items()}
