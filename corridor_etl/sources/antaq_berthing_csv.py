"""Berthings from Brazil's port authority (ANTAQ): arrival, berth, cargo work and departure, in local time."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._source import RawFile, Source

LAYOUT = Layout(
    name="antaq_berthing_csv",
    spellings={
        "IDAtracacao": "call_key",
        "CDTUP": "facility_code",
        "IDBerco": "berth_code",
        "Berço": "berth_name",
        "Porto Atracação": "port_name",
        "Coordenadas": "coordinates",
        "Apelido Instalação Portuária": "port_nickname",
        "Complexo Portuário": "port_complex",
        "Tipo da Autoridade Portuária": "authority_type",
        "Data Atracação": "berthed_at",
        "Data Chegada": "arrived_at",
        "Data Desatracação": "departed_at",
        "Data Início Operação": "work_started_at",
        "Data Término Operação": "work_ended_at",
        "Ano": "year",
        "Mes": "month",
        "Tipo de Operação": "call_status",
        "Tipo de Navegação da Atracação": "navigation_type",
        "Nacionalidade do Armador": "owner_nationality",
        "FlagMCOperacaoAtracacao": "is_cargo_operation",
        "Terminal": "terminal_code",
        "Município": "municipality",
        "UF": "state_name",
        "SGUF": "state_code",
        "Região Geográfica": "region_name",
        "Região Hidrográfica": "river_basin",
        "Instalação Portuária em Rio": "is_on_river",
        "Nº da Capitania": "harbour_master_no",
        "Nº do IMO": "vessel_imo",
    },
    mandatory=("call_key", "facility_code", "berthed_at", "arrived_at", "departed_at"),
)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    raw = _delimited.read(LAYOUT, data, sender, decimal_mark=",", is_day_first=True)
    number = pl.col("vessel_imo").str.strip_chars()
    # Barges have no IMO number; the authority writes 0 for it.
    is_none = number.str.contains("^0*$").fill_null(True)
    return replace(raw, frame=raw.frame.with_columns(vessel_imo=pl.when(~is_none).then(number)))


SOURCE = Source(
    name="antaq_berthing_csv",
    record_kind="port_call",
    meaning="berthings of Brazil's port authority, day first",
    claims=lambda head, _file_name: _delimited.claims(LAYOUT, head),
    read=_read,
)
