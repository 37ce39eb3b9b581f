"""Cargo from Brazil's port authority (ANTAQ): lots in tonnes, several to a berthing.

Joined to the berthings by ``IDAtracacao`` a berthing repeats once for each lot: weights may be added, calls may not.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited
from corridor_etl.sources._fan_out import repeats
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._source import RawFile, Source

LAYOUT = Layout(
    name="antaq_cargo_csv",
    spellings={
        "IDCarga": "cargo_ref",
        "IDAtracacao": "call_key",
        "Origem": "origin_code",
        "Destino": "destination_code",
        "CDMercadoria": "commodity_code",
        "Tipo Operação da Carga": "operation_type",
        "Carga Geral Acondicionamento": "packaging",
        "ConteinerEstado": "container_state",
        "Tipo Navegação": "navigation_type",
        "FlagAutorizacao": "is_authorised",
        "FlagCabotagem": "is_coastal",
        "FlagCabotagemMovimentacao": "is_coastal_move",
        "FlagConteinerTamanho": "container_size",
        "FlagLongoCurso": "is_deep_sea",
        "FlagMCOperacaoCarga": "is_cargo_operation",
        "FlagOffshore": "is_offshore",
        "FlagTransporteViaInterioir": "is_inland",
        "Percurso Transporte em vias Interiores": "inland_route_kind",
        "Percurso Transporte Interiores": "inland_route",
        "STNaturezaCarga": "nature_share",
        "STSH2": "hs2_share",
        "STSH4": "hs4_share",
        "Natureza da Carga": "cargo_nature",
        "Sentido": "direction",
        "TEU": "container_teu",
        "QTCarga": "cargo_count",
        "VLPesoCargaBruta": "gross_t",
    },
    mandatory=("cargo_ref", "call_key", "commodity_code", "direction", "gross_t"),
)
_DIRECTIONS = {"Embarcados": "loaded", "Desembarcados": "discharged"}
_STATES = {"Cheio": "F", "Vazio": "E"}


def _read(data: bytes, sender: Sender | None) -> RawFile:
    raw = _delimited.read(LAYOUT, data, sender, decimal_mark=",", is_day_first=True)
    state = pl.col("container_state").str.strip_chars()
    frame = raw.frame.with_columns(
        direction=pl.col("direction").str.strip_chars().replace(_DIRECTIONS),
        full_empty=pl.when(state != "").then(state.replace(_STATES)),
    )
    return replace(
        raw, frame=frame, findings=(*raw.findings, *repeats(frame, "call_key", "calls", severity="info"))
    )


SOURCE = Source(
    name="antaq_cargo_csv",
    record_kind="port_cargo",
    meaning="cargo of Brazil's port authority in tonnes, decimal comma",
    claims=lambda head, _file_name: _delimited.claims(LAYOUT, head),
    read=_read,
)
