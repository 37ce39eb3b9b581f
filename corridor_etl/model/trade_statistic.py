"""The record ``trade_statistic``: one published cell of trade statistics. Levels are never added up."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import AMOUNT, DAY, FLAG, KG, MEASURE, TEXT, VERSIONED

RECORD = RecordKind(
    name="trade_statistic",
    meaning="one published figure of trade between two countries, at one level of the classification",
    key=(
        "source_id",
        "reporter_code",
        "partner_code",
        "second_partner_code",
        "flow",
        "period",
        "classification",
        "commodity_code",
        "transport_mode_code",
        "procedure_code",
        "customs_office_code",
        "region_code",
        "unit_code",
    ),
    week_of=("period_on_local",),
    compared=("value_usd", "net_kg", "quantity"),
    columns=(
        Column("source_id", TEXT, "publisher: comtrade, comexstat ...", "", True),
        Column("reporter_code", TEXT, "country that publishes, in the publisher's code", "", True),
        Column("partner_code", TEXT, "other country; 'all' where not broken down", "", True),
        Column(
            "second_partner_code",
            TEXT,
            "country the goods came or went through; 'all' where not broken down",
            "",
            True,
        ),
        Column("flow", TEXT, "export, import, re-export or re-import", "", True),
        Column("period", TEXT, "year (2010), month (2024-01) or span of years (2020-2025)", "", True),
        Column("period_on_local", DAY, "first day of the period", "", True),
        Column("classification", TEXT, "edition of the commodity classification: H3, H6, NCM ...", "", True),
        Column("commodity_code", TEXT, "commodity as published, or TOTAL", "", True),
        Column("commodity_level", TEXT, "TOTAL HS2 HS4 HS6 HS8 HS10 OTHER", "", True),
        Column("transport_mode_code", TEXT, "mode of transport; 'all' where not broken down", "", True),
        Column("procedure_code", TEXT, "customs procedure; 'all' where not broken down", "", True),
        Column("customs_office_code", TEXT, "office; 'all' where not broken down", "", True),
        Column(
            "region_code",
            TEXT,
            "state or province; 'all' where not broken down, 'unstated' where one is meant",
            "",
            True,
        ),
        Column("unit_code", TEXT, "unit of quantity; 'none' where there is none", "", True),
        Column("commodity_name", TEXT, "commodity in words"),
        Column("quantity", MEASURE, "supplementary quantity in unit_code"),
        Column("net_kg", KG, "net weight", "kg"),
        Column("value_usd", AMOUNT, "statistical value", "USD", True),
        Column("is_estimated", FLAG, "whether the publisher estimated weight or quantity"),
        Column("is_reported", FLAG, "false where the publisher added the figure up or derived it"),
        *VERSIONED,
    ),
)
