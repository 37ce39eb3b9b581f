"""ASYCUDA cargo manifests (Awmds) typed into a workbook: one row per bill of lading, its manifest on the first one.

Cells are named after the XML's elements, which repeat from segment to segment, so a name counts with its segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import polars as pl

from corridor_etl.settings import Sender
from corridor_etl.sources import _spreadsheet
from corridor_etl.sources._child import guarded
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._sheet_claims import SheetClaim
from corridor_etl.sources._source import RawFile, Source
from corridor_etl.sources._table import Stated, Table

_ENDS = ("_segment", "Transport_information", "_place")
_SPELLINGS = {
    "General_segment/Customs_office_code": "customs_office_code",
    "General_segment/Voyage_number": "voyage_no",
    "General_segment/Date_of_departure": "document_on",
    "Totals_segment/Total_number_of_bols": "total_consignments",
    "Totals_segment/Total_number_of_packages": "total_packages",
    "Totals_segment/Total_number_of_containers": "total_containers",
    "Totals_segment/Total_gross_mass": "total_gross_kg",
    "Transport_information/Mode_of_transport_code": "transport_mode",
    "Transport_information/Identity_of_transporter": "conveyance_name",
    "Load_unload_place/Place_of_departure_code": "departure_code",
    "Load_unload_place/Place_of_destination_code": "arrival_code",
    "Bol_segment/Bol_reference": "consignment_no",
    "Bol_segment/Line_number": "item_no",
    "Bol_segment/Master_bol_ref_number": "master_consignment_no",
    "Load_unload_place/Port_of_origin_code": "origin_code",
    "Load_unload_place/Place_of_unloading_code": "destination_code",
    "Traders_segment/Exporter_name": "consignor_name",
    "Traders_segment/Consignee_name": "consignee_name",
    "Goods_segment/Number_of_packages": "packages",
    "Goods_segment/Package_type_code": "package_type",
    "Goods_segment/Gross_mass": "gross_kg",
    "Goods_segment/Goods_description": "goods_description",
    "Goods_segment/Volume_in_cubic_meters": "volume_m3",
    "Goods_segment/Num_of_ctn_for_this_bol": "containers",
}
# In the XML some of these elements stand in one segment, in other exports in its subordinate one.
_SPELLINGS |= {
    f"Bol_segment/{key.partition('/')[2]}": name for key, name in _SPELLINGS.items() if name.endswith("_code")
    and key.startswith("Load_unload_place") and name not in ("departure_code", "arrival_code")
}  # fmt: skip
_OF_THE_MANIFEST = (
    "customs_office_code", "voyage_no", "document_on", "transport_mode", "conveyance_name", "departure_code",
    "arrival_code",
)  # fmt: skip


def _qualified(labels: Sequence[str]) -> list[str]:
    """Each name with the segment it stands in; the segments themselves stay as they are."""
    segment = ""
    found: list[str] = []
    for label in labels:
        if label.endswith(_ENDS):
            segment = label
            found.append(f"{label} {len(found)}" if label in labels[: len(found)] else label)
        else:
            found.append(f"{segment}/{label}" if label and segment else label)
    return found


@cache
def _layout() -> Layout:
    mandatory = ("voyage_no", "consignment_no", "packages", "gross_kg")
    return Layout("asycuda_manifest_xls", _SPELLINGS, mandatory)


TABLE = Table(
    layout=_layout,
    keys=("consignment_no",),
    fill_down=tuple((name, 0) for name in _OF_THE_MANIFEST),
    quantities=frozenset(("packages", "gross_kg", "volume_m3", "containers")),
    qualified=_qualified,
    stated=(
        Stated("total_consignments", ""), Stated("total_packages", "packages"),
        Stated("total_gross_kg", "gross_kg"), Stated("total_containers", "containers"),
    ),
)  # fmt: skip


def _read(data: bytes, sender: Sender | None) -> RawFile:
    raw = _spreadsheet.read(TABLE, data)
    # An ASYCUDA manifest is identified by office, voyage and departure.
    parts = [pl.col(name) for name in ("customs_office_code", "voyage_no", "document_on")]
    frame = raw.frame.with_columns(
        document_type=pl.lit("AWMDS"),
        manifest_no=pl.concat_str(parts, separator=" ", ignore_nulls=True),
        origin_code=pl.coalesce("origin_code", "departure_code"),
        destination_code=pl.coalesce("destination_code", "arrival_code"),
        dialect=pl.lit("asycuda_manifest_xls"),
    )
    return replace(raw, frame=frame)


SOURCE = Source(
    name="asycuda_manifest_xls",
    record_kind="consignment",
    meaning="ASYCUDA cargo manifest (Awmds) as a workbook, one row per bill of lading",
    claims=SheetClaim(TABLE),
    read=guarded(_read),
    needs_whole_file=True,
)
