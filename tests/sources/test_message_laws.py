"""Laws of reading messages: whatever is written comes back, is counted twice alike, and a cut never loads in silence."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile
from corridor_etl.sources._edifact import Separators
from corridor_etl.sources._message_cells import parsed
from corridor_etl.sources._message_count import Counted, count_rows
from corridor_etl.sources._message_layout import layouts, raw_columns, set_aside
from corridor_etl.sources._message_tree import Trigger
from tests.sources.message_writer import interchange, message, read

MARKS = st.sampled_from([
    Separators(), Separators("|", "^", ",", "!", "~"), Separators(":", "+", ".", "?", "\n"), Separators(":", "+", ".", " ", "'"),
    Separators("\x1f", "\x1d", ".", "\\", "\x1c"),
])  # fmt: skip
TEXT = st.text(st.sampled_from("AZ09 :+'?!~^|\\é中"), min_size=1, max_size=12).filter(lambda t: t.strip())
SLOTS = st.lists(
    st.tuples(st.from_regex("[0-9]{6,7}", fullmatch=True), TEXT, st.integers(0, 40_000)), max_size=6
)
ENDS = st.sampled_from(["", "\n", "\r\n", " "])


def escaped(text: str, marks: Separators) -> str:
    if marks.release == " ":
        return "".join(c for c in text if c not in (marks.component, marks.element, marks.terminator))
    special = (marks.component, marks.element, marks.release, marks.terminator)
    return "".join(marks.release + c if c in special else c for c in text)


def written(rows: list[tuple[str, str, int]], marks: Separators, end: str) -> str:
    c, e, t = marks.component, marks.element, marks.terminator
    advice = f"UNA{c}{e}{marks.decimal}{marks.release} {t}"
    head = [
        f"UNB{e}UNOW{c}4{e}A{e}B{e}250610{c}0800{e}7",
        f"UNH{e}1{e}BAPLIE{c}D{c}95B{c}UN",
        f"BGM{e}{e}P1{e}9",
    ]
    body = [
        s for slot, note, kg in rows
        for s in (f"LOC{e}147{e}{slot}", f"RFF{e}BM{c}{escaped(note, marks)}", f"MEA{e}WT{e}{e}KGM{c}{kg}")
    ]  # fmt: skip
    tail = [f"UNT{e}{len(body) + 3}{e}1", f"UNZ{e}1{e}7"]
    return advice + "".join(segment + t + end for segment in [*head, *body, *tail])


@given(SLOTS, MARKS, ENDS)
def test_a_plan_comes_back_as_it_was_written(
    rows: list[tuple[str, str, int]], marks: Separators, end: str
) -> None:
    raw = read(written(rows, marks, end).encode())
    notes = [note if marks.release != " " else escaped(note, marks) for _, note, _ in rows]
    expected = [
        (s, None if n.strip() in ("1", "") else n.strip(), str(kg))
        for (s, _, kg), n in zip(rows, notes, strict=True)
    ]
    assert raw.frame.select("slot_code", "bl_no", "gross_gross_kg").rows() == expected
    assert [f.rule_id for f in raw.findings] == ([] if rows else ["NO_ROWS", "NO_ROWS"])


@given(SLOTS, st.data())
def test_a_cut_plan_never_loads_in_silence(rows: list[tuple[str, str, int]], data: st.DataObject) -> None:
    text = written(rows, Separators(), "\n")
    at = data.draw(st.integers(1, len(text.rstrip()) - 1))
    read_or_reason = outcome(text[:at].encode())
    if isinstance(read_or_reason, RawFile):
        assert read_or_reason.frame.height == len(rows)
        assert "ST-001" in {f.rule_id for f in read_or_reason.findings}
    else:
        assert read_or_reason in {"TRUNCATED", "UNKNOWN_FORMAT", "EMPTY_FILE"}


def outcome(data: bytes) -> RawFile | str:
    try:
        return read(data)
    except FileRejected as error:
        return error.reason


GOODS = st.lists(st.lists(st.integers(0, 99), max_size=3), max_size=4)


@given(GOODS)
def test_consignments_with_and_without_items_are_counted_as_they_are_read(goods: list[list[int]]) -> None:
    segments = [
        s for n, packages in enumerate(goods, start=1)
        for s in (f"CNI+{n}+B{n}", *(f"GID+{i}+{p}:CT" for i, p in enumerate(packages, start=1)))
    ]  # fmt: skip
    total = sum(p for packages in goods for p in packages)
    is_comparable = all(goods)
    head = ("BGM+785+M+9", f"CNT+10:{len(goods)}", *([f"CNT+11:{total}"] if is_comparable else []))
    raw = read(interchange(message("IFCSUM", *head, *segments)))
    assert raw.rows_counted == raw.frame.height == sum(max(1, len(packages)) for packages in goods)
    assert "ST-002" not in {f.rule_id for f in raw.findings}


@given(st.lists(st.sampled_from(["LOC+147+1'", "FTX+?'LOC+147+2'", "FTX+??'", "LOC+1477+1'", "L\nOC+14\r\n7+3'", " LOC+147'",
                                 "FTX+A???'LOC+147'", "XLOC+147'"])))  # fmt: skip
def test_the_count_honours_releases_line_ends_and_whole_tags(segments: list[str]) -> None:
    hits = sum(s in ("LOC+147+1'", "L\nOC+14\r\n7+3'", " LOC+147'") for s in segments)
    text = "UNH+1+BAPLIE:D:95B:UN'" + "".join(segments) + "UNT+2+1'"
    rule = {"BAPLIE": Counted((Trigger("LOC", ("147",)),))}
    assert count_rows(text.encode(), rule, "BAPLIE") == hits


def test_a_long_run_of_releases_is_counted_in_linear_time() -> None:
    text = b"UNH+1+BAPLIE:D:95B:UN'FTX+" + b"?" * 1_000_000 + b"'LOC+147'"
    assert count_rows(text, {"BAPLIE": Counted((Trigger("LOC", ("147",)),))}, "BAPLIE") == 1


OF_SOME_KINDS = {
    "transport_mode", "message_ref", "dialect", "document_key", "document_kind", "item_gross_kg", "item_net_kg",
    "item_packages", "dispatch_country", "incoterm", "invoice_total", "invoice_currency",
}  # fmt: skip
"""What messages say that not every record kind has a column for."""


@pytest.mark.parametrize("name", sorted(layouts()))
def test_every_cell_of_a_layout_is_a_column_and_every_path_a_path(name: str) -> None:
    layout = layouts()[name]
    assert set(layout.cells) - set(raw_columns(layout.record_kind)) <= OF_SOME_KINDS
    levels = {level.name for level in layout.levels} | {"message"} | ({"handling"} if layout.grow else set())
    places = [parsed(path) for paths in layout.cells.values() for path in paths]
    assert {place.level for place in places} - levels <= {"consignment"}


@pytest.mark.parametrize("name", sorted(layouts()))
def test_every_value_of_a_row_is_a_column(name: str, sample_bytes) -> None:
    """Nothing that a format derives is dropped on the way to the frame."""
    from corridor_etl.sources._message_reader import _Reader

    stem = {
        "IFTMBP": "iftmin",
        "IFTMBF": "iftmin",
        "IFTMBC": "iftmin",
        "IFTMCS": "iftmin",
        "IFTMAN": "iftmin",
    }.get(name)
    data = sample_bytes(f"{stem or name.lower()}.edi").replace(
        b"IFTMIN", name.encode() if stem else b"IFTMIN"
    )
    reader = _Reader(data, None, name)
    assert reader.read().frame.height >= 2
    unknown = {key for row in reader._rows for key in row.values} - set(
        raw_columns(layouts()[name].record_kind)
    )
    assert unknown <= OF_SOME_KINDS


def test_no_message_is_both_read_and_set_aside() -> None:
    assert not layouts().keys() & set_aside().keys()


@pytest.mark.parametrize("path", ["LOC+9 2", "slot LOC+9", "slot LOC+9 2 nonsense", "slot  LOC 2", ""])
def test_a_path_that_is_none_is_an_error(path: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(path))):
        parsed(path)
