"""Brazil's Comex Stat base files: month, commodity of eight digits, country, state, mode and customs office per row.

The flow is in no column: the import files have freight and insurance, the export files have not.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._source import Finding, RawFile, Source
from corridor_etl.sources._statistics import ALL, finished, first_of, shaped

BRAZIL = "105"
"""Brazil in Comex Stat's own country codes, which are those of its partners too."""

LAYOUT = Layout(
    name="comexstat_csv",
    spellings={
        "CO_ANO": "year",
        "CO_MES": "month",
        "CO_NCM": "commodity_code",
        "CO_UNID": "unit_code",
        "CO_PAIS": "partner_code",
        "SG_UF_NCM": "region_code",
        "CO_VIA": "transport_mode_code",
        "CO_URF": "customs_office_code",
        "QT_ESTAT": "quantity",
        "KG_LIQUIDO": "net_kg",
        "VL_FOB": "value_usd",
        "VL_FRETE": "freight_usd",
        "VL_SEGURO": "insurance_usd",
    },
    mandatory=("year", "month", "commodity_code", "partner_code", "net_kg", "value_usd"),
)
_AS_WRITTEN = ("commodity_code", "unit_code", "partner_code", "region_code", "transport_mode_code",
               "customs_office_code", "quantity", "net_kg", "value_usd")  # fmt: skip


def _read(data: bytes, sender: Sender | None) -> RawFile:
    raw = _delimited.read(LAYOUT, data, sender)
    flow, finding = _flow(raw.frame)
    columns: dict[str, pl.Expr | str] = {c: first_of(c, among=raw.frame.columns) for c in _AS_WRITTEN}
    columns |= {
        "source_id": "comexstat",
        "reporter_code": BRAZIL,
        "second_partner_code": ALL,
        "procedure_code": ALL,
        "classification": "NCM",
        "flow": flow,
        "period": pl.col("year").str.strip_chars() + "-" + pl.col("month").str.strip_chars().str.zfill(2),
        "is_reported": "true",
    }
    for name in ("region_code", "transport_mode_code", "customs_office_code"):
        columns[name] = first_of(name, among=raw.frame.columns).fill_null(ALL)
    columns["unit_code"] = first_of("unit_code", among=raw.frame.columns).fill_null("none")
    frame, findings = finished(shaped(raw.frame, columns), raw.frame["commodity_code"])
    return replace(raw, frame=frame, findings=(*raw.findings, finding, *findings))


def _flow(frame: pl.DataFrame) -> tuple[str, Finding]:
    is_import = bool(frame["freight_usd"].is_not_null().any())
    flow, why = ("import", "has") if is_import else ("export", "has no")
    text = f"read as {flow}: the file {why} freight and insurance (VL_FRETE, VL_SEGURO)"
    return flow, Finding("FLOW_INFERRED", "info", text, 1, flow, "no column says the flow")


SOURCE = Source(
    name="comexstat_csv",
    record_kind="trade_statistic",
    meaning="Comex Stat base files of Brazil, leading zeros kept",
    claims=lambda head, _file_name: _delimited.claims(LAYOUT, head),
    read=_read,
)
