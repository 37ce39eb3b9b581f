"""Goods declarations of the Eurasian union (ДТ) and their corrections (КДТ) as XML, one row per item of goods."""

from __future__ import annotations

from functools import partial

from corridor_etl.sources import _declaration, _eaeu_form, _xml_rows
from corridor_etl.sources._source import Source

LAYOUT = _declaration.layout(
    "eaeu_declaration_xml",
    documents=_eaeu_form.DOCUMENTS,
    records=_eaeu_form.ITEMS,
    head=_eaeu_form.HEAD,
    item=_eaeu_form.ITEM,
    complete=_eaeu_form.complete,
)


def _claims(head: bytes, _file_name: str) -> bool:
    seen = _eaeu_form.recognised(head)
    return seen is not None and not _eaeu_form.is_transit(seen)


SOURCE = Source(
    name="eaeu_declaration_xml",
    record_kind="declaration_item",
    meaning="goods declarations of the Eurasian union and their corrections (KDT) as XML",
    claims=_claims,
    read=partial(_xml_rows.read, LAYOUT),
)
