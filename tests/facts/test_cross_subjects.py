"""Subjects across sources: the right documents meet, nothing is compared with a part, and order leaves no trace."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor_etl.facts.cross_source import cross_subjects, sources, subjects_of
from corridor_etl.model import CROSS_SCHEMA
from corridor_etl.settings import Settings
from tests.facts.corridor_records import BOX, Row, booking, current, event, item, journey, manifest

OTHER = "MSCU7654321"
OUT = ("2025-06-01 09:00", "2025-06-04 17:00", "2025-06-05 10:00", "2025-06-06 08:00", "2025-06-07 12:00",
       "2025-06-08 09:00")  # fmt: skip


def declared(no: str = "D1", item_no: int = 1, **overrides: Any) -> Row:
    whole = {
        "gross_kg": Decimal("20000.5"),
        "packages": 10,
        "transport_mode": "3",
        "supervision_mode": "0110",
    }
    return item(no, item_no, **{**whole, **overrides})


def listed(**overrides: Any) -> Row:
    return manifest(**{"packages": 10, "tare_kg": Decimal(3800), **overrides})


@pytest.fixture
def made(settings: Settings) -> Any:
    """Makes the subjects of one kind from rows, by subject key."""

    def make(subject: str, *args: Any, **kwargs: Any) -> dict[str, dict[str, Any]]:
        frame = cross_subjects(current(*args, **kwargs), settings)
        assert frame.drop("row_id").schema == pl.Schema(CROSS_SCHEMA)
        return {row["subject_key"]: row for row in frame.filter(subject=subject).iter_rows(named=True)}

    return make


def only(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    (row,) = found.values()
    return row


def test_nothing_known_gives_no_subject(settings: Settings) -> None:
    assert cross_subjects({}, settings).is_empty()


def test_the_order_of_rows_leaves_no_trace(settings: Settings) -> None:
    manifests = [
        listed(),
        listed(container_no=OTHER, declaration_nos="D2"),
        listed(departure="2025-07-04", train_no="X9003"),
    ]
    events = [
        *journey(*OUT),
        *journey(*OUT, container_no=OTHER),
        event("RAIL_LOAD", "NGB", "2025-06-01 12:00"),
    ]
    items = [declared("D1", container_nos=f"{BOX} {OTHER}"), declared("D2", container_nos=OTHER)]
    known = current(manifests, events, items, [booking("B1", "2", "2025-05-20")])
    first = cross_subjects(known, settings)
    for seed in range(5):
        mixed = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in known.items()}
        assert_frame_equal(cross_subjects(mixed, settings), first)


def test_each_kind_is_held_with_its_own_columns_and_judged_with_all(settings: Settings) -> None:
    events = [*journey(*OUT), event("RAIL_LOAD", "NGB", "2025-06-01 12:00")]
    known = current([listed()], events, [declared()], [booking("B1", "2", "2025-05-20")])
    found = subjects_of(sources(known, settings))
    together = found.together().collect()
    assert together["row_id"].to_list() == list(range(found.height))
    kinds = {"trip", "leg", "visit", "declared", "consignment", "port_load", "train"}
    assert set(together["subject"]) == kinds
    for kind in kinds:
        assert_frame_equal(found.of(kind).collect(), together.filter(subject=kind))
    assert found.of("mirror").collect().is_empty()
    assert max(rows.width for rows in found.kinds) < len(CROSS_SCHEMA)


def test_a_trip_knows_its_nearest_released_declaration_and_how_far_others_reach(made: Any) -> None:
    later = declared("D9", declared_on_local=date(2025, 6, 20), released_on_local=None, container_nos=OTHER)
    early = declared("D0", declared_on_local=date(2025, 5, 1), released_on_local=None, container_nos=OTHER)
    trip = only(made("trip", [listed()], (), [declared(), later, early]))
    assert (trip["declared_gap_days"], trip["declarations_ahead_days"]) == (1, 16)
    assert (trip["is_transit"], trip["declaration_delivery_id"]) == (False, None)
    late_start = only(made("trip", [listed()], (), [declared(), later]))
    assert late_start["declarations_ahead_days"] is None
    assert only(made("trip", [listed()]))["declarations_ahead_days"] is None


def test_a_declaration_not_released_is_none(made: Any) -> None:
    trip = only(made("trip", [listed()], (), [declared(released_on_local=None)]))
    assert trip["declared_gap_days"] is None


def test_a_declaration_belongs_to_one_of_two_trips_the_named_one_first(made: Any) -> None:
    trips = [listed(), listed(departure="2025-06-12", train_no="X9003")]
    found = made("trip", trips, (), [declared()])
    assert [row["declared_gap_days"] for row in found.values()] == [1, None]
    trips[1]["declaration_nos"] = "D0 D1"
    found = made("trip", trips, (), [declared()])
    assert [row["declared_gap_days"] for row in found.values()] == [None, 9]


def test_an_import_belongs_to_the_train_that_crossed_the_border_before_it(made: Any) -> None:
    east = listed(direction="E", train_no="X9002")
    events = [event("DEPA", "HRS", "2025-06-10 10:00")]
    imported = {
        "ie_flag": "I",
        "declared_on_local": date(2025, 6, 12),
        "released_on_local": date(2025, 6, 20),
    }
    trip = only(made("trip", [east], events, [declared(**imported)]))
    assert trip["declared_gap_days"] == 2
    unknown = only(made("trip", [east], (), [declared(**imported)]))
    assert (unknown["declared_gap_days"], unknown["declarations_ahead_days"]) == (0, None)


def test_a_transit_declaration_covers_the_trip(made: Any) -> None:
    transit = declared("T1", regime="EAEU", ie_flag="T", declared_on_local=date(2025, 6, 6))
    assert only(made("trip", [listed()], (), [transit]))["is_transit"] is True


def test_a_declared_container_knows_the_days_to_its_train(made: Any) -> None:
    last = listed(departure="2025-06-20", train_no="X9003", container_no="MSCU0000001")
    first = listed(departure="2025-05-01", train_no="X9005", container_no="MSCU0000002")
    known = made("declared", [listed(), last, first], (), [declared(container_nos=f"{BOX} {OTHER}")])
    assert known[f"CN|D1|{BOX}"]["train_gap_days"] == 1
    assert known[f"CN|D1|{OTHER}"]["train_gap_days"] is None
    assert known[f"CN|D1|{OTHER}"]["lists_after_release_days"] == 17
    assert not made("declared", [listed()], (), [declared(transport_mode="2")])


def test_a_consignment_sums_boxes_and_declarations_that_share_each_other(made: Any) -> None:
    boxes = [listed(), listed(container_no=OTHER, hs_code="690100")]
    items = [
        declared("D1", container_nos=f"{BOX} {OTHER}", gross_kg=Decimal(30000), packages=14),
        declared(
            "D1",
            2,
            container_nos=f"{BOX} {OTHER}",
            gross_kg=Decimal(30000),
            packages=14,
            hs_code="9401000000",
        ),
        declared("D2", container_nos=OTHER, gross_kg=Decimal(10001), packages=6, hs_code="6901000000"),
    ]
    row = only(made("consignment", boxes, (), items))
    assert (row["listed_gross_kg"], row["declared_gross_kg"]) == (Decimal("40001"), Decimal("40001"))
    assert (row["listed_packages"], row["declared_packages"]) == (20, 20)
    assert (row["listed_chapters"], row["declared_chapters"]) == ("69 85", "69 85 94")
    assert (row["subject_key"], row["container_nos"]) == ("CN|D1", f"{BOX} {OTHER}")


def test_a_consignment_of_which_a_part_is_missing_is_not_compared(made: Any) -> None:
    of_two = declared(container_nos=f"{BOX} {OTHER}")
    assert not made("consignment", [listed()], (), [of_two])
    assert not made("consignment", [listed(declaration_nos="D1 D2")], (), [declared()])
    unknown = only(made("consignment", [listed(packages=None)], (), [declared()]))
    assert (unknown["listed_packages"], unknown["declared_packages"]) == (None, 10)


def test_port_events_of_the_trip_are_compared_and_those_of_others_are_not(made: Any) -> None:
    own = {"full_empty": "F", "size_type": "45G1", "gross_gross_kg": Decimal(23800)}
    events = [
        *journey(*OUT, **own), event("VGM", "NGB", "2025-06-02 09:00", vgm_kg=Decimal(23900)),
        event("GTIN", "ALA", "2025-06-12 09:00", full_empty="E", size_type="22G1"),
        event("GTOT", "NGB", "2025-05-20 09:00", full_empty="E", size_type="22G1"),
    ]  # fmt: skip
    trip = only(made("trip", [listed()], events))
    assert (trip["port_full_empty"], trip["port_size_type"]) == ("F", "45G1")
    assert (trip["port_weighed_kg"], trip["gross_gross_kg"]) == (Decimal(23900), Decimal("23800.5"))


def test_leaving_the_port_is_counted_to_the_departure(made: Any) -> None:
    gates = [event("GTOT", "NGB", f"2025-{day} 09:00", container_no=OTHER) for day in ("05-10", "06-20")]
    left = [event("RAIL_LOAD", "NGB", "2025-05-31 17:00"), event("DEPA", "YIN", "2025-06-04 17:00")]
    trip = only(made("trip", [listed()], [*left, *gates]))
    assert (float(trip["port_exit_hours"]), trip["port_ahead_days"]) == (96.0, 16)
    late = only(made("trip", [listed()], [event("RAIL_LOAD", "NGB", "2025-06-05 17:00"), left[1], *gates]))
    assert float(late["port_exit_hours"]) == -24.0
    inland = only(made("trip", [listed(service_id="YIU-EU", train_no="X8001")], gates))
    assert inland["port_ahead_days"] is None


def test_seals_change_unless_somebody_opened_the_box(made: Any) -> None:
    read = [event("GTIN", "NGB", OUT[0], seal_nos="CN1 CN2"), event("GTOT", "ALA", OUT[5], seal_nos="KZ9")]
    way = [*journey(None, *OUT[1:5], None), *read]
    trip = only(made("trip", [listed(seal_nos="CN2")], way))
    assert (trip["seal_changes"], trip["seal_trail"]) == (1, "GTIN CN1+CN2 > list CN2 > GTOT KZ9")
    inspected = [*way, event("INSP", "HRS", "2025-06-05 12:00")]
    assert only(made("trip", [listed(seal_nos="CN2")], inspected))["seal_changes"] == 0
    early = [*way, event("INSP", "NGB", "2025-06-02 12:00")]
    assert only(made("trip", [listed(seal_nos="CN2")], early))["seal_changes"] == 1
    assert only(made("trip", [listed(seal_nos="CN2")]))["seal_changes"] is None


def test_a_cycle_is_counted_between_laden_departures_to_the_west(made: Any) -> None:
    trips = [
        listed(),
        listed(departure="2025-06-08", train_no="X9003"),
        listed(departure="2025-06-09", full_empty="E", train_no="X9005"),
    ]
    assert [row["laden_gap_days"] for row in made("trip", trips).values()] == [None, 4, None]


def test_a_leg_is_measured_with_what_it_usually_takes(made: Any) -> None:
    legs = made("leg", [listed()], journey(*OUT))
    hours = {row["leg"]: float(row["leg_hours"]) for row in legs.values()}
    assert hours == {"YIN-HRS": 17.0, "HRS-ALT": 25.0, "ALT-ALA": 28.0}
    border = next(row for row in legs.values() if row["leg"] == "HRS-ALT")
    assert [
        float(border[c]) for c in ("leg_least_hours", "leg_most_hours", "leg_p95_hours", "leg_trips")
    ] == [2, 240, 25, 1]


def test_a_visit_ends_after_three_days_without_an_event(made: Any) -> None:
    stay = [event("GTIN", "NGB", "2025-06-01 09:00"), event("RAIL_LOAD", "NGB", "2025-06-01 08:00")]
    row = only(made("visit", (), stay))
    assert row["loaded_at_utc"] < row["gate_in_at_utc"]
    assert row["subject_key"] == f"{BOX}|NGB|out|2025-06-01T00:00:00Z"
    apart = [event("RAIL_LOAD", "NGB", "2025-06-01 08:00"), event("GTIN", "NGB", "2025-06-05 09:00")]
    assert not made("visit", (), apart)
    assert not made("visit", (), [event("GTOT", "NGB", "2025-06-01 09:00"), stay[0]])


def test_foreign_goods_know_the_last_import_of_their_kind(made: Any) -> None:
    export = declared(origin_country="JP")
    came = {"ie_flag": "I", "origin_country": "JP", "container_nos": None, "released_on_local": None}
    imports = [
        declared("I1", **came, declared_on_local=date(2025, 5, 23)),
        declared("I2", **came, declared_on_local=date(2025, 6, 9)),
    ]
    row = only(made("reexport", (), (), [export, *imports]))
    assert (row["import_gap_days"], row["imports_ahead_days"], row["is_transit"]) == (10, 7, False)
    assert not made("reexport", (), (), [declared()])


def test_a_box_loaded_at_the_port_looks_for_its_next_train(made: Any) -> None:
    load = event("RAIL_LOAD", "NGB", "2025-05-31 12:00")
    row = only(made("port_load", [listed()], [load]))
    assert (row["list_gap_days"], row["record_key"]) == (4, f"{BOX}|RAIL_LOAD|2025-05-31T04:00:00Z|NGB")
    assert not made("port_load", [listed()], [{**load, "conveyance_name": "K1234"}])
    assert only(made("port_load", [listed()], [{**load, "conveyance_name": "X9001"}]))["list_gap_days"] == 4


def test_a_train_knows_who_was_left_behind_added_and_missed(made: Any) -> None:
    events = [
        *journey(None, *OUT[1:], conveyance_name="X9001"),
        *journey(None, *OUT[1:3], None, None, None, container_no=OTHER, conveyance_name="X9001"),
        event("DEPA", "YIN", OUT[1], container_no="MSCU0000001", conveyance_name="X9001"),
        event("DEPA", "ALT", "2025-06-25 08:00", container_no="MSCU0000002"),
        event("DEPA", "ALT", "2025-05-25 08:00", container_no="MSCU0000002"),
    ]
    booked = [booking("B1", "2", "2025-05-20", containers=2), booking("B2", "42", "2025-05-20", containers=2)]
    trains = made(
        "train", [listed(booking_no="B1"), listed(container_no=OTHER, booking_no="B1")], events, (), booked
    )
    train = trains["YIN-ALA|W|X9001|2025-06-04"]
    assert (train["border_in_boxes"], train["border_out_boxes"]) == (2, 1)
    assert (train["left_behind"], train["added"], train["border_ahead_days"]) == (OTHER, "MSCU0000001", 20)
    assert (train["booked_boxes"], train["no_show_boxes"]) == (4, 2)
    assert (train["booked_teu"], train["capacity_teu"]) == (44, 40)


def test_boxes_whose_list_names_no_booking_fill_what_is_booked(made: Any) -> None:
    booked = [booking("B1", "4", "2025-05-20", containers=2)]
    train = only(made("train", [listed()], (), (), booked))
    assert train["no_show_boxes"] == 1
    waiting = only(made("train", (), (), (), booked))
    assert (waiting["record_kind"], waiting["record_key"], waiting["no_show_boxes"]) == ("booking", "B1", 2)
    assert waiting["iso_week"] == "2025-W23"


def test_both_sides_of_the_border_are_compared_where_they_cover_the_same_boxes(made: Any) -> None:
    export = declared(transaction_mode="3", net_kg=Decimal(19000), container_nos=f"{BOX} {OTHER}")
    abroad = {"regime": "EAEU", "ie_flag": "I", "procedure_code": "40", "declared_on_local": date(2025, 6, 9)}
    imports = [
        declared("K1", **abroad, container_nos=BOX, stat_value_usd=Decimal(600), item_net_kg=Decimal(9000)),
        declared(
            "K2", **abroad, container_nos=OTHER, stat_value_usd=Decimal(500), item_net_kg=Decimal(10000)
        ),
    ]
    row = only(made("mirror", (), (), [export, *imports]))
    assert (row["export_value_usd"], row["import_value_usd"]) == (Decimal(1000), Decimal(1100))
    assert (row["export_net_kg"], row["import_net_kg"]) == (Decimal(19000), Decimal(19000))
    assert not made("mirror", (), (), [export, imports[0]])
    with_freight = only(made("mirror", (), (), [{**export, "transaction_mode": "1"}, *imports]))
    assert with_freight["export_value_usd"] is None
