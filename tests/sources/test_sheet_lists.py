"""Loading lists in every shape they are sent in, .xlsx and .xls: what is filled, joined, added up, passed over."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from corridor_etl.sources import RawFile, recognise
from tests.sources.biff_files import BiffSheet, workbook
from tests.sources.sheet_samples import LIST_BOXES, LIST_HEAD, LIST_HEADER, LIST_TOTAL, loading_list, xlsx

Rows = Sequence[Sequence[Any]]
Merges = Sequence[tuple[int, int, int, int]]
Written = Callable[..., RawFile]


def _as_xlsx(*sheets: tuple[str, Rows], merges: Merges = ()) -> bytes:
    return xlsx(*sheets, merges=[f"{_cell(t, left)}:{_cell(b, r)}" for t, left, b, r in merges])


def _as_xls(*sheets: tuple[str, Rows], merges: Merges = ()) -> bytes:
    return workbook([BiffSheet(t, rows, merges if i == 0 else ()) for i, (t, rows) in enumerate(sheets)])


def _cell(row: int, column: int) -> str:
    return f"{chr(65 + column)}{row + 1}"


@pytest.fixture(params=["xlsx", "xls"])
def written(request: pytest.FixtureRequest) -> Written:
    """Sheets as a workbook, recognised and read."""

    def read(*sheets: tuple[str, Rows] | Rows, merges: Merges = ()) -> RawFile:
        named = [s if isinstance(s, tuple) and isinstance(s[0], str) else ("清单", s) for s in sheets]
        data = (_as_xlsx if request.param == "xlsx" else _as_xls)(*named, merges=merges)
        source = recognise(data, "list.dat", None)
        assert source.name == f"manifest_{request.param}"
        return source.read(data, None)

    return read


def column(raw: RawFile, name: str) -> list[Any]:
    return raw.frame[name].to_list()


def rules(raw: RawFile) -> list[str]:
    return [f.rule_id for f in raw.findings]


def test_both_kinds_of_workbook_hold_the_same_list(written: Written) -> None:
    raw = written(loading_list(LIST_BOXES, LIST_TOTAL))
    assert column(raw, "line_no") == [8, 9, 10]
    assert column(raw, "container_no") == ["QZAU7000011", "QZAU7000027", "QZAU7000032"]
    assert column(raw, "cargo_gross_kg") == ["18200.5", "19300", "15025"]
    assert column(raw, "departure_date") == ["2025-03-07"] * 3
    assert column(raw, "destination_station") == ["Алматы-1"] * 3
    assert rules(raw) == ["FILL_DOWN"]


def test_a_wagon_written_once_holds_for_the_boxes_under_it(written: Written) -> None:
    raw = written(loading_list())
    assert column(raw, "wagon_no") == ["5270021", "5270021", "5270022"]
    (finding,) = raw.findings
    assert "1 of wagon_no" in finding.message


def with_wagons(*wagons: str | None) -> Rows:
    rows = [list(LIST_BOXES[i % 3]) for i in range(len(wagons))]
    for i, (row, wagon) in enumerate(zip(rows, wagons, strict=True)):
        row[1], row[2] = wagon, f"QZAU70001{i:02d}"
    return loading_list(rows)


@pytest.mark.parametrize("wagons", [
    ("1", "1", "2", None),  # the sheet repeats numbers, so a blank is a blank
    (None, "1", None),  # nothing above the first
    ("1", None, None, None, None),  # five boxes fit no wagon
], ids=["repeated", "none above", "too many"])  # fmt: skip
def test_a_blank_wagon_stays_blank_where_the_sheet_does_not_fill_down(
    written: Written, wagons: tuple[str | None, ...]
) -> None:
    assert column(written(with_wagons(*wagons)), "wagon_no") == list(wagons)


def test_a_blank_weight_is_never_filled(written: Written) -> None:
    rows = [list(r) for r in LIST_BOXES]
    rows[1][6] = rows[1][7] = None
    raw = written(loading_list(rows))
    assert column(raw, "packages") == ["420", None, "610"]
    assert column(raw, "cargo_gross_kg") == ["18200.5", None, "15025"]


def test_a_merged_cell_holds_for_its_rows_and_a_merged_heading_for_its_columns(written: Written) -> None:
    header = list(LIST_HEADER)
    header[6], header[7], header[8] = "件数", "重量(KG)", None
    second = [None] * 10
    second[7], second[8] = "毛重", "净重"
    rows = [list(r) for r in LIST_BOXES]
    rows[1][9] = None
    raw = written([*LIST_HEAD, header, second, *rows], merges=[(6, 7, 6, 8), (8, 9, 9, 9)])
    assert column(raw, "cargo_gross_kg") == ["18200.5", "19300", "15025"]
    assert column(raw, "cargo_net_kg") == ["17100", "18250.25", "13980"]
    assert column(raw, "goods_description") == ["瓷砖", "瓷砖", "灯具"]
    assert column(raw, "line_no") == [9, 10, 11]


def test_a_weight_merged_over_two_boxes_holds_both_back(written: Written) -> None:
    rows = [list(r) for r in LIST_BOXES]
    rows[1][7] = None
    raw = written(loading_list(rows), merges=[(7, 7, 8, 7)])
    assert [(f.line_no, f.rule_id, f.column, f.observed) for f in raw.faults] == [
        (8, "MERGED_QUANTITY", "cargo_gross_kg", "18200.5"),
        (9, "MERGED_QUANTITY", "cargo_gross_kg", "18200.5"),
    ]
    assert column(raw, "line_no") == [10]


def test_the_numbers_of_the_columns_under_a_header_are_no_box(written: Written) -> None:
    raw = written([*LIST_HEAD, LIST_HEADER, list(range(1, 11)), *LIST_BOXES])
    assert column(raw, "line_no") == [9, 10, 11]
    assert raw.faults == ()


def test_a_header_repeated_on_the_next_page_is_held_back(written: Written) -> None:
    raw = written(loading_list(LIST_BOXES[:2], LIST_HEADER, LIST_BOXES[2]))
    assert [(f.line_no, f.rule_id) for f in raw.faults] == [(10, "REPEATED_HEADER")]
    assert raw.rows_counted == 4


SUBTOTALS: Rows = (
    *LIST_BOXES[:2],
    ("小计", None, 2, None, None, None, 800, 37500.5, 35350.25),
    LIST_BOXES[2],
    (None, "小计", 1, None, None, None, 610, 15025, 13980),
    LIST_TOTAL,
    ("制单人：Ли", None, None, None, "Подпись ______"),
)


def test_totals_of_each_wagon_and_of_the_train_agree_and_are_no_boxes(written: Written) -> None:
    raw = written(loading_list(SUBTOTALS))
    assert raw.rows_counted == 3
    assert rules(raw) == ["FILL_DOWN"]


@pytest.mark.parametrize(("at", "place", "line", "expected"), [
    (2, 6, 10, "800"), (4, 7, 12, "15025"), (5, 8, 13, "49330.25"),
])  # fmt: skip
def test_each_total_that_disagrees_is_named(
    written: Written, at: int, place: int, line: int, expected: str
) -> None:
    rows = [list(r) for r in SUBTOTALS]
    rows[at][place] += 1
    raw = written(loading_list(rows))
    found = [f for f in raw.findings if f.rule_id == "ST-008"]
    assert [(f.line_no, f.severity, f.expected) for f in found] == [(line, "warning", expected)]


def test_a_last_row_of_bare_sums_is_a_total(written: Written) -> None:
    bare = (None, None, None, None, None, None, 1410, 52525.5, 49330.25)
    assert rules(written(loading_list(LIST_BOXES, bare))) == ["FILL_DOWN"]
    wrong = (None, None, None, None, None, None, 1411, 52525.5, 49330.25)
    assert rules(written(loading_list(LIST_BOXES, wrong))) == ["FILL_DOWN", "ST-008"]


@pytest.mark.parametrize(("line", "is_right"), [
    (("总件数：1410", None, "总毛重：52525.5"), True), (("Всего мест", 1410), True), (("总箱数", 3), True),
    (("总件数：1400",), False), (("Total gross weight", 52000), False), (("箱量", 4), False),
])  # fmt: skip
def test_totals_above_the_list_are_checked(written: Written, line: Sequence[Any], is_right: bool) -> None:
    raw = written([*LIST_HEAD[:-1], line, LIST_HEADER, *LIST_BOXES])
    assert ("ST-008" not in rules(raw)) == is_right


SECOND_GOODS = (None, None, "QZAU7000011", None, None, None, 30, 1200.25, 1100, "Лампы")


def test_a_box_over_two_rows_is_one_record_with_both_goods(written: Written) -> None:
    rows = [LIST_BOXES[0], SECOND_GOODS, *LIST_BOXES[1:]]
    raw = written(loading_list(rows))
    assert raw.rows_counted == 3
    first = raw.frame.row(0, named=True)
    assert (first["line_no"], first["container_no"]) == (8, "QZAU7000011")
    assert (first["packages"], first["cargo_gross_kg"], first["cargo_net_kg"]) == ("450", "19400.75", "18200")
    assert first["goods_description"] == "瓷砖; Лампы"
    assert [r.get("goods_description") for r in json.loads(first["raw_text"])] == ["瓷砖", "Лампы"]
    assert [(f.rule_id, f.observed) for f in raw.findings if f.rule_id == "BOX_OVER_ROWS"] == [
        ("BOX_OVER_ROWS", "8, 9")
    ]


@pytest.mark.parametrize("key", [None, "QZAU7000011"])
def test_a_box_merged_over_two_rows_is_one_record_and_totals_hold(written: Written, key: str | None) -> None:
    second = [None, None, key, None, None, None, 30, 1200.25, 1100, "Лампы"]
    total = ("Итого", None, 3, None, None, None, 1440, 53725.75, 50430.25)
    raw = written(
        loading_list([LIST_BOXES[0], second, *LIST_BOXES[1:], total]), merges=[] if key else [(7, 2, 8, 2)]
    )
    assert column(raw, "packages") == ["450", "380", "610"]
    assert "ST-008" not in rules(raw)


def test_the_same_goods_twice_are_a_repeated_row_and_not_added_up(written: Written) -> None:
    raw = written(loading_list([LIST_BOXES[0], LIST_BOXES[0], *LIST_BOXES[1:]]))
    assert column(raw, "packages") == ["420", "420", "380", "610"]


def test_the_same_box_on_another_wagon_is_a_row_of_its_own(written: Written) -> None:
    other = list(SECOND_GOODS)
    other[1] = "5270029"
    assert written(loading_list([LIST_BOXES[0], other, *LIST_BOXES[1:]])).rows_counted == 4


def test_a_row_without_its_container_is_held_back_and_not_taken_for_goods(written: Written) -> None:
    damaged = list(LIST_BOXES[1])
    damaged[2] = None
    raw = written(loading_list([LIST_BOXES[0], damaged, LIST_BOXES[2]]))
    assert [(f.line_no, f.rule_id) for f in raw.faults] == [(9, "ID-001")]
    assert raw.rows_counted == 3


def test_a_damaged_second_row_holds_back_its_box() -> None:
    second = list(SECOND_GOODS)
    second[7] = "=1000+200.25"
    data = xlsx(("清单", loading_list([LIST_BOXES[0], second, *LIST_BOXES[1:]])))
    raw = recognise(data, "list.xlsx", None).read(data, None)
    assert [(f.line_no, f.rule_id) for f in raw.faults] == [(8, "FORMULA_CELL")]
    assert column(raw, "line_no") == [10, 11]


def test_two_lists_in_one_workbook_are_both_read_and_know_their_sheet(written: Written) -> None:
    other = [list(r) for r in LIST_BOXES]
    for row in other:
        row[2] = row[2].replace("70000", "70001")
    lists = ("一号", loading_list(LIST_BOXES, LIST_TOTAL)), ("二号", loading_list(other))
    raw = written(("说明", [("See the next sheets",)]), *lists)
    assert column(raw, "line_no") == [8, 9, 10, 10_000_008, 10_000_009, 10_000_010]
    assert [json.loads(t)["sheet"] for t in column(raw, "raw_text")] == ["一号"] * 3 + ["二号"] * 3
    assert raw.rows_counted == 6


def test_a_second_list_without_its_train_has_that_of_the_first(written: Written) -> None:
    raw = written(("一号", loading_list()), ("二号", [LIST_HEADER, *LIST_BOXES]))
    assert set(column(raw, "train_no")) == {"X9004"}
    assert "SHEET_INHERITS" in rules(raw)
    assert column(raw, "line_no")[-1] == 10_000_004


def test_columns_nobody_knows_are_kept_in_the_raw_text(written: Written) -> None:
    rows = [(*r, f"note {i}") for i, r in enumerate(LIST_BOXES)]
    raw = written([*LIST_HEAD, (*LIST_HEADER, "Хранение"), *rows])
    assert [json.loads(t)["Хранение"] for t in column(raw, "raw_text")] == ["note 0", "note 1", "note 2"]
    assert "ST-004" in rules(raw)


@pytest.mark.parametrize(("header", "language"), [
    (("No", "Wagon No", "Container No", "Type", "F/E", "Seal No", "Packages", "Gross Weight", "Net Weight", "Goods Description"), "en"),
    (("№", "Номер вагона", "Номер контейнера", "Тип контейнера", "Груженый/порожний", "№ пломбы", "Количество мест", "Вес брутто", "Масса нетто", "Наименование груза"), "ru"),
    (("序号", "车号", "箱号", "箱型", "重空", "封号", "件数", "毛重", "净重", "货物名称"), "zh"),
    (("№", "车号/Wagon No", "箱号 Container No", "箱型\nТип контейнера", "重空", "封号\r\nSeal No", "件数 Pkgs", "毛重(KG)", "净重", "品名 Commodity"), "mixed"),
], ids=lambda v: v if isinstance(v, str) else "")  # fmt: skip
def test_headers_in_each_language_and_mixed(written: Written, header: Sequence[str], language: str) -> None:
    raw = written([*LIST_HEAD, header, *LIST_BOXES])
    assert column(raw, "container_no") == ["QZAU7000011", "QZAU7000027", "QZAU7000032"]
    assert column(raw, "goods_description") == ["瓷砖", "瓷砖", "灯具"]
    assert column(raw, "seal_nos") == ["S100001", "S100002", "S100003"]


@pytest.mark.parametrize("blank", [0, 1, 20])
def test_the_header_may_stand_anywhere_in_the_first_rows(written: Written, blank: int) -> None:
    raw = written([*LIST_HEAD, *[()] * blank, LIST_HEADER, *LIST_BOXES])
    assert column(raw, "line_no") == [8 + blank, 9 + blank, 10 + blank]
