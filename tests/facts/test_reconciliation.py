"""Reconciled items: every outcome from a record that brings it about, nothing missed early, and no trace of order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from corridor_etl.facts.cross_source import sources, subjects_of
from corridor_etl.facts.reconciliation import ALL_OUTCOMES, reconciled
from corridor_etl.model import RECONCILED_SCHEMA
from corridor_etl.settings import Settings, load_settings
from tests.examples import few
from tests.facts.corridor_records import BOX, Row, current, event, item, journey, manifest
from tests.facts.reconciliation_settings import with_precedence

OTHER = "MSCU7654321"
TRIP = f"YIN-ALA|X9001|2025-06-04|{BOX}"
OUT = ("2025-06-01 09:00", "2025-06-04 17:00", "2025-06-05 10:00", "2025-06-06 08:00", "2025-06-07 12:00",
       "2025-06-08 09:00")  # fmt: skip
Items = Mapping[str, dict[str, Any]]
Make = Callable[..., Items]


def declared(no: str = "D1", item_no: int = 1, **overrides: Any) -> Row:
    whole = {"gross_kg": Decimal("20000.5"), "packages": 10, "transport_mode": "3"}
    return item(no, item_no, **{**whole, **overrides})


def listed(**overrides: Any) -> Row:
    return manifest(**{"packages": 10, "tare_kg": Decimal(3800), **overrides})


def exit_by_rail(at: str = "2025-06-02 12:00", **overrides: Any) -> Row:
    return event("RAIL_LOAD", "NGB", at, **overrides)


def seen(**overrides: Any) -> list[Row]:
    """The journey and the exit of the port before it."""
    return [*journey(*OUT, **overrides), exit_by_rail(**overrides)]


EARLY, LATE = date(2025, 5, 1), date(2025, 7, 30)


def of_others() -> tuple[list[Row], list[Row], list[Row]]:
    """What other boxes bring long before and after, so that every source reaches beyond the trip."""
    boxes = {EARLY: "MSCU0000012", LATE: "MSCU0000028"}
    lists = [listed(departure=str(day), train_no="X9005", container_no=no) for day, no in boxes.items()]
    items = [
        declared(f"F{no}", declared_on_local=day, released_on_local=day, container_nos=no)
        for day, no in boxes.items()
    ]
    exits = [exit_by_rail(f"{day} 01:00", container_no=no) for day, no in boxes.items()]
    return lists, exits, items


def items_of(settings: Settings, *args: Any) -> pl.DataFrame:
    known = sources(current(*args), settings)
    found = reconciled(known, subjects_of(known))
    assert found.schema == pl.Schema(RECONCILED_SCHEMA)
    return found


@pytest.fixture
def alone(settings: Settings) -> Make:
    """Items of the rows, by key."""
    return lambda *args: {row["subject_key"]: row for row in items_of(settings, *args).iter_rows(named=True)}


@pytest.fixture
def among(alone: Make) -> Make:
    """The same where other boxes are known before and after; theirs are left out."""

    def make(manifests: Any = (), events: Any = (), items: Any = ()) -> Items:
        lists, exits, others = of_others()
        found = alone([*manifests, *lists], [*events, *exits], [*items, *others])
        return {key: row for key, row in found.items() if "MSCU00000" not in key and "FMSCU" not in key}

    return make


def test_nothing_known_gives_no_item(alone: Make) -> None:
    assert alone() == {}


def test_a_box_all_sources_have_alike_is_matched(among: Make) -> None:
    row = among([listed()], seen(), [declared()])[TRIP]
    assert (row["outcome"], row["outcomes"], row["opened_on"], row["due_on"]) == (
        "matched",
        "matched",
        None,
        None,
    )
    assert (row["in_manifest"], row["in_declaration"], row["in_port_record"]) == (True, True, True)
    assert (row["consignment_key"], row["declaration_nos"]) == ("CN|D1", "D1")


CASES: dict[str, tuple[tuple[list[Row], list[Row], list[Row]], date]] = {
    "manifested_not_declared": (([listed()], seen(), []), date(2025, 6, 11)),
    "manifested_not_moved": (([listed()], journey(*OUT), [declared()]), date(2025, 6, 4)),
    "duplicate": (([listed(), listed(departure="2025-05-29", train_no="X9003")], seen(), [declared()]),
                  date(2025, 6, 4)),
    "seal_changed": (([listed(seal_nos="S1")], seen(seal_nos="S2"), [declared()]), date(2025, 6, 4)),
    "status_mismatch": (([listed()], seen(full_empty="E"), [declared()]), date(2025, 6, 4)),
    "size_mismatch": (([listed()], seen(size_type="22G1"), [declared()]), date(2025, 6, 4)),
    "weight_gap": (([listed()], seen(), [declared(gross_kg=Decimal("19000"))]), date(2025, 6, 4)),
    "package_gap": (([listed()], seen(), [declared(packages=11, declared_on_local=date(2025, 6, 5),
                                                  released_on_local=date(2025, 6, 6))]), date(2025, 6, 5)),
    "hs_gap": (([listed(hs_code="6901")], seen(), [declared()]), date(2025, 6, 4)),
}  # fmt: skip


@pytest.mark.parametrize("outcome", CASES)
def test_each_outcome_of_a_trip_opens_on_the_day_that_made_it_due(among: Make, outcome: str) -> None:
    rows, opened_on = CASES[outcome]
    row = among(*rows)[TRIP]
    assert (row["outcome"], row["opened_on"]) == (outcome, opened_on)
    assert outcome in ALL_OUTCOMES


def test_a_value_gap_is_between_both_sides_of_the_border(among: Make) -> None:
    abroad = {"regime": "EAEU", "ie_flag": "I", "procedure_code": "40", "declared_on_local": date(2025, 6, 9)}
    home = declared(transaction_mode="3")
    for worth, outcome in (("1300.00", "matched"), ("1300.01", "value_gap"), ("949.99", "value_gap")):
        row = among([listed()], seen(), [home, declared("K1", **abroad, stat_value_usd=Decimal(worth))])[TRIP]
        assert row["outcome"] == outcome
        assert (row["export_value_cent"], row["chosen_value_cent"]) == (100_000, 100_000)
        assert row["value_gap_cent"] == round(Decimal(worth) * 100) - 100_000


def test_a_released_box_on_no_list_is_missed_after_the_days_of_grace(among: Make, alone: Make) -> None:
    key = f"CN|D1|{BOX}"
    row = among([], [], [declared()])[key]
    assert (row["outcome"], row["opened_on"], row["subject"]) == (
        "declared_not_moved",
        date(2025, 6, 13),
        "declared",
    )
    pending = alone([], [], [declared()])[key]
    assert (pending["outcome"], pending["opened_on"], pending["due_on"]) == (
        "pending",
        None,
        date(2025, 6, 13),
    )
    waiting = among([], [], [declared(released_on_local=None)])[key]
    assert (waiting["outcome"], waiting["in_declaration"], waiting["due_on"]) == ("pending", False, None)
    assert key not in among([], [], [declared(transport_mode="2")])


def test_a_box_loaded_on_rail_and_on_no_list_has_moved_unlisted(among: Make, alone: Make) -> None:
    load = exit_by_rail(container_no=OTHER, seal_nos="S9", conveyance_name="X9001")
    key = f"{OTHER}|2025-06-02T04:00:00Z|NGB"
    row = among([], [load], [])[key]
    assert (row["outcome"], row["opened_on"]) == ("moved_not_manifested", date(2025, 6, 5))
    assert (row["service_id"], row["port_seals"], row["chosen_seals"]) == ("YIN-ALA", "S9", "S9")
    assert (row["in_manifest"], row["in_declaration"], row["in_port_record"]) == (False, False, True)
    assert alone([], [load], [])[key]["outcome"] == "pending"


def test_a_box_loaded_and_declared_and_on_no_list_is_one_item(among: Make) -> None:
    (row,) = among([], [exit_by_rail()], [declared()]).values()
    assert (row["outcome"], row["declaration_nos"]) == ("moved_not_manifested", "D1")
    assert (row["in_declaration"], row["in_port_record"]) == (True, True)
    far = among([], [exit_by_rail()], [declared(declared_on_local=date(2025, 6, 17), released_on_local=None)])
    assert len(far) == 2


def test_what_can_still_come_is_pending_to_the_last_day_of_grace(alone: Make) -> None:
    first = declared("F1", declared_on_local=EARLY, released_on_local=EARLY, container_nos="MSCU0000012")
    for days, outcome in ((7, "pending"), (8, "manifested_not_declared")):
        day = date(2025, 6, 4) + timedelta(days=days)
        last = declared("F2", declared_on_local=day, released_on_local=day, container_nos="MSCU0000028")
        row = alone([listed()], seen(), [first, last])[TRIP]
        assert row["outcome"] == outcome
        assert row["due_on"] == (date(2025, 6, 11) if outcome == "pending" else None)


def test_an_empty_box_needs_no_declaration(among: Make) -> None:
    row = among([listed(full_empty="E", hs_code=None)], seen(), [])[TRIP]
    assert (row["outcome"], row["in_declaration"], row["manifest_hs"]) == ("matched", False, None)


def test_boxes_of_one_declaration_are_compared_together(among: Make) -> None:
    boxes = [listed(), listed(container_no=OTHER, packages=4, hs_code="690100")]
    both = {"container_nos": f"{BOX} {OTHER}", "gross_kg": Decimal(40001), "packages": 15}
    goods = [declared(**both), declared("D1", 2, **both, hs_code="6901000000")]
    events = [*seen(), *seen(container_no=OTHER)]
    found = among(boxes, events, goods)
    row = found["CN|D1"]
    assert (row["subject"], row["outcome"], row["container_nos"]) == (
        "consignment", "package_gap", f"{BOX} {OTHER}"
    )  # fmt: skip
    assert (row["manifest_packages"], row["declared_packages"], row["package_gap"]) == (14, 15, 1)
    assert (row["weight_gap_g"], row["declared_hs"], row["manifest_hs"]) == (0, "6901 8509", "6901 8509")
    for key in (TRIP, f"YIN-ALA|X9001|2025-06-04|{OTHER}"):
        assert (found[key]["outcome"], found[key]["consignment_key"]) == ("matched", "CN|D1")
        assert (found[key]["declared_packages"], found[key]["declaration_nos"]) == (None, "D1")


def test_a_consignment_with_a_box_missing_is_not_compared(among: Make) -> None:
    three = {"container_nos": f"{BOX} {OTHER} MSCU1111114", "packages": 99}
    found = among(
        [listed(), listed(container_no=OTHER)], [*seen(), *seen(container_no=OTHER)], [declared(**three)]
    )
    assert (found["CN|D1"]["outcome"], found["CN|D1"]["declared_packages"]) == ("pending", None)
    assert found["CN|D1|MSCU1111114"]["outcome"] == "declared_not_moved"


def test_several_outcomes_are_named_by_rank(among: Make) -> None:
    row = among([listed()], seen(full_empty="E", size_type="22G1"), [declared(packages=9)])[TRIP]
    assert row["outcomes"] == "status_mismatch package_gap size_mismatch"
    assert row["outcome"] == "status_mismatch"


def test_the_chosen_value_follows_the_precedence_and_passes_over_silence(settings: Settings) -> None:
    events = [*journey(*OUT, vgm_kg=Decimal(23900), size_type="22G1", seal_nos="S2"), exit_by_rail()]
    rows = ([listed(seal_nos="S1")], events, [declared(packages=11)])
    names = ("chosen_gross_g", "chosen_packages", "chosen_seals", "chosen_size_type", "chosen_full_empty")
    row = items_of(settings, *rows).filter(subject_key=TRIP)
    assert row.select(names).row(0) == (20_100_000, 11, "S2", "22G1", "F")
    assert row.select("weighed_gap_g", "weight_gap_g", "package_gap").row(0) == (99_500, 0, 1)
    turned = {"gross_weight": ["manifest"], "packages": ["manifest"], "seals": ["manifest", "port"],
              "size_type": ["manifest"]}  # fmt: skip
    other = with_precedence(turned)
    assert items_of(other, *rows).filter(subject_key=TRIP).select(names).row(0) == (
        20_000_500, 10, "S1", "45G1", "F"
    )  # fmt: skip


def test_events_that_contradict_each_other_choose_nothing(among: Make) -> None:
    events = [*journey(*OUT, size_type="22G1"), exit_by_rail(size_type="42G1")]
    row = among([listed()], events, [declared()])[TRIP]
    assert (row["port_size_type"], row["chosen_size_type"]) == ("22G1 42G1", "45G1")


@few(6)
@given(st.integers(0, 2**32 - 1), st.sets(st.sampled_from(sorted(CASES)), max_size=3))
def test_the_order_of_rows_leaves_no_trace(seed: int, names: set[str]) -> None:
    settings = load_settings()
    parts = [of_others(), *(renamed(CASES[name][0], number) for number, name in enumerate(sorted(names)))]
    known = current(*(list(chain.from_iterable(part[i] for part in parts)) for i in range(3)))
    first = made(known, settings)
    mixed = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in known.items()}
    assert_frame_equal(made(mixed, settings), first)


def made(known: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    prepared = sources(known, settings)
    return reconciled(prepared, subjects_of(prepared))


def renamed(rows: tuple[list[Row], ...], number: int) -> tuple[list[Row], ...]:
    """The rows of a case, about another box and declaration."""
    box, numbers = f"MSCU20000{number:02d}", {"D1": f"D1{number}"}

    def other(row: Row) -> Row:
        told = {"container_no": box} if "container_no" in row else {"container_nos": box}
        no = row.get("declaration_no")
        return {**row, **told, **({"declaration_no": numbers[no]} if no else {})}

    return tuple([other(row) for row in part] for part in rows)
