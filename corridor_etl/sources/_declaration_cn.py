"""The headers of China customs declarations as brokers export them, shared by the CSV and the spreadsheet form.

Column names are those of the declaration form (GACC filling norms); weights are the whole declaration's.
"""

from __future__ import annotations

from corridor_etl.sources._headers import Layout

SPELLINGS = {
    "海关编号": "declaration_no",
    "报关单号": "declaration_no",
    "进出口标志": "ie_flag",
    "进出口标志(E/I)": "ie_flag",
    "进出口": "ie_flag",
    "进出口类型": "ie_flag",
    "申报地海关": "office_code",
    "进出境关别": "border_office_code",
    "申报日期": "declared_on",
    "放行日期": "released_on",
    "监管方式": "supervision_mode",
    "运输方式": "transport_mode",
    "成交方式": "transaction_mode",
    "车次": "train_no",
    "提运单号": "bl_no",
    "贸易国": "trade_country",
    "贸易国(地区)": "trade_country",
    "原产国": "origin_country",
    "原产国(alpha-3)": "origin_country",
    "原产国(地区)": "origin_country",
    "最终目的国": "destination_country",
    "最终目的国(地区)": "destination_country",
    "项号": "item_no",
    "商品编号": "hs_code",
    "商品名称": "goods_name",
    "成交数量": "quantity",
    "成交单位": "unit_code",
    "单价": "unit_price",
    "总价": "total_price",
    "币制": "currency",
    "法定数量": "first_quantity",
    "法定第一数量": "first_quantity",
    "法定单位": "first_unit_code",
    "法定第一单位": "first_unit_code",
    "毛重": "gross_kg",
    "毛重(KG)": "gross_kg",
    "净重": "net_kg",
    "净重(KG)": "net_kg",
    "件数": "packages",
    "集装箱号": "container_nos",
    "状态": "status",
    "版本": "version",
    "申报时间": "declared_on",
    "结关日期": "released_on",
    "运输工具名称": "train_no",
    "提单号": "bl_no",
    "启运国(地区)": "trade_country",
    "HS编码": "hs_code",
    "商品编码": "hs_code",
    "税号": "hs_code",
    "品名": "goods_name",
    "成交总价": "total_price",
    "币种": "currency",
    "箱号": "container_nos",
    "集装箱编号": "container_nos",
    "毛重（千克）": "gross_kg",
    "净重（千克）": "net_kg",
    "毛重(千克)": "gross_kg",
    "净重(千克)": "net_kg",
    "版本号": "version",
    "报关状态": "status",
    "报关单编号": "declaration_no",
    "报关单海关编号": "declaration_no",
    "商品序号": "item_no",
    "成交币制": "currency",
    "毛重(公斤)": "gross_kg",
    "净重(公斤)": "net_kg",
}

MANDATORY = (
    "declaration_no",
    "ie_flag",
    "declared_on",
    "released_on",
    "item_no",
    "hs_code",
    "total_price",
    "currency",
    "container_nos",
)


def layout(name: str) -> Layout:
    """The layout of an export of declarations, under the name of its format."""
    return Layout(name, SPELLINGS, MANDATORY)
