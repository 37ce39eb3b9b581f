"""Summaries of Comex Stat in JSON: month by category, and the published totals by year, chapter, country and product.

Every figure says at which level it stands; what a table sums to is compared with the total the same file publishes.
The file does not say which state it is about: the region is ``unstated``, never the whole country.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import polars as pl

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._comexstat_tables import TABLES, Table
from corridor_etl.sources._comexstat_totals import compared
from corridor_etl.sources._json import JsonFile, at, read_document, text_of
from corridor_etl.sources._json_count import count_records
from corridor_etl.sources._json_rows import has_keys, texts_frame
from corridor_etl.sources._source import Finding, RawFile, RowFault, Source
from corridor_etl.sources._statistics import ALL, NONE, TOTAL, finished, shaped
from corridor_etl.sources.comexstat_csv import BRAZIL

_UNSTATED = "unstated"
_RAW = ("flow", "period", "classification", "commodity_code", "commodity_name", "partner_code", "net_kg",
        "value_usd", "table")  # fmt: skip

Numbered = tuple[int, dict[str, str | None], str]


def _read(data: bytes, sender: Sender | None) -> RawFile:
    files = _tables(data, sender.encodings if sender else ())
    found, faults, raw_lines = _figures(files)
    raw = texts_frame(found, _RAW)
    as_written = {n: pl.col(n) for n in _RAW if n != "table"}
    columns: dict[str, pl.Expr | str] = {
        **as_written, "source_id": "comexstat", "reporter_code": BRAZIL, "second_partner_code": ALL,
        "procedure_code": ALL, "transport_mode_code": ALL, "customs_office_code": ALL, "region_code": _UNSTATED,
        "unit_code": NONE, "is_reported": "false",
    }  # fmt: skip
    frame, findings = finished(shaped(raw, columns), raw["commodity_code"])
    return RawFile(
        frame=frame,
        rows_counted=sum(count_records(data, file.encoding, t.path) * len(t.figures) for t, file in files),
        findings=(_region(), *findings, *compared(raw)),
        faults=tuple(faults),
        dialect=f"comexstat_json {files[0][1].encoding}",
        raw_lines=raw_lines,
    )


def _tables(data: bytes, encodings: tuple[str, ...]) -> list[tuple[Table, JsonFile]]:
    """The tables that stand in a file, each read on its own; SCHEMA where there is none."""
    named = [t for t in TABLES if f'"{t.path[0]}"'.encode() in data]
    if not named:
        read_document(data, encodings, ())
        raise FileRejected(
            "SCHEMA", "the file has none of the tables of a summary",
            expected=f"one of {', '.join(t.label for t in TABLES[:5])}", fix="Ask for the file again.",
        )  # fmt: skip
    return [(t, read_document(data, encodings, [t.path])) for t in named]


def _figures(
    files: Sequence[tuple[Table, JsonFile]],
) -> tuple[list[Numbered], list[RowFault], dict[int, str]]:
    """Every figure with its position in the file, and the elements that cannot be read."""
    span = _span(files)
    found: list[Numbered] = []
    faults: list[RowFault] = []
    raw_lines: dict[int, str] = {}
    numbers = count(1)
    for table, row in ((t, r) for t, file in files for r in file.rows):
        for figure in table.figures:
            line = next(numbers)
            if flaws := row.faults(line):
                faults += flaws
                raw_lines[line] = row.text
            else:
                found.append((line, _values(table, row.value, figure, span), row.text))
    return found, faults, raw_lines


def _span(files: Sequence[tuple[Table, JsonFile]]) -> str | None:
    """The years a table without period is over, as the file's metadata has them."""
    head = next((r.value for t, file in files if t.path == ("metadata",) for r in file.rows), None)
    years = [text_of(at(head, key)) for key in ("anoMin", "anoMax")]
    return f"{years[0]}-{years[1]}" if all(years) else None


def _values(
    table: Table, element: Any, figure: tuple[str, str, str], span: str | None
) -> dict[str, str | None]:
    flow, value, weight = figure
    partner = text_of(element.get(table.partner))
    return {
        "flow": flow,
        "period": text_of(element.get(table.period)) if table.period else span,
        "classification": table.classification,
        "commodity_code": text_of(element.get(table.commodity)) if table.commodity else TOTAL,
        "commodity_name": text_of(element.get(table.name)),
        # The codes have three digits; as numbers they lose their zeros.
        "partner_code": (partner.zfill(3) if partner else None) if table.partner else ALL,
        "net_kg": text_of(element.get(weight)),
        "value_usd": text_of(element.get(value)),
        "table": table.label,
    }


def _region() -> Finding:
    text = "the file does not say which region its figures are of"
    return Finding("REGION_UNSTATED", "info", text, None, "", "a region, from whoever asked for the file")


SOURCE = Source(
    name="comexstat_json",
    record_kind="trade_statistic",
    meaning="Comex Stat summaries: month by category, and published totals by level",
    claims=lambda head, _file_name: has_keys(
        head, "exportacoesPorPeriodo", "importacoesPorPeriodo", "timeseriesMensal", "valorTotalExp"
    ),
    read=_read,
)
