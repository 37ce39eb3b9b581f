"""China customs declarations as single-window XML: DecHead, DecLists and DecContainers of each DecMessage."""

from __future__ import annotations

from functools import partial

from corridor_etl.sources import _cn_form, _declaration, _xml_rows
from corridor_etl.sources._source import Source
from corridor_etl.sources._xml_head import head_of

LAYOUT = _declaration.layout(
    "declaration_cn_xml",
    documents=frozenset(("decmessage", "dec")),
    records=frozenset(("declist",)),
    head=_cn_form.HEAD,
    item=_cn_form.ITEM,
    complete=_cn_form.complete,
    around={"regime": "Regime"},
)


def _claims(head: bytes, _file_name: str) -> bool:
    seen = head_of(head)
    return seen is not None and seen.has("DecHead")


SOURCE = Source(
    name="declaration_cn_xml",
    record_kind="declaration_item",
    meaning="China customs declarations as single-window XML, one row per DecList",
    claims=_claims,
    read=partial(_xml_rows.read, LAYOUT),
)
