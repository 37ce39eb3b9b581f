"""UN Comtrade downloads: trade between two countries, one published cell a row, levels and totals mixed."""

from __future__ import annotations

from dataclasses import replace

from corridor_etl.settings import Sender
from corridor_etl.sources import _comtrade, _delimited
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._source import RawFile, Source

LAYOUT = Layout(name="comtrade_csv", spellings=_comtrade.SPELLINGS, mandatory=_comtrade.MANDATORY)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    raw = _delimited.read(_delimited.Delimited(lambda: LAYOUT), data, sender)
    frame, findings = _comtrade.statistics(raw.frame)
    return replace(raw, frame=frame, findings=(*raw.findings, *findings))


SOURCE = Source(
    name="comtrade_csv",
    record_kind="trade_statistic",
    meaning="UN Comtrade downloads, in classic and present column names",
    claims=lambda head, _file_name: _delimited.claims(LAYOUT, head),
    read=_read,
)
