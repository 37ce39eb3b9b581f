"""Answers of customs in the WCO data model: one event per Response, and one more per duty or tax it assesses."""

from __future__ import annotations

from typing import NamedTuple

from corridor_etl.settings import Sender
from corridor_etl.sources import _wco, _xml
from corridor_etl.sources._source import Finding, RawFile, RowFault, Source, raw_frame
from corridor_etl.sources._xml import Flaw, Node
from corridor_etl.sources._xml_count import count_elements
from corridor_etl.sources._xml_paths import first, nodes, pick, values

Values = dict[str, str | None]

COLUMNS = (
    "document_type", "document_no", "status_code", "status_name", "event_key", "event_at", "event_on", "classifier",
    "reasons", "error_codes", "item_nos", "tax_type_code", "tax_base_amount", "tax_rate_pct", "tax_amount",
    "currency", "message_ref", "dialect", "version", "action",
)  # fmt: skip
_NAMES = {
    "01": "DMSACC accepted", "02": "DMSRCV received", "03": "DMSREJ rejected", "05": "DMSCTL under control",
    "06": "DMSDOC documents asked for", "07": "DMSRES amendment answered", "08": "DMSROG goods released",
    "09": "DMSCLE cleared", "10": "DMSINV invalidated", "11": "DMSREQ request answered",
    "13": "DMSTAX taxes assessed", "14": "DMSCPI credit insufficient", "15": "DMSCPR credit reminder",
    "16": "DMSEOG goods left", "17": "DMSEXT exit reminder", "18": "DMSGER exit results", "51": "DMSQRY query",
}  # fmt: skip
"""What a function code of a Response says; others are kept as codes without a name."""

HEAD = {
    "mrn": "Declaration/ID",
    "lrn": "Declaration/FunctionalReferenceID",
    "function": "FunctionCode",
    "message_ref": "FunctionalReferenceID",
    "issued": "IssueDateTime/DateTimeString|IssueDateTime",
}
TAX = {
    "tax_type_code": "TypeCode",
    "tax_base_amount": "AdValoremTaxBaseAmount|SpecificTaxBaseQuantity",
    "tax_rate_pct": "TaxRateNumeric",
    "tax_amount": "Payment/TaxAssessedAmount|Payment/PaymentAmount",
    "currency": "Payment/TaxAssessedAmount/@currencyID|Payment/PaymentAmount/@currencyID"
    "|AdValoremTaxBaseAmount/@currencyID",
}
_NUMBERS = ("tax_base_amount", "tax_rate_pct", "tax_amount")
RECORDS = frozenset(("response", "dutytaxfee"))


class _Event(NamedTuple):
    """One row before it has a number: where it stands, and its values."""

    node: Node
    values: Values


def _events(answer: Node) -> tuple[list[_Event], list[Flaw]]:
    """The event of an answer and those of its duties and taxes, and what makes the whole of it unreadable."""
    head, flaws = pick(answer, HEAD)
    common = _common(head)
    found = [_Event(answer, {**common, **_errors(answer), "event_key": head.get("message_ref") or "#0"})]
    items = nodes(answer, "//GovernmentAgencyGoodsItem")
    for fee in nodes(answer, "//DutyTaxFee"):
        tax, more = pick(fee, TAX, _NUMBERS)
        flaws += more
        around = [item for item in items if item.start < fee.start < item.end]
        tax["item_nos"] = first(around[0], "SequenceNumeric") if around else None
        tax["event_key"] = f"{head.get('message_ref') or ''}#tax{len(found)}"
        found.append(_Event(fee, {**common, **tax}))
    return found, flaws


def _common(head: Values) -> Values:
    code = head.get("function")
    code = code.zfill(2) if code else None
    issued = _wco.iso_time(head.get("issued"))
    is_day = len(issued or "") == len("2020-02-11")
    return {
        "document_type": "declaration", "document_no": head.get("mrn") or head.get("lrn"), "status_code": code,
        "status_name": _NAMES.get(code or ""), "classifier": "ACT", "message_ref": head.get("message_ref"),
        "event_at": None if is_day else issued, "event_on": issued if is_day else None,
        "dialect": "WCO data model response", "version": "1", "action": "insert",
    }  # fmt: skip


def _read(data: bytes, sender: Sender | None) -> RawFile:
    decoded = _xml.read_text(data, sender.encodings if sender else ())
    shape = _xml.Shape(frozenset(), frozenset(("response",)), lambda n: ((n, *_events(n)), []))
    items = [item for document in _xml.documents(decoded.text, shape) for item in document.items]
    events = [(item, event) for item in items for event in item.values[1]]
    lines = [event.node.line_no for _, event in events]
    if len(set(lines)) < len(lines):
        lines = list(range(1, len(events) + 1))
    rows: list[tuple[object, ...]] = []
    faults: list[RowFault] = []
    raw_lines: dict[int, str] = {}
    for line, (item, event) in zip(lines, events, strict=True):
        text = _xml.inner_text(item.values[0], event.node, item.text)
        if bad := _xml.row_faults(item, line, item.values[2]):
            faults += bad
            raw_lines[line] = text
        else:
            rows.append((line, *(event.values.get(c) for c in COLUMNS), text))
    return RawFile(
        frame=raw_frame(COLUMNS, rows),
        rows_counted=count_elements(data, decoded.encoding, RECORDS),
        findings=() if items else (Finding("NO_ROWS", "warning", "the file has no answers", 1),),
        faults=tuple(faults),
        dialect=f"wco_response_xml {decoded.encoding}",
        raw_lines=raw_lines,
    )


def _errors(answer: Node) -> Values:
    errors = nodes(answer, "Error")
    codes = dict.fromkeys(code for e in errors for code in values(e, "ValidationCode"))
    reasons = [" ".join(filter(None, (first(e, "ValidationCode"), first(e, "Description"), _where(e))))
               for e in errors]  # fmt: skip
    reasons += [text for info in nodes(answer, "AdditionalInformation")
                for text in values(info, "StatementDescription")]  # fmt: skip
    items = dict.fromkeys(n for e in errors for n in values(e, "Pointer/SequenceNumeric"))
    return {
        "error_codes": " ".join(codes) or None,
        "reasons": "; ".join(reasons) or None,
        "item_nos": " ".join(items) or None,
    }


def _where(error: Node) -> str:
    """Which part of the declaration an error is about: its sections and the tag, as ``42A/17C#R144``."""
    sections = "/".join(values(error, "*Pointer/DocumentSectionCode"))
    tags = values(error, "*Pointer/TagID")
    return f"at {sections}{'#' + tags[-1] if tags else ''}" if sections else ""


def _claims(head: bytes, _file_name: str) -> bool:
    seen = _wco.recognised(head)
    return seen is not None and _wco.is_response(seen)


SOURCE = Source(
    name="wco_response_xml",
    record_kind="document_event",
    meaning="answers of customs in the WCO data model as XML: accepted, rejected, taxes assessed ...",
    claims=_claims,
    read=_read,
)
