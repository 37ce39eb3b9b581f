"""XML records to raw rows of any kind: picks, completes, judges, numbers and counts them, and balances the file.

A format states a :class:`Layout`: which elements are records, tables of paths, and what follows from several values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from corridor_etl.settings import Sender
from corridor_etl.sources import _xml, _xml_paths
from corridor_etl.sources._source import Finding, RawFile, RowFault, raw_frame
from corridor_etl.sources._xml_count import count_elements

Values = dict[str, str | None]

PLACE = "at"
"""Where a record begins, beside its values: tells which element around it it stands in."""


@dataclass
class Sheet:
    """One document being read: its header's values, a row of values per record, and what is wrong with the whole.

    ``node`` is the document without its records; ``contents`` are the records as received.
    """

    head: Values
    rows: list[Values]
    node: _xml.Node
    contents: Sequence[str] = ()
    flaws: list[_xml.Flaw] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def found(
        self, rule_id: str, severity: str, message: str, observed: str = "", expected: str = ""
    ) -> None:
        """Notes something about the whole document that costs no row."""
        self.findings.append(Finding(rule_id, severity, message, self.node.line_no, observed, expected))


@dataclass(frozen=True)
class Layout:
    """One layout: ``head`` and ``item`` map names to paths below a document and below a record, ``around`` to paths
    below the file's root. ``complete`` fills what follows; of its rows the raw ``columns`` are kept.
    """

    name: str
    columns: tuple[str, ...]
    documents: frozenset[str]
    records: frozenset[str]
    head: Mapping[str, str]
    item: Mapping[str, str]
    complete: Callable[[Sheet], None]
    around: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()


def read(layout: Layout, data: bytes, sender: Sender | None) -> RawFile:
    """The rows of a file; ``FileRejected`` as :func:`_xml.read_text` and :func:`_xml.documents`."""
    decoded = _xml.read_text(data, sender.encodings if sender else ())
    shape = _xml.Shape(layout.documents, layout.records, lambda node: _picked(node, layout))
    found = [(d, _sheet(layout, d)) for d in _xml.documents(decoded.text, shape)]
    items = [item for document, _ in found for item in document.items]
    lines = dict(zip((i.number for i in items), _xml.line_numbers(items), strict=True))
    rows: list[tuple[object, ...]] = []
    faults: list[RowFault] = []
    raw_lines: dict[int, str] = {}
    for document, sheet in found:
        for item, values in zip(document.items, sheet.rows, strict=True):
            line = lines[item.number]
            if bad := _xml.row_faults(item, line, sheet.flaws):
                faults += bad
                raw_lines[line] = item.text
            else:
                rows.append((line, *(values.get(c) for c in layout.columns), item.text))
    findings = [finding for _, sheet in found for finding in sheet.findings]
    if not items:
        findings.append(Finding("NO_ROWS", "warning", "the file has no records", 1))
    return RawFile(
        frame=raw_frame(layout.columns, rows),
        rows_counted=count_elements(data, decoded.encoding, layout.records),
        findings=tuple(findings),
        faults=tuple(faults),
        dialect=f"{layout.name} {decoded.encoding}",
        raw_lines=raw_lines,
    )


def _picked(node: _xml.Node, layout: Layout) -> tuple[Values, list[_xml.Flaw]]:
    values, flaws = _xml_paths.pick(node, layout.item, layout.numbers)
    return {**values, PLACE: str(node.start)}, flaws


def _sheet(layout: Layout, document: _xml.Document) -> Sheet:
    head, flaws = _xml_paths.pick(document.node, layout.head, layout.numbers)
    outer, more = _xml_paths.pick((*document.around, document.node)[0], layout.around, layout.numbers)
    sheet = Sheet(
        head={**outer, **{name: value for name, value in head.items() if value}},
        rows=[dict(item.values) for item in document.items],
        node=document.node,
        contents=[item.text for item in document.items],
        flaws=[*flaws, *more],
    )
    layout.complete(sheet)
    return sheet
