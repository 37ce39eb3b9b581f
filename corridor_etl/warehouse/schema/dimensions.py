"""Dimension tables: what the codes in facts and marts mean. Loaded from ``reference`` and ``corridor.toml``."""

from __future__ import annotations

from sqlalchemy import Table

from corridor_etl.warehouse.columns import count, day, flag, number, text
from corridor_etl.warehouse.schema._metadata import METADATA

_NODE = Table(
    "dim_node",
    METADATA,
    text("node_id", "node of the corridor", primary_key=True),
    text("name_en", "name in English"),
    text("name_zh", "name in Chinese"),
    text("name_ru", "name in Russian"),
    text("name_kk", "name in Kazakh"),
    text("name_local", "name in the local language", nullable=True),
    text("country", "ISO 3166 alpha-2", nullable=True),
    text("locode", "UN/LOCODE", nullable=True),
    text("esr_code", "station code of the 1520 mm network", nullable=True),
    text("role", "seaport, dry port, border station, terminal", nullable=True),
    text("timezone", "IANA time zone", nullable=True),
    count("gauge_mm", "track gauge", "mm", nullable=True),
    number("latitude_deg", "latitude, north positive", "degrees", nullable=True),
    number("longitude_deg", "longitude, east positive", "degrees", nullable=True),
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
    text("edition", "edition of the nomenclature, like HS2022", primary_key=True),
    text("hs_code", "2, 4 or 6 digits", primary_key=True),
    count("level", "number of digits", "digits"),
    text("section", "section of the nomenclature", nullable=True),
    text("chapter", "chapter, 2 digits"),
    text("description", "text of the nomenclature"),
    day("valid_from_on", "day the edition came into force"),
    day("valid_to_on", "last day of the edition; null for the newest one here", nullable=True),
    comment="Harmonized System chapters, headings and subheadings, by edition.",
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

_LEG = Table(
    "dim_leg",
    METADATA,
    text("leg_id", "both nodes, separated by a hyphen", primary_key=True),
    text("from_node", "node where the leg begins, westbound", foreign_key="dim_node.node_id"),
    text("to_node", "node where the leg ends, westbound", foreign_key="dim_node.node_id"),
    text("mode", "rail, sea or border_transfer; null for a leg only corridor.toml names", nullable=True),
    count("gauge_mm", "track gauge; null for legs of several gauges or none", "mm", nullable=True),
    count("distance_km", "length; null where it is not known", "km", nullable=True),
    text("distance_basis", "published or estimate", nullable=True),
    number("least_hours", "shortest plausible time, by corridor.toml", "h", nullable=True),
    number("most_hours", "longest plausible time, by corridor.toml", "h", nullable=True),
    comment="Legs between two nodes of the corridor.",
)

_SENDER = Table(
    "dim_sender",
    METADATA,
    text("sender_id", "sender of corridor.toml", primary_key=True),
    text("sender_name", "its name"),
    text("source_id", "source family its files belong to"),
    text("source_name", "name of the source family"),
    text("record_kind", "record kind the family is counted by"),
    count("files_per_week", "files the family owes for a week; null where none is fixed", "files", nullable=True),
    flag("is_expected", "whether the family is missed when nothing comes"),
    text("timezone", "IANA time zone the sender writes; null where the place decides", nullable=True),
    comment="Who sends files, with the source family coverage counts them in.",
)  # fmt: skip

_ISO_WEEK = Table(
    "dim_iso_week",
    METADATA,
    text("iso_week", "ISO 8601 week, like 2025-W24", primary_key=True),
    count("iso_year", "year of the week"),
    count("week_no", "1 to 53"),
    day("monday_on", "first day"),
    day("sunday_on", "last day"),
    text("holidays", "long holidays that take a working day of it; null for none", nullable=True),
    comment="Calendar of ISO weeks.",
)

_DATE = Table(
    "dim_date",
    METADATA,
    day("date_on", "the day", primary_key=True),
    text("iso_week", "its ISO 8601 week", foreign_key="dim_iso_week.iso_week"),
    count("iso_year", "year of its ISO week, which at New Year is not its calendar year"),
    count("week_no", "number of its ISO week, 1 to 53"),
    count("calendar_year", "its calendar year"),
    count("quarter_no", "1 to 4"),
    count("month_no", "1 to 12"),
    text("month_name", "name of the month in English"),
    count("weekday_no", "1 Monday to 7 Sunday"),
    text("weekday_name", "name of the weekday in English"),
    text("holidays", "country and name of long holidays on the day, separated by semicolons", nullable=True),
    comment="Calendar of days.",
)

_HOLIDAY = Table(
    "dim_holiday",
    METADATA,
    day("date_on", "the day", primary_key=True, foreign_key="dim_date.date_on"),
    text("country_code", "country that rests, ISO 3166 alpha-2", primary_key=True),
    text("holiday_name", "name of the holiday in English"),
    text("basis", "announced, law or expected: how sure the day is"),
    comment="Days of the long holidays, by country.",
)

_DICTIONARY = Table(
    "dim_column",
    METADATA,
    text("table_name", "table or view", primary_key=True),
    text("column_name", "column; empty for the table itself", primary_key=True),
    text("unit", "unit of the value; empty for text and codes"),
    text("meaning", "what it says"),
    comment="Data dictionary: the meaning of every column, for databases without column comments.",
)

# In the order in which they are filled: what is referred to comes first.
DIMENSIONS = {
    t.name: t
    for t in (
        _NODE, _SIZE_TYPE, _HS, _COUNTRY, _SERVICE, _LEG, _SENDER, _ISO_WEEK, _DATE, _HOLIDAY, _DICTIONARY
    )
}  # fmt: skip
