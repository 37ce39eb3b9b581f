"""The declaration of the Eurasian union: albums of the customs services (ESADout_CU, KDTout_CU) and the EEC's own
names (R.036), shared by goods and transit declarations.

Columns are those of the form: 31 goods, packages and containers, 33 code, 34 origin, 35 gross, 37 procedure, 38 net,
42 price, 45 customs value, 46 statistical value in US dollars.
"""

from __future__ import annotations

import re

from corridor_etl.sources._xml_head import Head, head_of
from corridor_etl.sources._xml_rows import Sheet

_DECISION = "ESADDecision[DecisionCode=10]/DateInf"
_BIN_IIN = (
    "RKOrganizationFeatures/BIN",
    "RKOrganizationFeatures/IIN",
    "KZOrganizationFeatures/BIN",
    "KZOrganizationFeatures/IIN",
)
"""Where the albums keep the number of a Kazakhstan firm or person; other members have numbers of other shapes."""
_PARTIES = {
    "consignor": ("ESADout_CUConsignor", "KDToutConsignor"),
    "consignee": ("ESADout_CUConsignee", "KDToutConsignee"),
    "declarant": ("ESADout_CUDeclarant", "KDToutDeclarant"),
}
HEAD = {
    "number_office": "GTDID/CustomsCode|GtdRegistryNumber/CustomsCode|GTDRegistryNumber/CustomsCode"
    "|CustomsDeclarationIdDetails/CustomsOfficeCode|DeclarationIdDetails/CustomsOfficeCode",
    "number_day": "GTDID/RegistrationDate|GtdRegistryNumber/RegistrationDate|GTDRegistryNumber/RegistrationDate"
    "|CustomsDeclarationIdDetails/DocCreationDate|DeclarationIdDetails/DocCreationDate",
    "number_serial": "GTDID/GTDNumber|GtdRegistryNumber/GTDNumber|GTDRegistryNumber/GTDNumber"
    "|CustomsDeclarationIdDetails/CustomsDocumentId|DeclarationIdDetails/CustomsDocumentId",
    "number": "DeclarationNumber|RegistrationNumber|CustomsDeclarationId|GTDNumber",
    "document_id": "DocumentID|EDocId|EDocHeader/EDocId",
    "kind": "CustomsProcedure|DeclarationKindCode|TransitProcedureCode",
    "direction": "TransitDirectionCode|TransitFeatureCode",
    "head_procedure": "CustomsModeCode|CustomsProcedureCode",
    "document_day": "ExecutionDate|EECEDocHeaderAddInfo/EDocDateTime|EDocDateTime|EDocHeader/EDocDateTime",
    "released_on": f"//{_DECISION}|//Decision[DecisionCode=10]/DateInf|//DecisionDetails[DecisionCode=10]/EventDateTime"
    "|//CustomsDecisionDetails[DecisionCode=10]/EventDateTime|ReleaseDate|//ReleaseDateTime",
    "correction_no": "KDTNumber|CorrectionOrdinal|GDCOrdinal",
    "status": "Status|DeclarationStatus|WithdrawalIndicator",
    "items_stated": "//TotalGoodsNumber|GoodsQuantity",
    "packages": "//TotalPackageNumber|CargoQuantity|TotalPackageQuantity",
    "customs_value_total": "//TotalCustomsAmount|//TotalCustomsValueAmount",
    "invoice_total": "//TotalInvoiceAmount|//DeclarationGoodsShipmentDetails/CAValueAmount",
    "invoice_currency": "//ContractCurrencyCode|//DeclarationGoodsShipmentDetails/CAValueAmount/@currencyCode",
    "trade_country": "//TradeCountryCode|//TradeCountryDetails/CACountryCode",
    "dispatch_country": "//DispatchCountryCode|//DepartureCountryDetails/CACountryCode",
    "destination_country": "//DestinationCountryCode|//DestinationCountryDetails/CACountryCode",
    "origin_country": "//DeclarationGoodsShipmentDetails/OriginCountryDetails/CACountryCode",
    "incoterm": "//DeliveryTermsStringCode|//DeliveryTermsDetails/DeliveryTermsCode",
    "transport_mode": "//ESADout_CUBorderTransport/TransportModeCode|//KDToutBorderTransport/TransportModeCode"
    "|//BorderTransportDetails/UnifiedTransportModeCode|//ESADout_CUDepartureArrivalTransport/TransportModeCode"
    "|//ArrivalDepartureTransportDetails/UnifiedTransportModeCode",
    "conveyance": "*//ESADout_CUBorderTransport/TransportMeans/TransportIdentifier"
    "|//ESADout_CUBorderTransport/RUTransportMeans/TransportIdentifier"
    "|//BorderTransportDetails/TransportMeansRegistrationIdDetails/TransportMeansRegId",
    "border_office_code": "//BorderCustomsOffice/Code|//PPBorderCustoms/Code"
    "|//BorderCustomsOfficeDetails/CustomsOfficeCode",
    "destination_office_code": "//DeliveryCustomsOffice/Code|//DestinationCustomsOfficeDetails/CustomsOfficeCode",
    **{
        f"{party}_bin_iin": "|".join(f"//{holder}/{number}" for holder in holders for number in _BIN_IIN)
        for party, holders in _PARTIES.items()
    },
    "cost_currency": "//CustCostCurrencyCode|//TotalCustomsValueAmount/@currencyCode",
}
ITEM = {
    "item_no": "GoodsNumeric|ConsignmentItemOrdinal|KDTGoodsNumeric|ObjectOrdinal",
    "hs_code": "GoodsTNVEDCode|CommodityCode",
    "goods_name": "~GoodsDescription|GoodsDescriptionText",
    "origin_country": "OriginCountryCode|OriginCountryDetails/CACountryCode",
    "item_gross_kg": "GrossWeightQuantity|UnifiedGrossMassMeasure",
    "item_net_kg": "NetWeightQuantity|UnifiedNetMassMeasure",
    "total_price": "InvoicedCost|CAValueAmount|CAInvoiceValueAmount",
    "currency": "CurrencyCode|CAValueAmount/@currencyCode|CAInvoiceValueAmount/@currencyCode",
    "customs_value_local": "CustomsCost|CustomsValueAmount",
    "local_currency": "CustomsValueAmount/@currencyCode",
    "stat_value_usd": "StatisticalCost|StatisticValueAmount",
    "procedure_code": "CustomsProcedure/MainCustomsModeCode|ESADCustomsProcedure/MainCustomsModeCode"
    "|CustomsProcedureDetails/CustomsProcedureCode",
    "previous_procedure_code": "CustomsProcedure/PrecedingCustomsModeCode"
    "|ESADCustomsProcedure/PrecedingCustomsModeCode|CustomsProcedureDetails/PreviousCustomsProcedureModeCode",
    "first_quantity": "SupplementaryGoodsQuantity[1]/GoodsQuantity|GoodsMeasureDetails/GoodsMeasure|GoodsMeasure",
    "first_unit_code": "SupplementaryGoodsQuantity[1]/MeasureUnitQualifierCode"
    "|GoodsMeasureDetails/GoodsMeasure/@measurementUnitCode|GoodsMeasure/@measurementUnitCode",
    "item_packages": "+ESADGoodsPackaging/PakageQuantity|CargoPackagePalletDetails/CargoQuantity"
    "|CargoPackagePalletDetails/PackageQuantity",
    "container_nos": "*ESADContainer/ContainerNumber/ContainerIdentificaror"
    "|ESADContainer/ContainerNumber/ContainerIdentifier|ESADContainer/ContainerNumber|//ContainerId"
    "|//ContainerNumber",
}
DOCUMENTS = frozenset(("esadout_cu", "kdtout_cu", "goodsdeclaration", "goodsdeclarationcorrection",
                       "transitdeclaration"))  # fmt: skip
ITEMS = frozenset(("esadout_cugoods", "kdtoutgoods", "declarationgoodsitemdetails", "gdgoodsitemdetails",
                   "gdcgoodsitemdetails", "tdgoodsitemdetails", "transitgoodsitemdetails"))  # fmt: skip
TRANSIT = ("ТТ", "TT")
RAIL = "20"

# What a corrected item must say to stand without its original; with less it changes what it names.
_WHOLE_ITEM = ("hs_code", "total_price", "currency", "origin_country", "item_net_kg", "procedure_code")
_WITHDRAWN = frozenset(("1", "true", "отозвана", "отзыв", "аннулирована", "withdrawn"))


def is_transit(seen: Head) -> bool:
    """Whether the head of a file is that of a transit declaration."""
    return seen.has("TransitDeclaration") or seen.word("CustomsProcedure") in TRANSIT


def recognised(head: bytes) -> Head | None:
    """The head of a file whose root, or what a signed envelope carries, is a declaration of the union."""
    seen = head_of(head)
    return seen if seen is not None and DOCUMENTS & seen.names else None


def complete(sheet: Sheet) -> None:
    """Fills number, kind, dates, procedure, correction and the train."""
    head = sheet.head
    head["regime"] = "EAEU"
    _put_number(sheet)
    kind, direction = head.get("kind"), head.get("direction")
    head["ie_flag"] = kind
    head["document_kind"] = " ".join(filter(None, (kind, direction))) or None
    if head.get("transport_mode") == RAIL and ";" not in (head.get("conveyance") or ";"):
        head["train_no"] = head["conveyance"]
    head["currency"] = head.get("invoice_currency") or head.get("cost_currency")
    if kind in TRANSIT:
        head["procedure_code"] = head.get("head_procedure") or "80"
    else:
        head["procedure_code"] = head.get("head_procedure")
        head["local_currency"] = head.get("cost_currency")
    head["released_on"] = _day(head.get("released_on"))
    _put_correction(sheet)


def _day(text: str | None) -> str | None:
    return text[:10] if text and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T", text) else text


def _put_number(sheet: Sheet) -> None:
    head = sheet.head
    day = re.fullmatch(r"([0-9]{2})([0-9]{2})-([0-9]{2})-([0-9]{2})", (head.get("number_day") or "")[:10])
    office, serial = head.get("number_office"), head.get("number_serial")
    number = head.get("number") or ""
    if office and day and serial:
        number = f"{office}/{day[4]}{day[3]}{day[2]}/{serial}"
    parts = re.fullmatch(r"([0-9]{2,8})/([0-9]{2})([0-9]{2})([0-9]{2})/([^/]+)", number)
    if parts:
        head["declaration_no"], head["office_code"] = number, parts[1]
        head["declared_on"] = f"20{parts[4]}-{parts[3]}-{parts[2]}"
        return
    head["declaration_no"] = number or head.get("document_id")
    head["declared_on"] = _day(head.get("document_day"))
    text = "the declaration has no number of customs yet: it is known by its electronic document"
    sheet.found("UNREGISTERED", "info", text, head["declaration_no"] or "", "office/DDMMYY/serial")


def _put_correction(sheet: Sheet) -> None:
    head, kind = sheet.head, sheet.node.name
    is_kdt = kind.startswith("kdt") or kind.endswith("correction")
    number = head.get("correction_no")
    head["correction_kind"] = "kdt" if is_kdt or number else "original"
    if (head.get("status") or "").casefold() in _WITHDRAWN:
        head["status"], head["correction_kind"] = "CANCELLED", "withdraw"
    if head["correction_kind"] != "kdt":
        return
    head["version"] = str(int(number) + 1) if number and re.fullmatch("[0-9]{1,3}", number) else "2"
    for row in sheet.rows:
        is_whole = all(row.get(name) or head.get(name) for name in _WHOLE_ITEM) and head.get("ie_flag")
        row["action"] = "replace" if is_whole else "patch"
