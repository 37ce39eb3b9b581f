"""Delimited files: a damaged row is named, a damaged file is refused, and nothing is read as something else."""

from __future__ import annotations

import time

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources import RawFile, sources

HEADER = "booking_no,service_id,direction,train_no,departure_date,containers,teu,booked_at,status\n"
ROW = "BK1,YIN-ALA,W,X9001,2025-02-28,2,4,2025-02-20 09:31,confirmed\n"
GOOD = HEADER + ROW + ROW.replace("BK1", "BK2") + ROW.replace("BK1", "BK3")


def read(data: str | bytes, sender: Sender | None = None) -> RawFile:
    raw = sources()["booking_csv"].read(data if isinstance(data, bytes) else data.encode(), sender)
    assert raw.rows_counted == raw.frame.height + len({f.line_no for f in raw.faults})
    return raw


def refused(data: str | bytes, sender: Sender | None = None) -> str:
    with pytest.raises(FileRejected) as caught:
        read(data, sender)
    return caught.value.reason


def test_a_file_cut_at_any_byte_never_gives_a_wrong_value() -> None:
    whole = set(read(GOOD).frame.drop("line_no").rows())
    for length in range(len(GOOD.encode())):
        try:
            raw = read(GOOD.encode()[:length])
        except FileRejected:
            continue
        assert GOOD[length - 1] == "\n", "only a cut after a whole row can be read"
        assert set(raw.frame.drop("line_no").rows()) <= whole, length


@pytest.mark.parametrize(("row", "rule"), [
    ("BK9,YIN-ALA,W\n", "FIELD_COUNT"),
    (ROW.replace("\n", ",EXTRA\n"), "FIELD_COUNT"),
    (HEADER, "REPEATED_HEADER"),
    (ROW.replace("BK1", "B\x00K"), "CONTROL_CHAR"),
    (ROW.replace("BK1", "\u202egnp.exe"), "CONTROL_CHAR"),
    (ROW.replace("BK1", "B\x1b[31mK"), "CONTROL_CHAR"),
    (ROW.replace("BK1", 'a"x'), "STRAY_QUOTE"),
    (ROW.replace("BK1", '"a"x'), "STRAY_QUOTE"),
    (ROW.replace("BK1", "x" * 1_000_000), "ROW_TOO_LONG"),
])  # fmt: skip
def test_a_damaged_row_is_named_and_the_others_load(row: str, rule: str) -> None:
    raw = read(HEADER + ROW + row + ROW.replace("BK1", "BK2"))
    assert [(f.line_no, f.rule_id) for f in raw.faults] == [(3, rule)]
    assert raw.frame["line_no"].to_list() == [2, 4]
    assert raw.raw_text(3) == row[:-1]


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "EMPTY_FILE"),
    (b" \r\n\t\n", "EMPTY_FILE"),
    (GOOD.replace("\n", "\r").encode(), "LINE_ENDS"),
    (GOOD[:-1].encode(), "TRUNCATED"),
    ((HEADER + '"' + ROW + ROW).encode(), "UNCLOSED_QUOTE"),
    (ROW.encode(), "SCHEMA"),
    (GOOD.replace("teu", "containers", 1).encode(), "SCHEMA"),
    (GOOD.replace(",", "~").encode(), "SCHEMA"),
    (GOOD.encode() + "BK9,陶".encode("gb18030") + b"\n", "ENCODING"),
])  # fmt: skip
def test_a_damaged_file_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    assert refused(data) == reason


@pytest.mark.parametrize("data", [
    GOOD.encode("utf-8-sig"),
    GOOD.encode("utf-16"),
    b"\xfe\xff" + GOOD.encode("utf-16-be"),
    GOOD.replace("\n", "\r\n").encode(),
    GOOD.replace("\n", "\r\n", 2).encode(),
    GOOD.replace("\n", "\n\n\n").encode(),
    GOOD.encode() + b"\x1a",
    GOOD.replace(",", ";").encode(),
    GOOD.replace(",", "\t").encode(),
    GOOD.replace("BK2", '"BK2"').encode(),
])  # fmt: skip
def test_harmless_differences_change_nothing(data: bytes) -> None:
    raw = read(data)
    assert raw.frame["booking_no"].to_list() == ["BK1", "BK2", "BK3"]
    assert raw.frame["status"].unique().to_list() == ["confirmed"]


def test_a_quoted_field_may_hold_line_ends_delimiters_and_quotes() -> None:
    raw = read(HEADER + ROW.replace("BK1", '"a\nb, ""c"""') + ROW)
    assert raw.frame["booking_no"].to_list() == ['a\nb, "c"', "BK1"]
    assert raw.frame["line_no"].to_list() == [2, 4]


def test_a_hash_starts_a_row_like_any_other_character() -> None:
    assert read(HEADER + "#" + ROW).frame["booking_no"].to_list() == ["#BK1"]


@pytest.mark.parametrize("payload", [
    "' OR 1=1;--", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "@SUM(1+1)",
    "ＭＳＣＵ1234567", "МSCU1234566", "\u0661\u0662",
])  # fmt: skip
def test_text_is_carried_and_never_understood(payload: str) -> None:
    assert read(HEADER + ROW.replace("BK1", payload)).frame["booking_no"].to_list() == [payload]


def test_a_header_without_rows_is_an_alarm_and_not_an_error() -> None:
    raw = read(HEADER)
    assert (raw.rows_counted, [f.rule_id for f in raw.findings]) == (0, ["NO_ROWS"])


def test_a_missing_column_is_named_with_what_is_near() -> None:
    with pytest.raises(FileRejected, match=r"no column for departure_date.*'departure_dat'") as caught:
        read(GOOD.replace("departure_date", "departure_dat"))
    assert caught.value.reason == "SCHEMA"


def test_unknown_columns_are_listed() -> None:
    data = (
        "\n".join(line + (",colour" if i == 0 else ",red") for i, line in enumerate(GOOD.splitlines())) + "\n"
    )
    assert [(f.rule_id, f.observed) for f in read(data).findings] == [("NEW_COLUMN", "colour")]


def test_gb18030_is_read_only_where_it_is_declared(sample_bytes, chinese_broker: Sender) -> None:
    data, declarations = sample_bytes("declaration_cn_csv.csv"), sources()["declaration_cn_csv"]
    raw = declarations.read(data, chinese_broker)
    assert raw.frame["goods_name"].to_list() == ["陶瓷餐具", "瓷砖", "车身零件"]
    assert declarations.read(data.decode("gb18030").encode(), chinese_broker).frame.equals(raw.frame)
    with pytest.raises(FileRejected) as caught:
        declarations.read(data, None)
    assert caught.value.reason == "ENCODING"


def test_two_encodings_in_one_file_are_refused(sample_bytes, chinese_broker: Sender) -> None:
    lines = sample_bytes("declaration_cn_csv.csv").split(b"\n")
    lines[2] = lines[2].decode("gb18030").encode()
    with pytest.raises(FileRejected, match="line 3") as caught:
        sources()["declaration_cn_csv"].read(b"\n".join(lines), chinese_broker)
    assert caught.value.reason == "ENCODING"


def test_a_quote_left_open_does_not_take_in_the_whole_file() -> None:
    rows = ROW * 60_000
    started = time.process_time()
    assert refused(HEADER + '"' + rows) == "UNCLOSED_QUOTE"
    assert time.process_time() - started < 10
