"""The loading list as a sheet: what identifies a box, what is written once for a wagon, what a second row adds."""

from __future__ import annotations

from corridor_etl.sources._headers import Layout
from corridor_etl.sources._loading_list import (
    BOX_COLUMNS,
    BOX_MANDATORY,
    TRAIN_COLUMNS,
    TRAIN_MANDATORY,
    layout,
)
from corridor_etl.sources._table import WAGON_RUN, Table


def _layout() -> Layout:
    return layout("a loading list", (*TRAIN_COLUMNS, *BOX_COLUMNS), BOX_MANDATORY)


# Excel keeps 15 digits of a number and drops leading zeros: an identifier typed as a number is already damaged.
_IDENTIFIERS = frozenset(
    ("container_no", "hs_code", "declaration_nos", "booking_no", "consignment_note_no", "seal_nos", "un_nos")
)

MANIFEST = Table(
    layout=_layout,
    keys=("container_no",),
    identifiers=_IDENTIFIERS,
    above=TRAIN_COLUMNS,
    above_mandatory=TRAIN_MANDATORY,
    fill_down=(
        *((name, 0) for name in TRAIN_COLUMNS),
        ("wagon_no", WAGON_RUN),
        ("consignor_name", 0),
        ("consignee_name", 0),
    ),
    quantities=frozenset(("packages", "cargo_gross_kg", "cargo_net_kg", "tare_kg")),
    same=(*TRAIN_COLUMNS, "wagon_no", "size_type", "full_empty", "tare_kg"),
    box=("size_type", "full_empty", "tare_kg"),
    goods=(
        "goods_description", "hs_code", "un_nos", "imo_classes", "declaration_nos", "consignment_note_no",
        "origin_country",
    ),
    summed=("packages", "cargo_gross_kg", "cargo_net_kg"),
    joined=(
        ("goods_description", "; "), ("package_type", "; "), ("consignor_name", "; "), ("consignee_name", "; "),
        ("seal_nos", " "), ("un_nos", " "), ("imo_classes", " "), ("declaration_nos", " "),
        ("booking_no", " "), ("consignment_note_no", " "),
    ),
)  # fmt: skip
