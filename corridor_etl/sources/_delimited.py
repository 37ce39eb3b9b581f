"""A delimited file by its layout: decode, split, judge each record, and balance against the count.

Shared by the CSV formats; each of them only states its layout.
"""

from __future__ import annotations

from collections.abc import Sequence

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._csv import MAX_COLUMNS, Record, count_rows, records, row_fault, sniffed_delimiter
from corridor_etl.sources._decode import Decoded, decode, head_line
from corridor_etl.sources._headers import Layout, folded, unmapped
from corridor_etl.sources._source import Finding, RawFile, RowFault, raw_frame

CLAIM_SHARE = 0.6
"""A file whose header has this share of a layout's mandatory columns is that layout, even if one is misspelt."""


def claims(layout: Layout, head: bytes) -> bool:
    """Whether the first line that is not blank has most of the mandatory headers of ``layout``."""
    line = head_line(head)
    if "\x00" in line:
        return False
    cells = [c.strip().strip('"') for c in line.split(sniffed_delimiter(line, layout.known))]
    if len(cells) > MAX_COLUMNS:
        return False
    try:
        names = layout.raw_names(cells)
    except FileRejected:
        # A header with a column twice is still this layout's header; anything else with a text twice is not.
        return len({folded(c) for c in cells} & layout.known) >= CLAIM_SHARE * len(layout.mandatory)
    return len({*names} & {*layout.mandatory}) >= CLAIM_SHARE * len(layout.mandatory)


def read(
    layout: Layout, data: bytes, sender: Sender | None, *, decimal_mark: str = ".", is_day_first: bool = False
) -> RawFile:
    """The raw rows of a delimited file; ``FileRejected`` where the whole cannot be read."""
    decoded = decode(data, sender.encodings if sender else ())
    first = next((line for line in decoded.text.splitlines() if line.strip()), "")
    delimiter = sniffed_delimiter(first, layout.known)
    found = list(records(decoded, delimiter))
    header, names = _header(layout, found)
    rows, faults, raw_lines = _judged(found[1:], header, names, layout.columns)
    return RawFile(
        frame=raw_frame(layout.columns, rows),
        rows_counted=count_rows(data, decoded.encoding, delimiter),
        findings=(*unmapped(header, names, found[0].line_no), *_oddities(decoded, found)),
        faults=tuple(faults),
        dialect=f"{layout.name} {decoded.encoding} {delimiter if delimiter != chr(9) else 'tab'}",
        raw_lines=raw_lines,
        decimal_mark=decimal_mark,
        is_day_first=is_day_first,
    )


def _header(layout: Layout, found: Sequence[Record]) -> tuple[list[str], list[str | None]]:
    if not found:
        raise FileRejected("EMPTY_FILE", "the file has only blank lines", fix="Ask the sender for it again.")
    first = found[0]
    if len(first.fields) > MAX_COLUMNS:
        raise FileRejected(
            "SCHEMA", f"the header has {len(first.fields)} columns", expected=f"at most {MAX_COLUMNS}"
        )
    header = [f.strip() for f in first.fields]
    return header, layout.checked(header, first.line_no)


def _judged(
    found: Sequence[Record], header: list[str], names: Sequence[str | None], columns: Sequence[str]
) -> tuple[list[tuple[object, ...]], list[RowFault], dict[int, str]]:
    places = {n: i for i, n in enumerate(names) if n}
    order = [places.get(c) for c in columns]
    rows: list[tuple[object, ...]] = []
    faults: list[RowFault] = []
    raw_lines: dict[int, str] = {}
    for record in found:
        if (fault := row_fault(record, header)) is not None:
            faults.append(fault)
            raw_lines[record.line_no] = record.text
            continue
        cells = record.fields
        picked = (None if i is None else cells[i] for i in order)
        rows.append((record.line_no, *picked, record.text))
    return rows, faults, raw_lines


def _oddities(decoded: Decoded, found: Sequence[Record]) -> list[Finding]:
    odd = []
    if decoded.text.endswith("\x1a"):
        odd.append(Finding("END_MARK", "info", "a DOS end-of-file character after the last row was ignored"))
    if len(found) == 1:
        odd.append(Finding("NO_ROWS", "warning", "the file has a header and no rows", found[0].line_no))
    return odd
