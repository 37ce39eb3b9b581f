"""Dimension tables: what the codes in the marts mean. Loaded from ``reference`` and ``corridor.toml``."""

from __future__ import annotations

from sqlalchemy import Table

from corridor_etl.warehouse.columns import count, day, text
from corridor_etl.warehouse.schema._metadata import METADATA

_NODE = Table(
    "dim_node",
    METADATA,
    text("node_id", "node of the corridor", primary_key=True),
    text("name_en", "name in English"),
    text("name_local", "name in the local language", nullable=True),
    text("country", "ISO 3166 alpha-2", nullable=True),
    text("locode", "UN/LOCODE", nullable=True),
    text("esr_code", "station code of the 1520 mm network", nullable=True),
    text("role", "seaport, dry port, border station, terminal", nullable=True),
    text("timezone", "IANA time zone", nullable=True),
    comment="Places of the corridor.",
)

_SIZE_TYPE = Table(
    "dim_size_type",
    METADATA,
    text("size_type", "ISO 6346 size and type code", primary_key=True),
    count("teu_x100", "length; null where the code does not say", "0.01 TEU", nullable=True),
    text("height", "height as the standard gives it", nullable=True),
    text("category", "dry, reefer, tank, ...", nullable=True),
    text("type_name", "what the type code means", nullable=True),
    comment="Container sizes and types.",
)

_HS = Table(
    "dim_hs",
    METADATA,
    text("hs_code", "2, 4 or 6 digits", primary_key=True),
    count("level", "number of digits", "digits"),
    text("section", "section of the nomenclature", nullable=True),
    text("description", "text of the nomenclature"),
    text("edition", "edition of the nomenclature"),
    comment="Harmonized System chapters, headings and subheadings.",
)

_COUNTRY = Table(
    "dim_country",
    METADATA,
    text("country_code", "ISO 3166 alpha-2", primary_key=True),
    text("alpha3", "ISO 3166 alpha-3", nullable=True),
    text("name_en", "name in English"),
    text("name_zh", "name in Chinese", nullable=True),
    text("name_ru", "name in Russian", nullable=True),
    comment="Countries.",
)

_SERVICE = Table(
    "dim_service",
    METADATA,
    text("service_id", "service of corridor.toml", primary_key=True),
    text("service_name", "its name"),
    text("status", "live, comparison or planned"),
    day("valid_from_on", "first day of service", nullable=True),
    day("valid_to_on", "last day of service", nullable=True),
    count("capacity_teu", "slots of one departure", "TEU"),
    text("door_origin", "node where the goods are handed over, westbound"),
    text("origin", "node where the train starts, westbound"),
    text("border_in", "node where the train reaches the border, westbound"),
    text("border_out", "node where it leaves the border, westbound"),
    text("destination", "node where the train ends, westbound"),
    text("door_destination", "node where the goods are handed out, westbound"),
    comment="Train services.",
)

_ISO_WEEK = Table(
    "dim_iso_week",
    METADATA,
    text("iso_week", "ISO 8601 week, like 2025-W24", primary_key=True),
    count("iso_year", "year of the week"),
    count("week_no", "1 to 53"),
    day("monday_on", "first day"),
    day("sunday_on", "last day"),
    comment="Calendar of ISO weeks.",
)

_DICTIONARY = Table(
    "dim_column",
    METADATA,
    text("table_name", "table", primary_key=True),
    text("column_name", "column; empty for the table itself", primary_key=True),
    text("unit", "unit of the value; empty for text and codes"),
    text("meaning", "what it says"),
    comment="Data dictionary: the meaning of every column, for databases without column comments.",
)

DIMENSIONS = {t.name: t for t in (_NODE, _SIZE_TYPE, _HS, _COUNTRY, _SERVICE, _ISO_WEEK, _DICTIONARY)}
