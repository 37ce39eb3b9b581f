"""Current records in the shape the facts rely on: the model's columns, in order, plus where a row came from.

Which version of a record is current was decided before; nothing is filtered here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from corridor_etl import model

ORIGIN = {"delivery_id": pl.String(), "line_no": pl.Int64()}
LEFT_OUT = {
    "manifest_container": (
        "origin_node", "destination_node", "origin_station_code", "destination_station_code", "train_index",
        "wagon_seq", "is_non_iso_container", "package_type", "goods_description", "un_nos", "imo_classes",
        "consignment_note_no", "list_status",
    ),
    "port_event": (
        "trade_status", "terminal_code", "vessel_imo", "vgm_method", "un_nos", "imo_classes", "temperature_c", "bl_no",
        "event_at_local", "timezone_source", "message_ref", "document_key", "event_ref", "function_code", "dialect",
    ),
    "declaration_item": (
        "document_kind", "correction_kind", "replaces_declaration_no", "office_code", "border_office_code",
        "destination_office_code", "previous_procedure_code", "incoterm", "bl_no", "declarant_uscc",
        "consignor_bin_iin", "consignee_bin_iin", "declarant_bin_iin", "trade_country", "dispatch_country",
        "destination_country", "goods_name", "quantity", "unit_code", "second_quantity", "second_unit_code",
        "unit_price", "customs_value_local", "local_currency", "item_gross_kg", "item_packages", "invoice_total",
        "invoice_currency",
    ),
}  # fmt: skip
"""Of kinds with many rows the columns that no fact is made from. They are not given, so they need not be read."""


def records(kind_name: str, frame: pl.DataFrame | None) -> pl.DataFrame:
    """``frame`` with exactly :func:`names` of the kind; None means no rows.

    Columns the frame lacks are null. Raises Polars' own error where a value does not fit the column's type.
    """
    known = {**model.kind(kind_name).schema, **ORIGIN}
    schema = {name: known[name] for name in names(kind_name)}
    if frame is None:
        return pl.DataFrame(schema=schema)
    return frame.select(columns_of(schema, frame.columns))


def columns_of(schema: Mapping[str, pl.DataType], present: Collection[str]) -> list[pl.Expr]:
    """The columns of a schema in its types and order; those that are not ``present`` are null."""
    return [
        pl.col(name).cast(dtype) if name in present else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    ]


def names(kind_name: str) -> list[str]:
    """The columns of the kind but those :data:`LEFT_OUT`, and ``delivery_id`` and ``line_no``."""
    left_out = LEFT_OUT.get(kind_name, ())
    return [name for name in (*model.kind(kind_name).schema, *ORIGIN) if name not in left_out]
