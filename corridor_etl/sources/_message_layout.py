"""What a format declares about a message type: its rows, its columns, its checks; and where all of that is found.

How a file is read by it belongs to ``_message_reader``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import import_module

from corridor_etl.model import kind
from corridor_etl.settings import Sender
from corridor_etl.sources._message_cells import Paths, Values
from corridor_etl.sources._message_count import Counted
from corridor_etl.sources._message_envelope import Document
from corridor_etl.sources._message_tree import MESSAGE, Level, Node, Trigger, grown
from corridor_etl.sources._source import Finding

Fault = tuple[str, str, str, str]
"""Rule, column, observed, expected."""


@dataclass
class Row:
    """One row on its way: ``number`` counts the rows of the message from 1, ``fault`` is why it is none, or None."""

    document: Document
    node: Node
    number: int
    sender: Sender | None = None
    values: Values = field(default_factory=dict)
    fault: Fault | None = None


def _nothing(_row: Row) -> Values:
    return {}


def _no_findings(_document: Document, _tree: Node, _rows: Sequence[Row]) -> Iterable[Finding]:
    return ()


@dataclass(frozen=True)
class Layout:
    """How one message type becomes rows.

    Nodes of level ``row`` are rows; a node of level ``or_else`` in which there is none is one itself. ``cells`` says
    where columns stand, ``derive`` adds what a path cannot say (it sees the cells in ``Row.values``), ``check``
    compares the message with its own totals and may set a fault on a row.
    """

    message: str
    record_kind: str
    levels: tuple[Level, ...]
    row: str
    cells: Paths
    or_else: str = ""
    derive: Callable[[Row], Values] = _nothing
    check: Callable[[Document, Node, Sequence[Row]], Iterable[Finding]] = _no_findings
    grow: Callable[[Document], Node] | None = None

    @property
    def counted(self) -> Counted:
        """What the independent count looks for."""
        triggers = {level.name: level.triggers for level in self.levels} | {MESSAGE: (Trigger("UNH"),)}
        return Counted(triggers[self.row], triggers[self.or_else] if self.or_else else ())

    def tree(self, document: Document) -> Node:
        """The groups of one message."""
        if self.grow is not None:
            return self.grow(document)
        return grown(document.message.header, document.message.body, self.levels)

    def rows(self, tree: Node) -> list[Node]:
        """The groups that are rows, in the order of the message."""
        return [node for node in tree.walk() if node.level == self.row or self._is_empty(node)]

    def _is_empty(self, node: Node) -> bool:
        return node.level == self.or_else and not any(n.level == self.row for n in node.walk())


READ_ELSEWHERE = ("CODECO", "COARRI", "VERMAS", "COPINO", "IFTSTA")
"""Message types that formats with a reader of their own claim; inside another file their rows are set aside."""

_BOX = Level("equipment", 1, (Trigger("EQD", ("CN",)),))


@cache
def layouts() -> dict[str, Layout]:
    """Every layout that a format declares in its ``LAYOUTS``, by message type."""
    package = import_module(__package__ or "")
    modules = [import_module(f"{package.__name__}.{name}") for name in package.sources()]
    declared = [layout for module in modules for layout in getattr(module, "LAYOUTS", ())]
    return {layout.message: layout for layout in declared if isinstance(layout, Layout)}


@cache
def set_aside() -> dict[str, Layout]:
    """What the rows of messages are that this way of reading does not load: one for each container or message."""
    return {name: Layout(name, "", (_BOX,), _BOX.name, {}, or_else=MESSAGE) for name in READ_ELSEWHERE}


@cache
def raw_columns(record_kind: str) -> tuple[str, ...]:
    """The raw columns of a kind: those of its model, times by the names that staging expects."""
    names: list[str] = ["status"] if record_kind == "declaration_item" else []
    for name in kind(record_kind).schema:
        if name.endswith("_at_utc"):
            stem = name.removesuffix("_utc")
            names += [stem, f"{stem}_format"]
        elif not name.endswith("_at_local"):
            names.append(name.removesuffix("_local"))
    return tuple(names)


def compared(document: Document, what: str, stated: str, actual: str) -> list[Finding]:
    """A finding ST-002 where a message's own total differs from what it holds."""
    if not stated or _is_same(stated, actual):
        return []
    text = f"{what} of message {document.message.reference}: stated {stated}, its rows have {actual}"
    return [Finding("ST-002", "warning", text, document.message.header.line_no, stated, actual)]


def _is_same(stated: str, actual: str) -> bool:
    try:
        return Decimal(stated.replace(",", ".")) == Decimal(actual)
    except ArithmeticError:
        return stated == actual


def repeated(values: Iterable[str | None]) -> dict[str, int]:
    """How often each value stands that stands more than once."""
    return {value: n for value, n in Counter(v for v in values if v).items() if n > 1}


def total(tree: Node, qualifier: str) -> str:
    """A control total (CNT) of the message, "" where it has none."""
    found = (
        s.value(1, 1) for n in tree.walk() for s in n.segments if s.tag == "CNT" and s.value(1) == qualifier
    )
    return next(found, "")
