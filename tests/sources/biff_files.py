"""Writes small .xls files record by record, so that tests can hold a BIFF workbook with any cell in it.

Run as a script, it writes the .xls samples of ``tests/samples`` anew.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_ERROR_CODES = {"#DIV/0!": 7, "#REF!": 23, "#N/A": 42}


@dataclass(frozen=True)
class FormulaCell:
    """A formula with a cached number."""

    cached: float


@dataclass(frozen=True)
class BiffSheet:
    """Rows of cells (None is empty, ``#REF!`` an error) and merges as (top, left, bottom, right) from 0."""

    title: str
    rows: Sequence[Sequence[Any]]
    merges: Sequence[tuple[int, int, int, int]] = ()
    state: int = 0
    stray: Mapping[tuple[int, int], Any] = field(default_factory=dict)


def workbook(sheets: Sequence[BiffSheet], *, before: bytes = b"") -> bytes:
    """An .xls with these sheets; ``before`` are records put at the start of the globals."""
    return container({"Workbook": _stream(sheets, before)})


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _stream(sheets: Sequence[BiffSheet], before: bytes) -> bytes:
    bodies = [_sheet(s) for s in sheets]
    head = (
        record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6))
        + before
        + record(0x0042, b"\xb0\x04")
    )
    head += (
        record(0x0031, struct.pack("<HHHHHBBBBB", 200, 0, 32767, 400, 0, 0, 0, 0, 0, 5) + b"\x00Arial") * 4
    )
    head += record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) * 16
    head += record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 14, 1, 0, 0, 0, 0, 0, 0, 0))
    names = [_unicode(s.title, wide_length=False) for s in sheets]
    at = len(head) + sum(4 + 6 + len(n) for n in names) + 4
    for sheet, name, body in zip(sheets, names, bodies, strict=True):
        head += record(0x0085, struct.pack("<IBB", at, sheet.state, 0) + name)
        at += len(body)
    return head + record(0x000A) + b"".join(bodies)


def _sheet(sheet: BiffSheet) -> bytes:
    cells = {(r, c): v for r, row in enumerate(sheet.rows) for c, v in enumerate(row)} | dict(sheet.stray)
    out = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6))
    height, width = (max((p[i] for p in cells), default=-1) + 1 for i in (0, 1))
    out += record(0x0200, struct.pack("<IIHHH", 0, height, 0, width, 0))
    out += b"".join(_cell(*place, value) for place, value in sorted(cells.items()) if value is not None)
    if sheet.merges:
        ranges = b"".join(
            struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in sheet.merges
        )
        out += record(0x00E5, struct.pack("<H", len(sheet.merges)) + ranges)
    return out + record(0x000A)


def _cell(row: int, column: int, value: Any) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, FormulaCell):
        tokens = b"\x1e\x01\x00\x1e\x01\x00\x03"  # 1+1
        return record(0x0006, place + struct.pack("<dHIH", value.cached, 0, 0, len(tokens)) + tokens)
    if value in _ERROR_CODES:
        return record(0x0205, place + bytes((_ERROR_CODES[value], 1)))
    if isinstance(value, str):
        return record(0x0204, place + _unicode(value))
    return record(0x0203, place + struct.pack("<d", value))


def _unicode(text: str, *, wide_length: bool = True) -> bytes:
    content = text.encode("utf-16-le")
    return struct.pack("<HB" if wide_length else "<BB", len(content) // 2, 1) + content


def container(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container with these streams, each long enough to lie in whole sectors."""
    padded = {n: s.ljust(max(4096, -(-len(s) // _SECTOR) * _SECTOR), b"\0") for n, s in streams.items()}
    chain: list[int] = []
    starts = {}
    for name, stream in padded.items():
        count = len(stream) // _SECTOR
        starts[name] = len(chain)
        chain += [*range(len(chain) + 1, len(chain) + count), _END]
    directory = [_entry("Root Entry", 5, _END, 0, child=1)]
    directory += [_entry(n, 2, starts[n], len(padded[n]), right=i + 2 if i + 1 < len(padded) else -1)
                  for i, n in enumerate(padded)]  # fmt: skip
    entries = b"".join(directory).ljust(-(-len(directory) // 4) * _SECTOR, b"\0")
    directory_at = len(chain)
    chain += [*range(directory_at + 1, directory_at + len(entries) // _SECTOR), _END]
    fat_sectors = next(n for n in range(1, 110) if n * 128 >= len(chain) + n)
    fat_at = len(chain)
    table = [*chain, *[_FAT] * fat_sectors]
    table += [_FREE] * (fat_sectors * 128 - len(table))
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(10)
    )
    head += struct.pack("<IIIIIIII", fat_sectors, directory_at, 0, 4096, _END, 0, _END, 0)
    numbers = [*range(fat_at, fat_at + fat_sectors)] + [_FREE] * (109 - fat_sectors)
    head += struct.pack("<109I", *numbers)
    return head + b"".join(padded.values()) + entries + struct.pack(f"<{len(table)}I", *table)


def _entry(name: str, kind: int, start: int, size: int, *, child: int = -1, right: int = -1) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<iii", -1, right, child)
    return (text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + links + bytes(36)
            + struct.pack("<IQ", start, size))  # fmt: skip
