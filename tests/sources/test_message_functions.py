"""Message functions become versions and actions; tests never load; dates keep what they say."""

from __future__ import annotations

import pytest

from corridor_etl.sources._message_terms import day, minutes, moment
from tests.sources.message_writer import ORDER, faults, interchange, message, read

BOX = "EQD+CN+QZAU8000016+22G1:102:5++2+5"


def version_and_action(function: str, *dated: str, prepared: str = "250610:0800") -> tuple[str, str]:
    raw = read(
        interchange(message("COPRAR", f"BGM+45+L1+{function}", *dated, *ORDER[2:], BOX), prepared=prepared)
    )
    return raw.frame.row(0, named=True)["version"], raw.frame.row(0, named=True)["action"]


@pytest.mark.parametrize("function", ["9", "", "2", "7", "31", "35", "46", "11", "6"])
def test_originals_copies_and_answers_insert(function: str) -> None:
    assert version_and_action(function, "DTM+137:202506100730:203") == ("1", "insert")


@pytest.mark.parametrize(("function", "action"), [
    ("5", "replace"), ("18", "replace"), ("47", "replace"), ("4", "patch"), ("3", "cancel"), ("1", "cancel"),
    ("17", "cancel"),
])  # fmt: skip
def test_corrections_are_numbered_by_the_minute_they_were_made_in(function: str, action: str) -> None:
    assert version_and_action(function, "DTM+137:200001020001:203") == ("1441", action)
    assert version_and_action(function, prepared="000101:0010") == ("10", action)
    assert version_and_action(function, prepared="00091022:0101") == ("2", action)


def test_a_correction_is_never_the_first_version() -> None:
    assert minutes("20000101") == minutes("20000101000000") == minutes("19990101") == minutes("nonsense") == 2
    assert minutes("20250230") == 2


def test_a_later_correction_has_a_higher_version() -> None:
    made = ["200002290000", "200003010000", "202506100730", "202506100731", "20250611"]
    assert sorted(made, key=minutes) == made


def test_a_test_message_is_never_loaded() -> None:
    raw = read(interchange(message("COPRAR", "BGM+45+L1+53", *ORDER[1:], BOX)))
    assert raw.frame.is_empty()
    assert faults(raw) == [("TEST_MESSAGE", "53")]


@pytest.mark.parametrize(("value", "layout", "expected"), [
    ("2410131441", "201", ("202410131441", "203")), ("250610", "101", ("20250610", "102")),
    ("20250610", "102", ("20250610", "102")), ("202506101200", "203", ("202506101200", "203")),
    ("2506101200+5", "301", ("202506101200+5", "303")), ("202506101200UTC", "303", ("202506101200UTC", "303")),
    ("202506101200+0500", "205", ("202506101200+5", "303")), ("202506101200+0530", "205", ("202506101200+0530", "303")),
    ("20250601-20250630", "718", ("20250601", "102")), ("20250610", "", ("20250610", "102")),
    ("20080818113851494730", "ZZZ", ("20080818113851494730", "ZZZ")), ("soon", "203", ("soon", "203")),
])  # fmt: skip
def test_dates_keep_what_they_say(value: str, layout: str, expected: tuple[str, str]) -> None:
    assert moment(value, layout) == expected


def test_a_day_that_is_none_comes_back_as_written() -> None:
    assert day("2506101200", "201") == "20250610"
    assert day("tomorrow", "102") == "tomorrow"
