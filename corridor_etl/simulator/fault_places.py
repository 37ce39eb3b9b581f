"""Finds a place for each fault, so that no fault stands in the way of another."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from corridor_etl.simulator.records import DeclaredItem, Document, Record, Row
from corridor_etl.simulator.truth import Fault

_LEFT_FOR_ROWS = 2  # a fault takes a whole file only where enough stay for faults of rows
_STRIDE = 5  # spreads faults over the weeks instead of breaking the first file of each kind


@dataclass
class Injected:
    """A fault in a document; its line is known once the document is written."""

    name: str
    document: Document
    row: Row | None
    outcome: str
    rule_id: str
    note: str

    def fault(self) -> Fault:
        """As it stands in the truth file."""
        line_no = self.row.line_no if self.row else 0
        return Fault(self.name, self.document.path, line_no, self.outcome, self.rule_id, self.note)


class Places:
    """The documents of a corridor, and which of them and of their rows are broken already."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self._reserved: set[str] = set()
        self._used: Counter[str] = Counter()
        items = [r.record for d in documents for r in d.rows if isinstance(r.record, DeclaredItem)]
        self._of_number = Counter(i.declaration_no for i in items)

    def is_lone(self, item: DeclaredItem) -> bool:
        """Whether a declaration has one item and is sent once, already released."""
        return self._of_number[item.declaration_no] == 1 and item.released_on is not None

    def document(self, layout: str, suits: Callable[[Document], bool] = lambda _: True) -> Document | None:
        """A whole document for one fault alone; None where there is none left."""
        left = [d for d in self._ordered(layout) if not self._used[d.path]]
        free = [d for d in left if suits(d)]
        if len(left) <= _LEFT_FOR_ROWS or not free:
            return None
        self._reserved.add(free[0].path)
        return free[0]

    def neighbours(self, layout: str) -> tuple[Document, Document] | None:
        """Two documents that follow each other, for one fault alone."""
        chosen = sorted((d for d in self.documents if d.layout == layout), key=lambda d: d.path)
        for earlier, later in reversed(list(itertools.pairwise(chosen))):
            is_free = not {earlier.path, later.path} & self._reserved
            is_last = len(self._ordered(layout)) <= _LEFT_FOR_ROWS + 1
            if is_free and not is_last and min(len(earlier.rows), len(later.rows)) > 10:
                self._reserved |= {earlier.path, later.path}
                return earlier, later
        return None

    def row(self, layout: str, suits: Callable[[Record], bool]) -> tuple[Document, Row] | None:
        """An unbroken row, in a document with as few faults as possible."""
        for document in sorted(self._ordered(layout), key=lambda d: self._used[d.path]):
            for row in _from_the_middle(document.rows):
                if row.fate == "loaded" and not row.cells and suits(row.record):
                    self._used[document.path] += 1
                    return document, row
        return None

    def add(self, document: Document) -> Document:
        """A further file, for one fault alone."""
        self.documents.append(document)
        self._reserved.add(document.path)
        return document

    def _ordered(self, layout: str) -> list[Document]:
        """Documents of a layout that no fault has for itself, taken in strides."""
        free = sorted((d for d in self.documents if d.layout == layout), key=lambda d: d.path)
        free = [d for d in free if d.path not in self._reserved and d.rows]
        return [d for start in range(_STRIDE) for d in free[start + 1 :: _STRIDE]] + free[:1]


def _from_the_middle(rows: list[Row]) -> Iterator[Row]:
    middle = len(rows) // 2
    yield from rows[middle:]
    yield from rows[:middle]
