"""Daily exchange rates of central banks in XML, by the layouts of ``_rates_xml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._rates import COLUMNS, versioned
from corridor_etl.sources._rates_xml import LAYOUTS, BankLayout, is_record, said
from corridor_etl.sources._source import RawFile, Source, raw_frame
from corridor_etl.sources._xml import Node, Shape, documents, read_text
from corridor_etl.sources._xml_count import count_elements
from corridor_etl.sources._xml_head import head_of

_COMMA = re.compile("^[0-9]+,[0-9]+$")


def _claims(head: bytes, _file_name: str) -> bool:
    found = head_of(head)
    layout = LAYOUTS.get(found.root.lower()) if found is not None else None
    if found is None or layout is None or layout.record not in found.names:
        return False
    wanted = {f for f in (*layout.currency[:1], *layout.rate, *layout.units) if not f.startswith("@")}
    return wanted <= found.names and (layout.record != "cube" or b"rate=" in head)


def _pick(_node: Node) -> tuple[Any, list[tuple[str, str, str, str]]]:
    return None, []


def _read(data: bytes, sender: Sender | None) -> RawFile:
    decoded = read_text(data, sender.encodings if sender else ())
    head = head_of(data[:65_536])
    if head is None or head.root.lower() not in LAYOUTS:
        raise FileRejected("MALFORMED", "the file does not begin with a known element",
                           expected=f"one of {', '.join(LAYOUTS)}")  # fmt: skip
    layout = LAYOUTS[head.root.lower()]
    shape = Shape(frozenset((head.root.lower(),)), frozenset(), _pick)
    roots = [d.node for d in documents(decoded.text, shape)]
    source_id, base = _publisher(roots[0], layout)
    body = decoded.text.lstrip("\ufeff \t\r\n").encode()
    found = [(node, day, _text_of(body, node)) for root in roots for node, day in _rates(root, layout, "")]
    lines = [node.line_no for node, _, _ in found]
    if len(set(lines)) < len(lines):
        lines = list(range(1, len(found) + 1))
    rows = [
        (line, source_id, day, *_priced(node, layout, base), text)
        for line, (node, day, text) in zip(lines, found, strict=True)
    ]
    frame, findings = versioned(raw_frame(COLUMNS[:-2], rows))
    return RawFile(
        frame=frame.select("line_no", *COLUMNS, "raw_text"),
        rows_counted=_counted(data, decoded.encoding, layout),
        findings=tuple(findings),
        faults=(),
        dialect=f"rates_xml {decoded.encoding} {source_id}",
    )


def _publisher(root: Node, layout: BankLayout) -> tuple[str, str]:
    """Who publishes and the currency the rates are in."""
    if layout.base:
        return layout.source_id, layout.base
    name = root.attributes.get("name", "")
    for word, found in layout.bases.items():
        if word in name.casefold():
            return found
    raise FileRejected(
        "SCHEMA", f"nothing says in which currency the rates of '{name}' are",
        expected=f"a publisher among {', '.join(s for s, _ in layout.bases.values())}",
        fix="Add the publisher to the table of central banks.",
    )  # fmt: skip


def _rates(node: Node, layout: BankLayout, day: str) -> Iterator[tuple[Node, str]]:
    """Every rate below an element with the day of it, or of the nearest element around it that has one."""
    own = said(node, layout.day) or day
    if is_record(node, layout):
        yield node, own
        return
    for child in node.children:
        yield from _rates(child, layout, own)


def _priced(node: Node, layout: BankLayout, base: str) -> tuple[str, str, str, str]:
    """Currency, base currency, rate and units: columns of ``exchange_rate`` in their order."""
    named, rate = said(node, layout.currency), said(node, layout.rate)
    units = said(node, layout.units) or "1"
    rate = rate.replace(",", ".") if _COMMA.fullmatch(rate) else rate
    return (base, named, rate, units) if layout.is_inverted else (named, base, rate, units)


def _text_of(body: bytes, node: Node) -> str:
    """The element as received."""
    end = re.compile(rb"/>|</(?:[^\s<>]+:)?" + node.label.encode() + rb"\s*>").search(body, node.start)
    return body[node.start : end.end() if end else len(body)].decode()


def _counted(data: bytes, encoding: str, layout: BankLayout) -> int:
    if not layout.is_inverted:
        return count_elements(data, encoding, (layout.record,))
    text = re.sub(rb"<!--.*?-->", b"", data.decode(encoding).encode(), flags=re.DOTALL)
    return len(re.findall(rb"<[^<>]*\scurrency\s*=", text))


SOURCE = Source(
    name="rates_xml",
    record_kind="exchange_rate",
    meaning="daily exchange rates of central banks",
    claims=_claims,
    read=_read,
)
