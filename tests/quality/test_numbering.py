"""Gaps between interchanges, messages that come twice, corrections of what never came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from corridor_etl.quality.numbering import NUMBERING_SCHEMA, known, numbered
from corridor_etl.sources import REFERENCE_SCHEMA

DAY = date(2025, 6, 2)
Sent = tuple[str, str, date | None, pl.DataFrame]


def message(**changes: Any) -> dict[str, Any]:
    usual = {"interchange_sender": "PORTA", "interchange_recipient": "DESK", "interchange_ref": "17", "message_ref": "M1",
             "message_kind": "CODECO", "document_no": "G1", "function_code": "9"}  # fmt: skip
    return usual | changes


def sent(name: str, *messages: dict[str, Any], day: date | None = DAY) -> Sent:
    return name, f"port/{name}.edi", day, pl.DataFrame(list(messages), schema=REFERENCE_SCHEMA)


def interchange(ref: str, **changes: Any) -> Sent:
    return sent(ref, message(interchange_ref=ref, document_no=f"G{ref}", **changes))


def before(*refs: str, messages: tuple[Sent, ...] = (), **changes: Any) -> Any:
    seen = pl.DataFrame([message(interchange_ref=r, **changes) for r in refs], schema=REFERENCE_SCHEMA)
    told = [
        m.with_columns(file_name=pl.lit(n), middle_on=pl.lit(d, dtype=pl.Date)) for _, n, d, m in messages
    ]
    nothing = pl.DataFrame(schema={**REFERENCE_SCHEMA, "file_name": pl.String(), "middle_on": pl.Date()})
    return known(seen, pl.concat([nothing, *told]))


def lines(*deliveries: Sent, beside: Any = None) -> dict[str, dict[str, Any]]:
    found = numbered(deliveries, beside or before())
    assert dict(found.schema) == NUMBERING_SCHEMA
    return {row["delivery_id"]: row for row in found.to_dicts()}


def missing(ref: str, *refs: str, **changes: Any) -> tuple[int | None, str | None]:
    row = lines(interchange(ref), beside=before(*refs, **changes))[ref]
    return row["missing"], row["missing_refs"]


@pytest.mark.parametrize(
    ("ref", "count", "refs"), [("18", 0, ""), ("19", 1, "18"), ("000021", 3, "18 to 20")]
)
def test_interchanges_between_the_last_one_and_this_are_missing(ref: str, count: int, refs: str) -> None:
    assert missing(ref, "13", "14", "15", "16", "17") == (count, refs)


def test_a_sender_of_few_interchanges_is_not_judged() -> None:
    assert missing("19", "15", "16", "17") == (None, None)
    assert missing("19", "14", "15", "16", "17") == (1, "18")


@pytest.mark.parametrize(
    "refs",
    [
        ("2506011200", "2506021200", "2506031200", "2506041200", "2506051200"),
        ("A14", "A15", "A16", "A17"),
        ("14x", "15x", "16x", "17x"),
        ("١٤", "١٥", "١٦", "١٧"),
        ("9" * 40, "9" * 41, "9" * 42, "9" * 43),
        ("10", "20", "30", "40", "50"),
    ],
    ids=["clock", "letters", "suffix", "other-digits", "endless", "tens"],
)
def test_a_sender_who_does_not_count_by_one_is_not_judged(refs: tuple[str, ...]) -> None:
    last = (
        f"{int(refs[-1]) + 9}" if refs[-1].isascii() and refs[-1].isdigit() and len(refs[-1]) < 15 else "19"
    )
    assert missing(last, *refs)[0] is None


def test_each_recipient_has_a_count_of_its_own() -> None:
    assert missing("19", "14", "15", "16", "17", interchange_recipient="OTHER") == (None, None)
    assert missing("19", "14", "15", "16", "17", interchange_sender="OTHER") == (None, None)


def test_files_of_one_batch_fill_each_other_s_gaps_in_whatever_order_they_come() -> None:
    beside = before("14", "15", "16", "17")
    found = lines(*(interchange(r) for r in ("21", "18", "20", "23")), beside=beside)
    assert {r: (row["missing"], row["missing_refs"]) for r, row in found.items()} == {
        "18": (0, ""), "20": (1, "19"), "21": (0, ""), "23": (1, "22"),
    }  # fmt: skip


def test_a_file_of_several_interchanges_may_have_a_gap_within() -> None:
    own = sent("own", *(message(interchange_ref=r, document_no=None) for r in ("18", "18", "22", "20")))
    row = lines(own, beside=before("14", "15", "16", "17"))["own"]
    assert (row["missing"], row["missing_refs"], row["messages"]) == (2, "19, 21", 4)


def test_a_late_file_that_fills_a_gap_misses_nothing() -> None:
    assert missing("18", "14", "15", "16", "17", "19", "20") == (0, "")


def test_an_original_that_comes_again_in_another_delivery_is_told_with_its_file() -> None:
    first = sent("first", message(), day=DAY - timedelta(days=30))
    row = lines(sent("again", message(interchange_ref="18")), beside=before(messages=(first,)))["again"]
    assert (row["numbered"], row["repeat_days"], row["repeated"]) == (1, 30, "G1 in port/first.edi")


def test_two_deliveries_of_a_batch_repeat_each_other_in_order_of_arrival() -> None:
    found = lines(sent("a", message()), sent("b", message(), message(message_ref="M2")))
    assert [found[i]["repeat_days"] for i in ("a", "b")] == [None, 0]


@pytest.mark.parametrize(
    "changes",
    [{"function_code": c} for c in ("5", "4", "7", "1", "3", "53")]
    + [{"document_no": None}, {"message_ref": "M2"}, {"interchange_sender": "PORTB"}, {"document_no": "g1"}],
)
def test_a_correction_or_another_number_is_no_repeat(changes: dict[str, Any]) -> None:
    row = lines(sent("own", message(**changes)), beside=before(messages=(sent("first", message()),)))["own"]
    assert row["repeat_days"] is None


def test_the_nearest_of_several_repeats_counts_and_long_lists_are_cut() -> None:
    earlier = [sent(f"f{i}", message(), day=DAY - timedelta(days=10 * i)) for i in range(1, 15)]
    row = lines(sent("own", message()), beside=before(messages=tuple(earlier)))["own"]
    assert row["repeat_days"] == 10
    assert row["repeated"].endswith("and 4 more")
    undated = lines(sent("own", message(), day=None), beside=before(messages=tuple(earlier)))["own"]
    assert undated["repeat_days"] == 0


def correction(**changes: Any) -> Sent:
    return sent("own", message(**{"document_no": "G9", "function_code": "1", "previous_no": "G1"} | changes))


def test_a_correction_names_a_document_that_came_before() -> None:
    first = (sent("first", message()),)
    assert lines(correction(), beside=before("16", messages=first))["own"]["orphans"] == 0
    lost = lines(correction(previous_no="G7"), beside=before("16", messages=first))["own"]
    assert (lost["corrections"], lost["orphans"], lost["orphan_nos"]) == (1, 1, "G7")
    same_number = correction(document_no="G1", previous_no=None)
    assert lines(same_number, beside=before("16", messages=first))["own"]["orphans"] == 0


def test_an_original_in_the_same_delivery_or_earlier_in_the_batch_counts() -> None:
    own = sent(
        "own", message(), message(message_ref="M2", document_no="G9", function_code="5", previous_no="G1")
    )
    assert lines(own, beside=before("16"))["own"]["orphans"] == 0
    assert lines(sent("first", message()), correction(), beside=before("16"))["own"]["orphans"] == 0


def test_corrections_of_a_sender_seen_for_the_first_time_are_not_judged() -> None:
    assert lines(correction())["own"]["orphans"] is None
    assert lines(sent("own", message()), beside=before("16"))["own"]["orphans"] is None


def test_a_delivery_without_messages_has_a_line_without_numbers() -> None:
    row = lines(sent("own"))["own"]
    assert (row["messages"], row["missing"], row["numbered"], row["repeat_days"], row["orphans"]) == (
        0,
        None,
        0,
        None,
        None,
    )
