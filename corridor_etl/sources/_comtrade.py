"""UN Comtrade's columns, in the names of its old downloads, its old interface and its present one, as one table.

One data row is one published cell: reporter, partner, flow, period, commodity, and the breakdowns by second partner,
customs procedure and mode of transport, whose code for "all together" is 0 or C00.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.sources._source import Finding
from corridor_etl.sources._statistics import ALL, NONE, finished, first_of, shaped

# raw name -> spellings of the classic download, the old JSON interface, and the present interface
_NAMES: dict[str, tuple[str, ...]] = {
    "year": ("Year", "yr", "refYear"),
    "period": ("Period", "period"),
    "classification": ("Classification", "pfCode", "classificationCode"),
    "reporter_code": ("Reporter Code", "rtCode", "reporterCode"),
    "flow_code": ("Trade Flow Code", "rgCode", "flowCode"),
    "flow_name": ("Trade Flow", "rgDesc", "flowDesc"),
    "partner_code": ("Partner Code", "ptCode", "partnerCode"),
    "second_partner_code": ("2nd Partner Code", "ptCode2", "partner2Code"),
    "procedure_code": ("Customs Proc. Code", "cstCode", "customsCode"),
    "transport_mode_code": ("Mode of Transport Code", "motCode"),
    "commodity_code": ("Commodity Code", "cmdCode"),
    "commodity_name": ("Commodity", "cmdDescE", "cmdDesc"),
    "unit_code": ("Qty Unit Code", "Quantity Unit Code", "qtCode", "qtyUnitCode"),
    "quantity": ("Qty", "qty", "Supplementary Quantity", "TradeQuantity"),
    "net_kg": ("Netweight (kg)", "NetWeight", "netWgt"),
    "value_usd": ("Trade Value (US$)", "Value", "TradeValue", "primaryValue"),
    "estimation_code": ("Estimation Code", "Flag", "estCode", "legacyEstimationFlag"),
    "is_net_estimated": ("isNetWgtEstimated",),
    "is_quantity_estimated": ("isQtyEstimated",),
    "is_reported": ("isReported",),
}
# Known, and of no use to the record: kept in the row's text.
_PASSED_OVER = (
    "Period Desc.", "Aggregate Level", "Is Leaf Code", "Reporter", "Reporter ISO", "Partner", "Partner ISO",
    "2nd Partner", "2nd Partner ISO", "Customs", "Mode of Transport", "Qty Unit", "Alt Qty Unit Code", "Alt Qty Unit",
    "Alt Qty", "Gross weight (kg)", "CIF Trade Value (US$)", "FOB Trade Value (US$)",
    "typeCode", "freqCode", "refPeriodId", "refMonth", "reporterISO", "reporterDesc", "partnerISO", "partnerDesc",
    "partner2ISO", "partner2Desc", "classificationSearchCode", "isOriginalClassification", "aggrLevel", "isLeaf",
    "customsDesc", "mosCode", "mosDesc", "motDesc", "qtyUnitAbbr", "qtyUnitDesc", "altQtyUnitCode", "altQtyUnitAbbr",
    "altQty", "isAltQtyEstimated", "grossWgt", "isGrossWgtEstimated", "cifvalue", "fobvalue", "isAggregate",
    "periodDesc", "rt3ISO", "rtTitle", "pt3ISO", "ptTitle", "ptTitle2", "pt3ISO2", "cstDesc", "motDescE", "qtDesc",
    "qtAltCode", "qtAltDesc", "AltQuantity", "GrossWeight", "CIFValue", "FOBValue", "IsLeaf", "cmdDescF",
)  # fmt: skip

SPELLINGS: dict[str, str] = {s: raw for raw, spellings in _NAMES.items() for s in spellings}
SPELLINGS |= {s: f"passed_over_{i}" for i, s in enumerate(_PASSED_OVER) if s not in SPELLINGS}

MANDATORY = ("reporter_code", "partner_code", "commodity_code", "value_usd")

_FLOWS = {
    "1": "import", "M": "import", "IMPORT": "import", "IMPORTS": "import",
    "2": "export", "X": "export", "EXPORT": "export", "EXPORTS": "export",
    "3": "re-export", "RX": "re-export", "RE-EXPORT": "re-export", "RE-EXPORTS": "re-export",
    "4": "re-import", "RM": "re-import", "RE-IMPORT": "re-import", "RE-IMPORTS": "re-import",
}  # fmt: skip
_ALL_OF = {"0": ALL, "C00": ALL, "": ALL}


def statistics(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Rows in Comtrade's raw names as raw rows of ``trade_statistic``, and what is to be said of them."""
    names = frame.columns
    columns: dict[str, pl.Expr | str] = {
        n: first_of(n, among=names)
        for n in ("reporter_code", "classification", "commodity_code", "commodity_name", "quantity", "net_kg",
                  "value_usd")
    }  # fmt: skip
    columns |= {
        n: first_of(n, among=names).fill_null("").replace(_ALL_OF)
        for n in ("partner_code", "second_partner_code", "procedure_code", "transport_mode_code")
    }
    columns |= {
        "source_id": "comtrade",
        "period": first_of("period", "year", among=names),
        "flow": _flow(names),
        "customs_office_code": ALL,
        "region_code": ALL,
        "unit_code": first_of("unit_code", among=names).fill_null(NONE),
        "is_estimated": _estimated(names),
        "is_reported": first_of("is_reported", among=names),
    }
    return finished(shaped(frame, columns), shaped_codes(frame))


def shaped_codes(frame: pl.DataFrame) -> pl.Series:
    """The commodity codes as they came."""
    return frame.select(first_of("commodity_code", among=frame.columns).alias("code"))["code"]


def _flow(names: list[str]) -> pl.Expr:
    """The flow by its code, else by its name; one that is neither stays as it is, for the rule to hold back."""
    code, name = (first_of(n, among=names).str.to_uppercase() for n in ("flow_code", "flow_name"))
    known = [c.replace_strict(_FLOWS, default=None, return_dtype=pl.String) for c in (code, name)]
    return pl.coalesce(*known, code, name)


def _estimated(names: list[str]) -> pl.Expr:
    code = first_of("estimation_code", among=names)
    flags = [
        first_of(n, among=names).str.to_lowercase() == "true"
        for n in ("is_net_estimated", "is_quantity_estimated")
    ]
    said = pl.coalesce(code != "0", pl.any_horizontal(flags))
    return pl.when(said).then(pl.lit("true")).when(~said).then(pl.lit("false"))
