"""How central banks write a day's rates in XML: one entry per root element, all that differs is data.

A field is a child element, or an attribute written as ``@name``; the first of several that says something counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from corridor_etl.sources._xml import Node

Fields = tuple[str, ...]


@dataclass(frozen=True)
class BankLayout:
    """``record`` is the element of one rate (lower case), ``day`` is looked for in it and then in what is around it.

    ``base`` is the currency the rates are in; ``bases`` finds it by a word in the root's name, where one layout has
    several publishers. ``is_inverted`` where a rate says how much of the named currency one ``base`` is worth.
    """

    source_id: str
    record: str
    currency: Fields
    rate: Fields
    units: Fields
    day: Fields
    base: str = ""
    bases: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    is_inverted: bool = False


# root element in lower case -> layout
LAYOUTS: dict[str, BankLayout] = {
    "envelope": BankLayout("ecb", "cube", ("@currency",), ("@rate",), (), ("@time",), "EUR", is_inverted=True),
    "valcurs": BankLayout(
        "", "valute", ("charcode", "@code"), ("value",), ("nominal",), ("@date",),
        bases={
            "foreign currency market": ("cbr", "RUB"),
            "azn": ("cbar", "AZN"),
            "cursul oficial": ("bnm", "MDL"),
            "official exchange rate": ("bnm", "MDL"),
        },
    ),
    "rates": BankLayout("nbk", "item", ("title",), ("description",), ("quant",), ("pubdate", "date"), "KZT"),
    "rss": BankLayout("nbk", "item", ("title",), ("description",), ("quant",), ("pubdate", "date"), "KZT"),
    "currencyrates": BankLayout("nbkr", "currency", ("@isocode",), ("value",), ("nominal",), ("@date",), "KGS"),
    "cbu_curr": BankLayout("cbu", "ccyntry", ("ccy",), ("rate",), ("nominal",), ("date",), "UZS"),
}  # fmt: skip


def said(node: Node, fields: Fields) -> str:
    """The first of several fields of an element that is not blank, or ""."""
    for name in fields:
        if name.startswith("@"):
            text = node.attributes.get(name[1:], "").strip()
        else:
            text = next((c.text for c in node.children if c.name == name and c.text), "")
        if text:
            return text
    return ""


def is_record(node: Node, layout: BankLayout) -> bool:
    """Whether an element is a rate: of the layout's name, and with a currency (other elements share the name)."""
    return node.name == layout.record and bool(said(node, layout.currency))
