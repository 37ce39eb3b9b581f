"""China's declaration by the names of its electronic form (DecHead, DecList, Container), shared by XML and JSON.

``bgd_no``, ``spxh`` and the like are the names of the tax refund export of the same form.
"""

from __future__ import annotations

from corridor_etl.sources._xml import Node
from corridor_etl.sources._xml_paths import first, nodes, values
from corridor_etl.sources._xml_rows import Sheet

HEAD = {
    "declaration_no": "//DecHead/EntryId|//DecHead/bgd_no",
    "ie_flag": "//DecHead/IEFlag|//DecHead/CusIEFlag",
    "document_kind": "//DecHead/Type",
    "office_code": "//DecHead/CustomMaster",
    "border_office_code": "//DecHead/IEPort",
    "declared_on": "//DecHead/DDate|//DecHead/DeclDate",
    "released_on": "//DecHead/ReleaseDate|//DecHead/RelDate|//DecHead/PassDate",
    "supervision_mode": "//DecHead/TradeMode",
    "transport_mode": "//DecHead/TrafMode",
    "transaction_mode": "//DecHead/TransMode",
    "conveyance": "//DecHead/TrafName",
    "voyage": "//DecHead/VoyNo|//DecFreeTxt/VoyNo",
    "bl_no": "//DecHead/BillNo",
    "trader_uscc": "//DecHead/TradeCoScc",
    "declarant_uscc": "//DecHead/AgentCodeScc",
    "trade_area": "//DecHead/TradeAreaCode",
    "other_country": "//DecHead/TradeCountry",
    "freight_mark": "//DecHead/FeeMark",
    "freight_amount": "//DecHead/FeeRate",
    "freight_currency": "//DecHead/FeeCurr",
    "insurance_mark": "//DecHead/InsurMark",
    "insurance_amount": "//DecHead/InsurRate",
    "insurance_currency": "//DecHead/InsurCurr",
    "other_mark": "//DecHead/OtherMark",
    "other_amount": "//DecHead/OtherRate",
    "other_currency": "//DecHead/OtherCurr",
    "packages": "//DecHead/PackNo",
    "gross_kg": "//DecHead/GrossWet|//DecHead/GrossWt",
    "net_kg": "//DecHead/NetWt",
    "status": "//DecHead/Status|//DecHead/DecStatus|//DecHead/EntryStatus",
    "version": "//DecHead/Version|//DecHead/ModTimes|//DecHead/ModNum",
    "replaces_declaration_no": "//DecHead/OldEntryId|//DecHead/OriEntryId|//DecHead/ReplacedEntryId",
    "items_stated": "//DecHead/GNoCount|//DecHead/ItemCount|//DecHead/GoodsCount",
    "invoice_total": "//DecHead/DeclTotalSum|//DecHead/TotalAmount",
}
ITEM = {
    "item_no": "GNo|spxh",
    "hs_code": "CodeTS|CodeTs|HsCode|cmcode",
    "goods_name": "GName|cm_name",
    "quantity": "GQty|Cj_qnt",
    "unit_code": "GUnit|Cj_unit",
    "first_quantity": "FirstQty|Qty1|Fd_qnt",
    "first_unit_code": "FirstUnit|Unit1|Fd_unit",
    "second_quantity": "SecondQty|Qty2|No2_Fd_qnt",
    "second_unit_code": "SecondUnit|Unit2|No2_Fd_unit",
    "unit_price": "DeclPrice",
    "total_price": "DeclTotal|yb_amt",
    "currency": "TradeCurr|Yb_bz",
    "origin_country": "OriginCountry",
    "destination_country": "DestinationCountry",
    "item_net_kg": "NetWt|ItemNetWt",
    "item_gross_kg": "GrossWt|ItemGrossWt",
}
RAIL = "3"


def complete(sheet: Sheet) -> None:
    """Fills flag, partner countries, train and the containers of each item."""
    head = sheet.head
    number = head.get("declaration_no") or ""
    head["ie_flag"] = head.get("ie_flag") or {"0": "E", "1": "I"}.get(number[8:9])
    is_export = head["ie_flag"] in ("E", "0", "出口")
    head["trade_country"] = head.get("trade_area") or head.get("other_country")
    head["destination_country" if is_export else "dispatch_country"] = head.get("other_country")
    if head.get("transport_mode") == RAIL:
        head["train_no"] = head.get("conveyance") or head.get("voyage")
    _put_containers(sheet, sheet.node)


def _put_containers(sheet: Sheet, node: Node) -> None:
    """Gives each item the containers that name it (``GoodsNo`` 1,3) and those that name no item at all."""
    boxes = [box for box in nodes(node, "//Container|//DecContainer|//DecContainers") if _number(box)]
    numbers = {row.get("item_no") or "" for row in sheet.rows}
    for row in sheet.rows:
        named = [b for b in boxes if not _items(b) or row.get("item_no") in _items(b)]
        texts = dict.fromkeys(_number(b) for b in named)
        row["container_nos"] = ";".join(texts) or None
    for box in boxes:
        if strange := sorted(_items(box) - numbers):
            text = f"container {_number(box)} names items {', '.join(strange)}"
            sheet.found("ST-009", "warning", text, ", ".join(strange), "items of the declaration")


def _number(box: Node) -> str:
    return first(box, "ContainerId|ContainerNo") or ""


def _items(box: Node) -> set[str]:
    """The items a container carries by its ``GoodsNo``: separated by commas, zeros in front of no account."""
    text = ",".join(values(box, "GoodsNo"))
    parts = (p.strip() for p in text.replace("，", ",").replace(";", ",").split(","))
    return {p.lstrip("0") or "0" for p in parts if p}
