"""Every fault is injected where the truth says, is really broken, and changes only what it must."""

from __future__ import annotations

from collections import Counter
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.reference.container_number import is_valid
from corridor_etl.simulator.containers import numbered
from corridor_etl.simulator.fault_rows import ROW_FAULTS, contradicting_flag, wrong_check_digit

NAMES = {
    *(f.name for f in ROW_FAULTS),
    *(
        "unt_count",
        "container_count",
        "totals_row",
        "airport_code",
        "overlap",
        "contradiction",
        "repeated_row",
    ),
    *(
        "resent_file",
        "corrected_list",
        "cancelled_row",
        "cut_declarations",
        "cut_interchange",
        "mixed_encodings",
    ),
    *("empty_file", "letter"),
}


def test_every_fault_is_injected_once(broken_spring: Any) -> None:
    assert Counter(f["name"] for f in broken_spring.truth["faults"]) == Counter(NAMES)


def test_every_fault_names_a_file_that_was_written(broken_spring: Any) -> None:
    for fault in broken_spring.truth["faults"]:
        assert (broken_spring.inbox / fault["file"]).exists(), fault
        assert fault["file"] in broken_spring.truth["deliveries"], fault


def test_no_two_faults_stand_in_one_row(broken_spring: Any) -> None:
    places = [(f["file"], f["line_no"]) for f in broken_spring.truth["faults"] if "line_no" in f]
    assert len(places) == len(set(places))


def test_the_rows_of_every_file_balance(broken_spring: Any) -> None:
    for name, d in broken_spring.truth["deliveries"].items():
        assert d["rows_read"] == d["rows_loaded"] + d["rows_quarantined"] + d["rows_duplicate"], name
        assert (d["status"] == "loaded") == (d["rows_read"] > 0), name
        assert (d["reason"] != "") == (d["status"] != "loaded"), name


def test_as_many_rows_are_held_back_as_there_are_faults(broken_spring: Any) -> None:
    held = Counter(f["file"] for f in broken_spring.truth["faults"] if f["outcome"] == "quarantined")
    said = {
        n: d["rows_quarantined"]
        for n, d in broken_spring.truth["deliveries"].items()
        if d["rows_quarantined"]
    }
    assert said == dict(held)


def test_without_faults_everything_loads(spring: Any) -> None:
    assert spring.truth["faults"] == []
    for name, d in spring.truth["deliveries"].items():
        assert (d["status"], d["rows_read"]) == ("loaded", d["rows_loaded"]), name


def line(simulated: Any, name: str, encoding: str = "utf-8") -> str:
    number = simulated.fault(name)["line_no"]
    return simulated.fault_bytes(name).decode(encoding).splitlines()[number - 1]


def declaration_line(simulated: Any, name: str) -> str:
    return line(simulated, name, "gb18030" if "YIN-ALA" in simulated.fault(name)["file"] else "utf-8-sig")


@pytest.mark.parametrize(
    ("name", "says"),
    [("hs_code_withdrawn", ",9405409000,"), ("unknown_currency", ",XXQ,"), ("default_date", ",1900-01-01,")],
)
def test_the_line_of_a_declaration_fault_is_the_broken_one(broken_spring: Any, name: str, says: str) -> None:
    assert says in declaration_line(broken_spring, name)


@pytest.mark.parametrize(
    ("name", "says"), [("future_event", ".2099 "), ("unknown_place", ";CNQQQ;"), ("surplus_field", ";12")]
)
def test_the_line_of_a_terminal_fault_is_the_broken_one(broken_spring: Any, name: str, says: str) -> None:
    assert says in line(broken_spring, name)


def test_the_line_of_a_message_fault_is_the_broken_box(broken_spring: Any) -> None:
    tag, kind, number, *_ = line(broken_spring, "codeco_check_digit").split("+")
    assert (tag, kind) == ("EQD", "CN")
    assert not is_valid(number)


def test_the_cells_of_sheet_faults(broken_spring: Any) -> None:
    def cells(name: str) -> tuple[Any, ...]:
        fault = broken_spring.fault(name)
        sheet = openpyxl.load_workbook(broken_spring.inbox / fault["file"]).active
        return tuple(c.value for c in sheet[fault["line_no"]])

    assert not is_valid(cells("manifest_check_digit")[2])
    assert cells("formula_in_identifier")[2].startswith("=CONCATENATE(")
    assert isinstance(cells("identifier_as_number")[18], int | float)
    gross, net = cells("gross_below_net")[8:10]
    assert gross < net


def test_weights_in_tonnes_are_below_sixty(broken_spring: Any) -> None:
    fields = line(broken_spring, "weight_in_tonnes").split(",")
    assert 0 < float(fields[15]) < float(fields[14]) < 60


def test_the_box_without_seal_is_laden(broken_spring: Any) -> None:
    fields = line(broken_spring, "laden_without_seal").split(",")
    assert (fields[10], fields[11]) == ("F", "")


def test_a_price_does_not_match_its_total(broken_spring: Any) -> None:
    fields = declaration_line(broken_spring, "price_times_quantity").split(",")
    assert float(fields[17]) * float(fields[19]) == pytest.approx(2 * float(fields[20]))


def test_unreadable_files_are_unreadable(broken_spring: Any) -> None:
    mixed = broken_spring.fault_bytes("mixed_encodings")
    for encoding in ("utf-8", "gb18030"):
        with pytest.raises(UnicodeDecodeError):
            mixed.decode(encoding)
    assert broken_spring.fault_bytes("empty_file") == b""
    assert not broken_spring.fault_bytes("cut_declarations").endswith(b"\n")
    assert b"UNB+" in broken_spring.fault_bytes("cut_interchange")
    assert b"UNZ+" not in broken_spring.fault_bytes("cut_interchange")


def test_what_a_rejected_file_holds_is_delivered_beside_it(broken_spring: Any) -> None:
    for name in ("cut_declarations", "cut_interchange", "mixed_encodings"):
        whole = broken_spring.fault(name)["file"].replace("_part", "")
        assert broken_spring.truth["deliveries"][whole]["status"] == "loaded"


def test_a_resent_file_has_the_bytes_of_the_first(broken_spring: Any) -> None:
    again = broken_spring.fault("resent_file")["file"]
    first = again.replace("_resent", "")
    assert first < again
    assert (broken_spring.inbox / first).read_bytes() == broken_spring.fault_bytes("resent_file")


def test_a_repeated_row_is_in_the_file_twice(broken_spring: Any) -> None:
    lines = broken_spring.fault_bytes("repeated_row").decode().splitlines()
    assert lines.count(line(broken_spring, "repeated_row")) == 2


def test_overlapping_rows_are_those_of_the_week_before(broken_spring: Any) -> None:
    fault = broken_spring.fault("overlap")
    files = sorted(
        n
        for n in broken_spring.truth["deliveries"]
        if n.startswith("rail_terminals/terminal_") and "late" not in n
    )
    earlier = (
        (broken_spring.inbox / files[files.index(fault["file"]) - 1]).read_text(encoding="utf-8").splitlines()
    )
    later = broken_spring.fault_bytes("overlap").decode().splitlines()
    assert later[1:7] == earlier[-6:]
    assert broken_spring.truth["deliveries"][fault["file"]]["rows_duplicate"] == 6


def test_a_contradiction_repeats_a_key_with_another_weight(broken_spring: Any) -> None:
    fields = line(broken_spring, "contradiction").split(";")
    fault = broken_spring.fault("contradiction")["file"]
    same = [
        other
        for path in sorted((broken_spring.inbox / "rail_terminals").glob("*.csv"))
        for other in (x.split(";") for x in path.read_text(encoding="utf-8").splitlines())
        if (other[0], *other[3:4], *other[5:7]) == (fields[0], fields[3], fields[5], fields[6])
        and path.name < fault.rpartition("/")[2]
    ]
    assert len(same) == 1
    assert same[0][9] != fields[9]


def test_faults_change_the_figures(spring: Any, broken_spring: Any) -> None:
    for mart in ("mart_throughput_week", "mart_trade_week", "mart_transit_week"):
        assert spring.truth["marts"][mart] != broken_spring.truth["marts"][mart]
    assert spring.truth["marts"]["mart_booking_week"] == broken_spring.truth["marts"]["mart_booking_week"]


def test_held_back_and_cancelled_boxes_are_missing_from_the_figures(spring: Any, broken_spring: Any) -> None:
    def boxes(simulated: Any) -> int:
        return sum(r["boxes"] for r in simulated.rows("mart_throughput_week"))

    held = [
        f for f in broken_spring.truth["faults"] if f["outcome"] == "quarantined" and "manifest" in f["file"]
    ]
    assert boxes(spring) - boxes(broken_spring) == len(held) + 1


def test_a_short_range_gets_the_faults_that_fit(tmp_path: Any, simulated_over: Any) -> None:
    short = simulated_over(tmp_path, "2025-W09:2025-W10")
    names = {f["name"] for f in short.truth["faults"]}
    assert {"empty_file", "letter", "surplus_field"} <= names <= NAMES


@given(st.sampled_from(["QZBU", "KXQU"]), st.integers(0, 999_999))
def test_a_wrong_check_digit_is_wrong(owner: str, serial: int) -> None:
    number = numbered(owner, serial)
    assert is_valid(number)
    assert not is_valid(wrong_check_digit(number))


@given(st.from_regex(r"[0-9]{8}[01][0-9]{9}", fullmatch=True))
def test_a_contradicting_flag_changes_one_digit(number: str) -> None:
    changed = contradicting_flag(number)
    assert sum(a != b for a, b in zip(number, changed, strict=True)) == 1
    assert contradicting_flag(changed) == number
