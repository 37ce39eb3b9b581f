"""UN Comtrade downloads: trade between two countries, one published cell a row, levels and totals mixed."""

from __future__ import annotations

import re
from dataclasses import replace

from corridor_etl.settings import Sender
from corridor_etl.sources import _comtrade, _delimited
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._source import Finding, RawFile, Source

_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-16, where a comma is two bytes."""

LAYOUT = Layout(name="comtrade_csv", spellings=_comtrade.SPELLINGS, mandatory=_comtrade.MANDATORY)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    data, said = _widened(data)
    raw = _delimited.read(LAYOUT, data, sender)
    frame, findings = _comtrade.statistics(raw.frame)
    return replace(raw, frame=frame, findings=(*said, *raw.findings, *findings))


def _widened(data: bytes) -> tuple[bytes, list[Finding]]:
    """The file with a header as wide as its rows: the publisher ends each row, but not the header, with a comma."""
    header, _, rest = data.partition(b"\n")
    first = rest.lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")
    if not first.endswith(b",") or header.rstrip(b"\r").endswith(b",") or data.startswith(_WIDE):
        return data, []
    ending = b"\r" if header.endswith(b"\r") else b""
    text = "each row ends with a comma and the header does not: the empty last column is passed over"
    wide = header.rstrip(b"\r") + b"," + ending + b"\n" + rest
    if _fields(header) + 1 != _fields(first):
        return data, []
    return wide, [Finding("TRAILING_DELIMITER", "info", text, 1)]


def _fields(line: bytes) -> int:
    """Fields of a line whose commas inside quotes are not counted."""
    return re.sub(rb'"[^"]*"', b"", line).count(b",") + 1


SOURCE = Source(
    name="comtrade_csv",
    record_kind="trade_statistic",
    meaning="UN Comtrade downloads, in classic and present column names",
    claims=lambda head, _file_name: _delimited.claims(LAYOUT, head),
    read=_read,
)
