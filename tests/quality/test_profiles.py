"""What a profile says of staged rows, and which deliveries it is laid beside."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from corridor_etl.model import KINDS
from corridor_etl.quality import profile as profiles
from corridor_etl.quality.baselines import Line, comparables
from corridor_etl.quality.comparison import compared
from corridor_etl.quality.profile import COLUMN_SCHEMA, PROFILE_SCHEMA, Profile, profiled

MONDAY = date(2025, 6, 2)
BOOKING_SCHEMA = {**KINDS["booking"].schema, "delivery_id": pl.String()}


def items(*rows: dict[str, Any], delivery_id: str = "d1") -> pl.DataFrame:
    schema = {**KINDS["declaration_item"].schema, "delivery_id": pl.String()}
    base = {"declared_on_local": MONDAY, "currency": "CNY", "delivery_id": delivery_id}
    return pl.DataFrame([base | row for row in rows], schema=schema)


def cells(found: Profile, column: str, delivery_id: str = "d1") -> dict[str, Any]:
    (row,) = found.columns.filter(column_name=column, delivery_id=delivery_id).to_dicts()
    return row


def test_rows_empty_cells_and_different_values_are_counted_per_delivery() -> None:
    one = items({"train_no": "X9001"}, {"train_no": None}, {"train_no": "X9001"}, {"train_no": "X9002"})
    found = profiled(pl.concat([one, items({}, delivery_id="d2")]), KINDS["declaration_item"])
    assert found.kinds.select("delivery_id", "rows").rows() == [("d1", 4), ("d2", 1)]
    assert (cells(found, "train_no")["nulls"], cells(found, "train_no")["distinct_count"]) == (1, 2)
    assert (cells(found, "train_no", "d2")["nulls"], cells(found, "train_no", "d2")["distinct_count"]) == (
        1,
        0,
    )
    assert found.columns["column_name"].to_list() == [*KINDS["declaration_item"].schema] * 2


def test_a_median_is_of_values_above_zero_in_the_unit_most_of_them_have() -> None:
    prices = [
        ("10", "CNY"),
        ("30", "CNY"),
        ("0", "CNY"),
        ("-5", "CNY"),
        ("9000", "KZT"),
        (None, "KZT"),
        (None, "KZT"),
        (None, "KZT"),
    ]
    rows = [{"total_price": p and Decimal(p), "currency": c, "gross_kg": Decimal(7)} for p, c in prices]
    found = profiled(items(*rows), KINDS["declaration_item"])
    price, weight = cells(found, "total_price"), cells(found, "gross_kg")
    assert (price["measured"], price["median"], price["median_unit"]) == (2, 20.0, "CNY")
    assert (weight["measured"], weight["median"], weight["median_unit"]) == (8, 7.0, "kg")
    assert cells(found, "goods_name")["measured"] is None


def test_codes_are_listed_once_and_of_containers_the_owners_only() -> None:
    found = profiled(
        items({"trade_country": "KZ"}, {"trade_country": "DE"}, {"trade_country": "KZ"}, {}),
        KINDS["declaration_item"],
    )
    assert json.loads(cells(found, "trade_country")["codes_json"]) == ["DE", "KZ"]
    assert cells(found, "hs_code")["codes_json"] is None
    schema = {**KINDS["port_event"].schema, "delivery_id": pl.String()}
    boxes = pl.DataFrame(
        [{"container_no": n, "delivery_id": "d1"} for n in ("MSKU9070323", "MSKU9070344", "QZAU1")],
        schema=schema,
    )
    assert json.loads(cells(profiled(boxes, KINDS["port_event"]), "container_no")["codes_json"]) == [
        "MSKU",
        "QZAU",
    ]


def test_so_many_codes_that_they_name_things_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "MOST_CODES", 3)
    rows = [{"trade_country": c, "origin_country": c[:3]} for c in ("AAA1", "AAA2", "AAA3", "AAA4")]
    found = profiled(items(*rows), KINDS["declaration_item"])
    assert cells(found, "trade_country")["codes_json"] is None
    assert json.loads(cells(found, "origin_country")["codes_json"]) == ["AAA"]


def test_hostile_codes_are_cut_and_kept_as_text() -> None:
    found = profiled(
        items({"trade_country": '"],{'}, {"trade_country": "x" * 5000}), KINDS["declaration_item"]
    )
    assert json.loads(cells(found, "trade_country")["codes_json"]) == ['"],{', "x" * profiles.CODE_CHARS]


def test_one_mistyped_date_moves_no_day_of_the_profile() -> None:
    days = [MONDAY + timedelta(days=i % 7) for i in range(40)]
    wrong = [date(1, 1, 1), date(9999, 12, 31)]
    found = profiled(items(*({"declared_on_local": d} for d in [*days, *wrong])), KINDS["declaration_item"])
    assert found.kinds.select("first_on", "middle_on", "last_on").row(0) == (
        MONDAY,
        MONDAY + timedelta(days=3),
        MONDAY + timedelta(days=6),
    )
    alone = profiled(items({"declared_on_local": date(9999, 12, 31)}), KINDS["declaration_item"])
    assert alone.kinds["last_on"].item().year == 2200


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_has_a_profile_also_of_nothing_and_of_empty_cells(kind: Any) -> None:
    schema = {**kind.schema, "delivery_id": pl.String()}
    nothing = profiled(pl.DataFrame(schema=schema), kind)
    assert (nothing.kinds.schema, nothing.columns.schema) == (
        pl.Schema(PROFILE_SCHEMA),
        pl.Schema(COLUMN_SCHEMA),
    )
    empty = profiled(pl.DataFrame([{"delivery_id": "d1"}] * 3, schema=schema), kind)
    assert empty.kinds.select("rows", "middle_on").row(0) == (3, None)
    assert set(empty.columns["nulls"]) == {3}
    assert empty.columns["median"].null_count() == len(kind.schema)


def test_a_lazy_frame_gives_the_same_profile() -> None:
    frame = items(*({"gross_kg": Decimal(i), "trade_country": f"C{i % 3}"} for i in range(100)))
    kind = KINDS["declaration_item"]
    assert profiled(frame.lazy(), kind).columns.equals(profiled(frame, kind).columns)


def line(ref: str, day: date | None, rows: int = 40, *, kg: float | None = None, **changes: Any) -> Line:
    columns = {
        "gross_kg": {"median": kg, "median_unit": "kg", "measured": 20, "nulls": 0, "codes_json": None}
    }
    values = {
        "owner": "port",
        "format": "codeco",
        "record_kind": "port_event",
        "first_on": day,
        "last_on": day,
    }
    return Line(ref=ref, rows=rows, middle_on=day, columns=columns if kg else {}, **{**values, **changes})


def weekly(n: int, start: date = MONDAY, **changes: Any) -> list[Line]:
    return [line(f"w{i}", start + timedelta(weeks=i), **changes) for i in range(n)]


def alike(own: Line, earlier: list[Line]) -> list[str]:
    ((_, found),) = comparables([own], earlier)
    return [other.ref for other in found.alike]


def test_a_delivery_is_laid_beside_the_last_eight_before_it_by_the_days_of_its_rows() -> None:
    ten = weekly(10)
    own = line("own", MONDAY + timedelta(weeks=10))
    assert alike(own, ten) == alike(own, ten[::-1]) == [f"w{i}" for i in range(2, 10)]
    assert alike(line("late", MONDAY + timedelta(weeks=5)), ten) == [f"w{i}" for i in range(5)]


@pytest.mark.parametrize(
    "other",
    [
        {"owner": "harbour"},
        {"record_kind": "booking"},
        {"format": "coarri"},
        {"last_on": MONDAY + timedelta(weeks=20)},
    ],
)
def test_another_sender_kind_format_or_length_is_not_comparable(other: dict[str, Any]) -> None:
    assert alike(line("own", MONDAY + timedelta(weeks=10), **other), weekly(10)) == []


def test_deliveries_of_one_day_are_comparable_with_those_of_its_weekday_only() -> None:
    tuesdays = weekly(5, MONDAY + timedelta(days=1))
    assert alike(line("own", MONDAY + timedelta(weeks=9)), tuesdays) == []
    assert len(alike(line("own", MONDAY + timedelta(weeks=9, days=1)), tuesdays)) == 5


def test_weeks_of_long_holidays_are_no_measure_and_are_not_measured() -> None:
    start = date(2025, 9, 1)
    found = alike(line("own", start + timedelta(weeks=8)), weekly(8, start))
    assert found == ["w0", "w1", "w2", "w3", "w6", "w7"]  # w4 and w5 are weeks 40 and 41, National Day
    assert alike(line("own", start + timedelta(weeks=4)), weekly(4, start)) == []


def test_an_undated_delivery_is_comparable_with_none_and_none_with_it() -> None:
    assert alike(line("own", None), weekly(8)) == []
    assert alike(line("own", MONDAY), [line("undated", None)]) == []


def test_own_deliveries_of_a_batch_are_measured_by_each_other_in_the_order_of_their_days() -> None:
    own = weekly(6)
    found = {mine.ref: [o.ref for o in beside.alike] for mine, beside in comparables(own[::-1], [])}
    assert found == {f"w{i}": [f"w{j}" for j in range(i)] for i in range(6)}


def test_a_sender_who_changes_the_unit_for_good_does_not_soon_pass_as_usual() -> None:
    own = [line(f"g{i}", MONDAY + timedelta(weeks=8 + i), kg=21_000_000.0) for i in range(12)]
    usual = {
        mine.ref: [o.ref[0] for o in beside.recent]
        for mine, beside in comparables(own, weekly(8, kg=21_000.0))
    }
    assert usual["g0"] == ["w"] * 8
    assert usual["g11"] == ["w"] * 8


def frames(lines: list[Line], ref: str) -> Profile:
    kinds = [{ref: x.ref, "sender_id": x.owner, "source_id": None, "format": x.format, "record_kind": x.record_kind, "rows": x.rows,
              "first_on": x.first_on, "middle_on": x.middle_on, "last_on": x.last_on} for x in lines]  # fmt: skip
    columns = [
        {ref: x.ref, "record_kind": x.record_kind, "column_name": n, **c}
        for x in lines
        for n, c in x.columns.items()
    ]
    empty = {ref: pl.String(), **{n: t for n, t in COLUMN_SCHEMA.items() if n != "delivery_id"}}
    return Profile(pl.DataFrame(kinds, schema_overrides=dict.fromkeys(("first_on", "middle_on", "last_on"), pl.Date()) | {"source_id": pl.String()}),
                   pl.DataFrame(columns, schema=empty))  # fmt: skip


def numbers(own: Line, earlier: list[Line]) -> tuple[dict[str, Any], dict[str, Any]]:
    sizes, columns = compared(frames([own], "delivery_id"), frames(earlier, "delivery_no"))
    return sizes.to_dicts()[0], columns.to_dicts()[0]


def with_column(source: Line, **cells: Any) -> Line:
    values = {"median": None, "median_unit": None, "measured": None, "nulls": 0, "codes_json": None} | cells
    return Line(**{**vars(source), "columns": {"unit_code": values}})


def test_fewer_than_four_comparable_deliveries_give_no_baseline() -> None:
    day = MONDAY + timedelta(weeks=10)
    for n, is_judged in ((3, False), (4, True)):
        earlier = [
            with_column(x, nulls=2, codes_json='["035"]', median=10.0, median_unit="kg", measured=9)
            for x in weekly(n)
        ]
        own = with_column(
            line("own", day), nulls=1, codes_json='["035"]', median=11.0, median_unit="kg", measured=9
        )
        size, column = numbers(own, earlier)
        assert size["comparable"] == n
        baselines = [
            size["baseline_rows"],
            column["baseline_null_pct"],
            column["baseline_median"],
            column["new_codes"],
        ]
        assert [b is not None for b in baselines] == [is_judged] * 4


def test_baselines_are_the_median_of_rows_the_pooled_share_and_the_median_of_medians() -> None:
    rows, nulls, kg = [10, 20, 30, 100], [0, 1, 2, 5], [10.0, 20.0, 40.0, 80.0]
    earlier = [
        with_column(line(f"w{i}", MONDAY + timedelta(weeks=i), rows[i]), nulls=nulls[i], median=kg[i], median_unit="kg", measured=9)
        for i in range(4)
    ]  # fmt: skip
    size, column = numbers(
        with_column(
            line("own", MONDAY + timedelta(weeks=5)), nulls=4, median=5.0, median_unit="kg", measured=9
        ),
        earlier,
    )
    assert size["baseline_rows"] == 25.0
    assert (column["null_pct"], column["baseline_null_pct"]) == (10.0, 5.0)
    assert (column["median"], column["baseline_median"]) == (5.0, 30.0)


@pytest.mark.parametrize("rows", [4, 8, 12, 16, 19, 40])
def test_one_empty_cell_in_a_column_that_never_had_one_is_chance_and_two_in_a_short_file_are_not(
    rows: int,
) -> None:
    earlier = [with_column(x) for x in weekly(8, rows=rows)]
    limits = []
    for nulls in (1, 2):
        column = numbers(with_column(line("own", MONDAY + timedelta(weeks=9), rows), nulls=nulls), earlier)[1]
        assert column["baseline_null_pct"] == 0
        limits.append(column["null_pct"] <= max(5.0, 3 * column["null_spread_pct"]))
    assert limits == [True, rows == 40]


def test_medians_in_another_unit_or_of_few_values_are_no_measure() -> None:
    own = with_column(line("own", MONDAY + timedelta(weeks=9)), median=7.0, median_unit="KZT", measured=9)
    earlier = [with_column(x, median=1.0, median_unit="CNY", measured=9) for x in weekly(8)]
    assert numbers(own, earlier)[1]["baseline_median"] is None
    few = [with_column(x, median=1.0, median_unit="KZT", measured=4) for x in weekly(8)]
    assert numbers(own, few)[1]["baseline_median"] is None


def test_new_codes_are_those_no_earlier_delivery_had_and_a_long_list_is_cut() -> None:
    earlier = [with_column(x, codes_json=json.dumps(["035", f"00{i}"])) for i, x in enumerate(weekly(9))]
    own = with_column(line("own", MONDAY + timedelta(weeks=9)), codes_json='["000", "035", "XX", "ＸＸ"]')
    assert numbers(own, earlier)[1]["new_codes"] == "XX, ＸＸ"
    hostile = with_column(own, codes_json=json.dumps(["a\x00b\u202e"]))
    assert numbers(hostile, earlier)[1]["new_codes"] == r"a\x00b\u202e"
    many = with_column(own, codes_json=json.dumps([f"N{i:02d}" for i in range(25)]))
    assert numbers(many, earlier)[1]["new_codes"].endswith("N19, and 5 more")
    assert numbers(with_column(own, codes_json='["000"]'), earlier)[1]["new_codes"] == ""
