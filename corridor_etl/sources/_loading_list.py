"""The raw columns of a loading list, shared by its spreadsheet and its CSV form."""

from __future__ import annotations

from functools import cache

from corridor_etl.sources._headers import Layout, aliases

TRAIN_COLUMNS = (
    "train_no",
    "departure_date",
    "planned_departure",
    "origin_station",
    "destination_station",
    "list_version",
    "list_status",
    "train_index",
    "origin_station_code",
    "destination_station_code",
)
TRAIN_MANDATORY = ("train_no", "departure_date", "origin_station", "destination_station")

BOX_COLUMNS = (
    "row_no",
    "wagon_no",
    "container_no",
    "is_non_iso_container",
    "size_type",
    "full_empty",
    "seal_nos",
    "packages",
    "package_type",
    "cargo_gross_kg",
    "cargo_net_kg",
    "tare_kg",
    "goods_description",
    "hs_code",
    "un_nos",
    "imo_classes",
    "consignor_name",
    "consignee_name",
    "origin_country",
    "booking_no",
    "consignment_note_no",
    "declaration_nos",
)
BOX_MANDATORY = ("container_no", "size_type", "full_empty", "cargo_gross_kg")


@cache
def layout(name: str, columns: tuple[str, ...], mandatory: tuple[str, ...]) -> Layout:
    """A layout of these raw columns with every alias of header_alias.csv that means one of them."""
    found = {h: c for h, c in aliases().items() if c in columns}
    ordered = {h: c for column in columns for h, c in found.items() if c == column}
    return Layout(name, ordered, mandatory)
