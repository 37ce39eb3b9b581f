"""The XML reader: every hostile payload and its outcome, encodings, lines, and a count that agrees."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.sources import _xml, _xml_paths
from corridor_etl.sources._xml_count import count_elements
from corridor_etl.sources._xml_head import head_of

TABLE = {"name": "name", "kg": "box/kg", "codes": "*code"}
SHAPE = _xml.Shape(frozenset(("doc",)), frozenset(("item",)), lambda n: _xml_paths.pick(n, TABLE, ("kg",)))


def read(text: str | bytes, encodings: tuple[str, ...] = ()) -> list[_xml.Document]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(_xml.documents(_xml.read_text(data, encodings).text, SHAPE))


def items(text: str | bytes) -> list[_xml.Item]:
    return [item for document in read(text) for item in document.items]


def reason(text: str | bytes) -> str:
    with pytest.raises(FileRejected) as caught:
        read(text)
    return caught.value.reason


LAUGHS = '<!DOCTYPE r [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("payload", [
    LAUGHS + "]><r>&i;</r>",
    f'<!DOCTYPE r [<!ENTITY a "{"x" * 200_000}">]><r>{"&a;" * 20_000}</r>',
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
    '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd"><r/>',
    "<!DOCTYPE r><r/>",
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]><r/>',
], ids=["billion laughs", "quadratic", "XXE", "external DTD", "bare DTD", "parameter entity"])  # fmt: skip
def test_document_types_are_refused_before_anything_is_expanded(payload: str) -> None:
    assert reason(payload) == "DTD"


def test_deep_nesting_is_refused() -> None:
    assert reason("<a>" * 200_000 + "</a>" * 200_000) == "TOO_DEEP"
    assert items("<a>" * 63 + "<item/>" + "</a>" * 63) != []


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_xml, "MAX_DOCUMENT_BYTES", 10)
    assert reason("<doc>1234567</doc>") == "TOO_BIG"


@pytest.mark.parametrize(("text", "expected"), [
    ("<r/><r/>", "TWO_ROOTS"),
    ('<r/>\n<?xml version="1.0"?><r/>', "TWO_ROOTS"),
    ("<r/>and more", "MALFORMED"),
    ("<r>]]></r>", "MALFORMED"),
    ("<r>&nbsp;</r>", "MALFORMED"),
    ("<r><a></r>", "MALFORMED"),
    ('<r a="1" a="2"/>', "MALFORMED"),
    ("<p:r/>", "MALFORMED"),
    ("<r>\x01</r>", "MALFORMED"),
    ("just text", "MALFORMED"),
    ("  \n", "EMPTY_FILE"),
])  # fmt: skip
def test_what_is_no_document_is_refused(text: str, expected: str) -> None:
    assert reason(text) == expected


WHOLE = "<doc><item><name>箱</name><box kg='12'/></item><!-- end --><item><![CDATA[x]]></item></doc>"


def test_a_document_cut_anywhere_is_refused() -> None:
    for cut in range(1, len(WHOLE.encode())):
        assert reason(WHOLE.encode()[:cut]) in ("TRUNCATED", "MALFORMED", "ENCODING"), cut


def test_most_cuts_are_called_what_they_are() -> None:
    found = [reason(WHOLE.encode()[:cut]) for cut in range(20, len(WHOLE.encode()))]
    assert found.count("TRUNCATED") > 0.9 * len(found)
    declared = ('<?xml version="1.0" encoding="UTF-8"?>' + WHOLE).encode()
    assert reason(declared[: declared.index("箱".encode()) + 1]) == "TRUNCATED"


BODY = "<doc><item><name>箱单 Алматы</name></item></doc>"


@pytest.mark.parametrize(("declared", "written"), [
    ("UTF-8", "utf-8"), ("utf-8", "utf-8-sig"), ("GB18030", "gb18030"), ("GBK", "gb18030"), ("gb2312", "gb18030"),
    ("UTF-16", "utf-16"),
])  # fmt: skip
def test_declared_encodings_are_honoured(declared: str, written: str) -> None:
    data = f'<?xml version="1.0" encoding="{declared}"?>\n{BODY}'.encode(written)
    (item,) = items(data)
    assert item.values["name"] == "箱单 Алматы"
    assert count_elements(data, _xml.read_text(data).encoding, ("item",)) == 1


def test_windows_1251_and_what_only_says_so() -> None:
    text = (
        '<?xml version="1.0" encoding="windows-1251"?><doc><item><name>ГРУЖЁНЫЙ контейнер</name></item></doc>'
    )
    assert items(text.encode("cp1251"))[0].values["name"] == "ГРУЖЁНЫЙ контейнер"
    assert reason(text.encode()) == "ENCODING"


@pytest.mark.parametrize(("declared", "written"), [
    ("UTF-8", "gb18030"), ("UTF-8", "cp1251"), ("UTF-16", "utf-8"), ("UTF-16LE", "utf-8-sig"),
    ("UTF-8", "utf-16"), ("GB18030", "utf-8"), ("x-klingon", "utf-8"), ("windows-1251", "utf-8-sig"),
])  # fmt: skip
def test_a_declaration_that_is_not_true_of_the_bytes_is_refused(declared: str, written: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>{BODY}'
    assert reason(text.encode(written, "replace" if written == "cp1251" else "strict")) == "ENCODING"


def test_without_a_declaration_the_sender_s_encoding_counts() -> None:
    data = BODY.encode("gb18030")
    assert read(data, ("gb18030",))[0].items[0].values["name"] == "箱单 Алматы"
    assert reason(data) == "ENCODING"


def test_any_prefix_and_attributes_in_place_of_elements() -> None:
    for text in (
        '<x:doc xmlns:x="urn:a"><x:item><x:name>n</x:name><x:box><x:kg>1</x:kg></x:box></x:item></x:doc>',
        '<doc xmlns="urn:a"><item name="n"><box kg="1"/></item></doc>',
        '<DOC xmlns:y="urn:b"><Item y:NAME="n"><Box><y:KG>1</y:KG></Box></Item></DOC>',
    ):
        (item,) = items(text)
        assert (item.values["name"], item.values["kg"]) == ("n", "1")
        assert count_elements(text.encode(), "utf-8", ("item",)) == 1


@pytest.mark.parametrize("inner", [
    "<name>a</name><name>b</name>", '<name>a</name><box><kg>1</kg></box><box kg="2"/>', "<name/><box><kg>1</kg><kg>1</kg></box>",
])  # fmt: skip
def test_a_single_element_that_comes_twice_costs_the_row(inner: str) -> None:
    (item,) = items(f"<doc><item>{inner}</item></doc>")
    assert [flaw[0] for flaw in item.flaws] == ["DUPLICATE_ELEMENT"]


def test_a_list_may_come_often_and_says_each_value_once() -> None:
    (item,) = items("<doc><item><code>b</code><code>a</code><code> b </code><code/></item></doc>")
    assert (item.values["codes"], item.flaws) == ("b;a", ())


@pytest.mark.parametrize("text", ["\u202egnp", "&#x202E;gnp", "&#x7f;"])
def test_control_characters_cost_the_row(text: str) -> None:
    (item,) = items(f"<doc><item><name>{text}</name></item></doc>")
    assert {flaw[0] for flaw in item.flaws} == {"CONTROL_CHAR"}


def test_a_long_value_costs_the_row() -> None:
    bad, good = items(f"<doc><item><name>{'x' * 70_000}</name></item><item/></doc>")
    assert ([f[0] for f in bad.flaws], good.flaws) == (["ROW_TOO_LONG"], ())


@pytest.mark.parametrize(("written", "expected"), [
    ("1.0623724E7", "10623724"), ("2.5e-2", "0.025"), ("12.50", "12.50"), ("1,5", "1,5"), ("1e400", "1e400"),
    ("1E999999999", "1E999999999"), ("NaN", "NaN"), ("Infinity", "Infinity"), ("١٢", "١٢"), ("1_000", "1_000"),
])  # fmt: skip
def test_numbers_lose_their_exponent_and_nothing_else(written: str, expected: str) -> None:
    (item,) = items(f"<doc><item><box><kg>{written}</kg></box></item></doc>")
    assert item.values["kg"] == expected


def test_lines_and_texts_are_those_of_the_record() -> None:
    text = "\n<doc>\r\n <item a='>'><name>1\n2</name></item ><item\n/>\n</doc>\n"
    first, second = items(text)
    assert (first.line_no, first.text, first.values["name"]) == (
        3,
        "<item a='>'><name>1\n2</name></item >",
        "1 2",
    )
    assert (second.line_no, second.text) == (4, "<item\n/>")
    assert _xml.line_numbers([first, second]) == [3, 4]
    assert _xml.line_numbers(items("<doc><item/><item/></doc>")) == [1, 2]


def test_a_record_inside_a_record_is_misplaced_and_still_counted() -> None:
    text = "<doc><item><item><name>b</name></item></item></doc>"
    found = items(text)
    assert len(found) == count_elements(text.encode(), "utf-8", ("item",)) == 2
    assert [f[0] for item in found for f in item.flaws] == ["MISPLACED"]


def test_documents_are_let_go_one_by_one() -> None:
    text = "<all>" + "<doc><head>h</head><item><name>n</name></item></doc>" * 3 + "</all>"
    for number, document in enumerate(read(text), start=1):
        assert [n.name for n in document.node.children] == ["head"]
        assert document.around[0].children == []
        assert document.items[0].number == number


def test_comments_and_sections_of_text_hold_no_records() -> None:
    text = "<doc><!-- <item/> --><item><name><![CDATA[<item/>]]></name></item><?x <item/>?><items/><item2/></doc>"
    assert len(items(text)) == count_elements(text.encode(), "utf-8", ("item",)) == 1


def test_the_head_of_a_file() -> None:
    head = head_of(
        b'<?xml version="1.0"?>\n<!-- <doc> -->\n<a:Doc xmlns:a="urn:x"><a:Type>\xd0\xa2</a:Type><b'
    )
    assert head is not None
    assert (head.root, head.namespace, head.word("type")) == ("Doc", "urn:x", "Т")
    assert head.has("TYPE", "doc")
    assert head_of(b"a,b\n1,2\n") is None
    assert head_of('<a xmlns="u"/>'.encode("utf-16")) is not None


NAMES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cf"), exclude_characters="\ufffe\uffff"), max_size=8
)


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, st.integers(0, 10**9), st.booleans()), max_size=6), st.sampled_from(["", "p:"]),
       st.sampled_from(["", "\n"]), st.sampled_from(["utf-8", "utf-16", "gb18030"]))  # fmt: skip
def test_any_document_gives_its_records_and_the_count_agrees(
    rows: list[tuple[str, int, bool]], prefix: str, gap: str, encoding: str
) -> None:
    parts = []
    for name, kg, as_attribute in rows:
        attribute = f" name={quoteattr(name)}" if as_attribute else ""
        child = "" if as_attribute else f"<{prefix}name>{escape(name)}</{prefix}name>"
        parts.append(f"<{prefix}item{attribute}>{child}<{prefix}box><{prefix}kg>{kg}</{prefix}kg></{prefix}box>"
                     f"</{prefix}item>")  # fmt: skip
    space = f' xmlns:{prefix[:-1]}="urn:x"' if prefix else ""
    text = f'<?xml version="1.0" encoding="{encoding}"?><{prefix}doc{space}>{gap.join(parts)}</{prefix}doc>'
    data = text.encode(encoding)
    found = items(data)
    assert [(i.values["name"] or "", i.values["kg"]) for i in found] == [
        (" ".join(name.split()), str(kg)) for name, kg, _ in rows
    ]
    assert [i.text for i in found] == parts
    assert count_elements(data, _xml.read_text(data).encoding, ("item",)) == len(rows)
    assert all(i.flaws == () for i in found)
