"""Bookings, declarations, positions and ASYCUDA documents as workbooks: recognised by their headers, read to records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Settings
from corridor_etl.sources import RawFile, recognise, sources
from corridor_etl.staging import Staged, StagingContext, stage
from tests.sources.biff_files import BiffSheet, workbook
from tests.sources.sheet_samples import (
    BOOKINGS,
    DECLARATIONS,
    LIST_HEAD,
    LIST_HEADER,
    POSITIONS,
    SAD_HEAD,
    SAD_ITEMS,
    cargo_manifest,
    loading_list,
    xlsx,
)

Rows = Sequence[Sequence[Any]]


def read(data: bytes, name: str) -> RawFile:
    source = recognise(data, "file.dat", None)
    assert source.name == name
    return source.read(data, None)


@pytest.fixture
def staged(settings: Settings) -> Callable[[str, RawFile], Staged]:
    context = StagingContext(settings, None, "0" * 16, datetime(2026, 1, 1, tzinfo=UTC))
    return lambda kind, raw: stage(kind, raw, context)


BOOKS = {
    "booking_xlsx": [("订舱", BOOKINGS)],
    "declaration_cn_xlsx": [("报关单", DECLARATIONS)],
    "rail_dislocation_xlsx": [("Лист1", POSITIONS)],
    "asycuda_sad_xlsx": [("General", SAD_HEAD), ("Items", SAD_ITEMS)],
    "asycuda_manifest_xls": [("Sheet1", cargo_manifest())],
}


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_format_is_known_by_its_headers_in_either_kind_of_workbook(name: str, kind: str) -> None:
    rows = [
        (t, [[c.isoformat(" ", "minutes") if isinstance(c, datetime) else c for c in r] for r in rows])
        for t, rows in BOOKS[name]
    ]
    data = xlsx(*rows) if kind == "xlsx" else workbook([BiffSheet(*sheet) for sheet in rows])
    raw = read(data, name)
    assert raw.dialect == kind
    assert raw.rows_counted >= 2
    claims = [s.name for s in sources().values() if s.needs_whole_file and s.claims(data, "list.xlsx")]
    assert claims == [name]


def test_a_workbook_that_fits_no_format_is_refused_as_a_loading_list() -> None:
    data = xlsx(("Лист1", [("Отчёт", "за", "март"), (1, 2, 3)]))
    assert recognise(data, "x", None).name == "manifest_xlsx"
    with pytest.raises(FileRejected) as caught:
        sources()["manifest_xlsx"].read(data, None)
    assert (caught.value.reason, "Лист1" in caught.value.fact) == ("SCHEMA", True)


def test_a_loading_list_with_declaration_columns_is_still_a_loading_list() -> None:
    header = [*LIST_HEADER, "HS编码", "报关单号", "原产国", "订舱号"]
    data = xlsx(("清单", [*LIST_HEAD, header, *loading_list()[7:]]))
    assert read(data, "manifest_xlsx").rows_counted == 3


def test_a_large_workbook_is_known_although_its_head_says_nothing() -> None:
    data = xlsx(("Лист1", [*POSITIONS, *([POSITIONS[-1]] * 3000)]))
    assert len(data) > 65_536
    assert read(data, "rail_dislocation_xlsx").rows_counted == 3002


def test_bookings(staged: Callable[[str, RawFile], Staged]) -> None:
    result = staged("booking", read(xlsx(("订舱", BOOKINGS)), "booking_xlsx"))
    assert result.faults == ()
    assert result.frame["booking_no"].to_list() == ["BK25000011", "BK25000012"]
    assert result.frame["teu"].to_list() == [Decimal("6.25"), Decimal(20)]


def test_items_of_one_declaration_have_its_values_and_not_those_of_another(
    staged: Callable[[str, RawFile], Staged],
) -> None:
    raw = read(xlsx(("报关单", DECLARATIONS)), "declaration_cn_xlsx")
    result = staged("declaration_item", raw)
    assert result.faults == ()
    frame = result.frame
    assert frame["declaration_no"].str.slice(-2).to_list() == ["21", "21", "22"]
    assert frame["item_no"].to_list() == [1, 2, 1]
    assert frame["released_on_local"].to_list() == [date(2025, 3, 6), date(2025, 3, 6), None]
    assert frame["bl_no"].to_list() == ["SM25000021", "SM25000021", None]
    assert frame["supervision_mode"].to_list() == ["0110"] * 3
    assert frame["gross_kg"].to_list() == [Decimal("18200.5"), None, Decimal(15025)]


def test_a_declaration_merged_over_its_items() -> None:
    rows = [list(r) for r in DECLARATIONS]
    raw = read(
        xlsx(("报关单", rows), merges=["A2:A3", "S2:S3", "C2:C3", "B2:B3", "D2:D3"]), "declaration_cn_xlsx"
    )
    assert raw.frame["container_nos"].to_list() == ["QZAU7000011", "QZAU7000011", "QZAU7000032"]


@pytest.mark.parametrize(("column", "value"), [(0, 940320250000000021), (4, 110), (7, 6907219000), (10, 6)])
def test_codes_typed_as_numbers_hold_back_their_item(column: int, value: int) -> None:
    rows = [list(r) for r in DECLARATIONS]
    rows[3][column] = value
    raw = read(xlsx(("报关单", rows)), "declaration_cn_xlsx")
    assert [(f.line_no, f.rule_id) for f in raw.faults] == [(4, "NUMERIC_IDENTIFIER")]


def test_positions_are_in_moscow_time(staged: Callable[[str, RawFile], Staged]) -> None:
    result = staged("rail_position", read(xlsx(("Лист1", POSITIONS)), "rail_dislocation_xlsx"))
    assert result.faults == ()
    assert result.frame["operation_at_utc"].to_list() == [
        datetime(2025, 3, 8, 1, 35, tzinfo=UTC), datetime(2025, 3, 8, 2, 10, tzinfo=UTC),
    ]  # fmt: skip
    assert result.frame["wagon_no"].to_list() == ["95236196", "95535399"]
    assert result.frame["remaining_km"].to_list() == [340, 52]
    assert result.frame["container_no"].to_list() == ["QZAU7000011", "QZAU7000027"]


def test_one_box_with_two_operations_is_two_positions() -> None:
    rows = [*POSITIONS[:4], [*POSITIONS[3][:3], "Жетыген", *POSITIONS[3][4:]]]
    assert read(xlsx(("Лист1", rows)), "rail_dislocation_xlsx").rows_counted == 2


def sad(head: Rows = SAD_HEAD, items: Rows = SAD_ITEMS) -> RawFile:
    return read(xlsx(("General", head), ("Items", items), ("Sheet3", ())), "asycuda_sad_xlsx")


def test_a_typed_declaration_has_its_head_on_each_item() -> None:
    raw = sad()
    assert raw.frame["hs_code"].to_list() == ["69072190", "69101000"]
    assert raw.frame["item_no"].to_list() == ["1", "2"]
    assert set(raw.frame["office_code"]) == {"AL010100"}
    assert set(raw.frame["regime"]) == {"AL"}
    assert set(raw.frame["ie_flag"]) == {"I"}
    assert raw.frame["total_price"].to_list() == ["7800", "1700"]
    assert raw.frame["currency"].to_list() == ["EUR", "EUR"]
    assert {f.rule_id for f in raw.findings} == {"UNREGISTERED"}
    assert raw.frame["declaration_no"].n_unique() == 1


def test_a_typed_declaration_with_fewer_items_than_it_declares_says_so() -> None:
    head = [list(r) for r in SAD_HEAD]
    head[3][3], head[3][4] = "9", "648"
    found = [(f.rule_id, f.observed, f.expected) for f in sad(head).findings if f.rule_id.startswith("ST-")]
    assert found == [("ST-009", "9", "2"), ("ST-008", "648", "500")]


def test_a_code_that_lost_its_zero_holds_back_its_item() -> None:
    items = [list(r) for r in SAD_ITEMS]
    items[4][2] = 4011000.0
    raw = sad(items=items)
    assert [(f.line_no, f.rule_id, f.observed) for f in raw.faults] == [(5, "NUMERIC_IDENTIFIER", "4011000")]
    assert raw.frame["item_no"].to_list() == ["1"]


def manifest(declared: Sequence[Any]) -> RawFile:
    return read(workbook([BiffSheet("Sheet1", cargo_manifest(declared))]), "asycuda_manifest_xls")


def test_a_cargo_manifest(staged: Callable[[str, RawFile], Staged]) -> None:
    raw = manifest((2, 500, 1, 19100.75))
    result = staged("consignment", raw)
    assert result.faults == ()
    assert [f.rule_id for f in raw.findings if f.rule_id == "ST-008"] == []
    frame = result.frame
    assert set(frame["manifest_no"]) == {"301 0017/W 2025-03-02"}
    assert frame["consignment_no"].to_list() == ["77900000011", "77900000022"]
    assert frame["packages"].sum() == 500
    assert frame["gross_kg"].sum() == Decimal("19100.75")
    assert frame["goods_description"][0] == "Tiles <glazed> & basins {}/> 5%"
    assert frame["consignee_name"].to_list() == ["Firm B", "Firm C"]
    assert frame["destination_code"].to_list() == ["XKPRN", "XKPRN"]


def test_a_cargo_manifest_that_declares_other_totals_says_so() -> None:
    found = [(f.observed, f.expected) for f in manifest((3, 35, 1, 832)).findings if f.rule_id == "ST-008"]
    assert found == [("3", "2"), ("35", "500"), ("832", "19100.75")]
