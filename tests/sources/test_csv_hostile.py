"""Hostile delimited files, payload by payload: what each must become, and that nothing is read as something else."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.reference.container_number import is_valid
from corridor_etl.settings import Sender, load_settings
from corridor_etl.settings._sections import Dialect
from corridor_etl.sources import RawFile, _delimited, recognise, sources
from corridor_etl.sources._headers import Layout
from corridor_etl.staging import StagingContext, stage

LAYOUT = Layout("three", {c: c for c in ("id", "name", "kg")}, ("id", "name", "kg"))
GOOD = "id,name,kg\n1,a,10\n2,b,20\n3,c,30\n"
LENIENT = Sender(id="x", name="x", source="x", dialect=Dialect(unterminated_last_row="quarantine"))


def read(data: str | bytes, sender: Sender | None = None) -> RawFile:
    data = data if isinstance(data, bytes) else data.encode()
    whole = _delimited.read(LAYOUT, data, sender)
    in_pieces = _delimited.read(LAYOUT, data, sender, piece_bytes=5)
    assert whole.frame.equals(in_pieces.frame)
    assert (whole.faults, whole.findings) == (in_pieces.faults, in_pieces.findings)
    return whole


def faults(raw: RawFile) -> list[tuple[int, str]]:
    return [(f.line_no, f.rule_id) for f in raw.faults]


def findings(raw: RawFile) -> list[str]:
    return [f.rule_id for f in raw.findings]


def refused(data: str | bytes, sender: Sender | None = None) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(data, sender)
    return caught.value


ROWS = "id,name,kg\n1,a,10\n{}\n3,c,30\n"


@pytest.mark.parametrize(("payload", "rule"), [
    ("2,b", "FIELD_COUNT"),
    ("2,b,20,EXTRA", "FIELD_COUNT"),
    ('2,b"y,20', "STRAY_QUOTE"),
    ('2,"b"y,20', "STRAY_QUOTE"),
    ("2,b\x00z,20", "CONTROL_CHAR"),
    ("2,b\rz,20", "CONTROL_CHAR"),
    ("2,\u202egnp.exe,20", "CONTROL_CHAR"),
    ("id,name,kg", "REPEATED_HEADER"),
    ("\ufeffid,name,kg", "REPEATED_HEADER"),
    ('"id","name","kg"', "REPEATED_HEADER"),
    ("2," + "x" * 1_000_000 + ",20", "ROW_TOO_LONG"),
])  # fmt: skip
def test_the_row_is_quarantined_by_name_and_its_neighbours_load(payload: str, rule: str) -> None:
    raw = read(ROWS.format(payload))
    assert faults(raw) == [(3, rule)]
    assert raw.frame["kg"].to_list() == ["10", "30"]
    assert raw.raw_text(3) == payload


@pytest.mark.parametrize(("data", "reason"), [
    ("id,name,kg\n1,a,10\n2,b,20\n3,c", "TRUNCATED"),
    ("id,name,kg\n1,a,10\n2,b,20\n3,c,300", "TRUNCATED"),
    ('id,name,kg\n1,"a,10\n2,b,20\n', "UNCLOSED_QUOTE"),
    (GOOD.replace("\n", "\r"), "LINE_ENDS"),
    (GOOD.replace("\n", "\r", 3), "LINE_ENDS"),
    (GOOD.replace("name", "id", 1), "SCHEMA"),
    (GOOD.split("\n", 1)[1], "SCHEMA"),
    (GOOD.replace(",", "~"), "SCHEMA"),
    (",".join(f"c{i}" for i in range(10_000)) + "\n", "SCHEMA"),
    (GOOD.encode() + "4,陶瓷,1\n".encode("gb18030"), "ENCODING"),
    (GOOD.encode() + "4,Груз,1\n".encode("cp1251"), "ENCODING"),
    (GOOD.encode("utf-16")[:-1], "ENCODING"),
    ("", "EMPTY_FILE"),
    ("\n \n", "EMPTY_FILE"),
    ("id,name,kg", "TRUNCATED"),
])  # fmt: skip
def test_the_file_is_refused_with_its_reason(data: str | bytes, reason: str) -> None:
    assert refused(data).reason == reason


@pytest.mark.parametrize(("data", "said"), [
    (GOOD + "\x1a", ["END_MARK"]),
    (GOOD.replace("\n", "\r\n", 2), []),
    (GOOD.replace("\n", "\n\n"), []),
    (GOOD.encode("utf-8-sig"), []),
    (GOOD.encode("utf-16"), []),
    (b"\xfe\xff" + GOOD.encode("utf-16-be"), []),
    (GOOD.replace(",", "|"), []),
    ("sep=;\n" + GOOD.replace(",", ";"), []),
    ("name,kg,id\na,10,1\nb,20,2\nc,30,3\n", []),
])  # fmt: skip
def test_what_is_harmless_is_read(data: str | bytes, said: list[str]) -> None:
    raw = read(data)
    assert raw.frame.select("id", "name", "kg").rows() == [
        ("1", "a", "10"),
        ("2", "b", "20"),
        ("3", "c", "30"),
    ]
    assert (findings(raw), raw.faults) == (said, ())


def test_a_header_alone_is_an_alarm() -> None:
    assert findings(read("id,name,kg\n")) == ["NO_ROWS"]


def test_a_hash_is_a_row_and_a_line_end_in_quotes_belongs_to_its_field() -> None:
    raw = read('id,name,kg\n#1,a,10\n2,"b\nc",20\n3,d,30\n')
    assert raw.frame.rows() == [
        (2, "#1", "a", "10", "#1,a,10"),
        (3, "2", "b\nc", "20", '2,"b\nc",20'),
        (5, "3", "d", "30", "3,d,30"),
    ]


@pytest.mark.parametrize("last", ["3,c,300", "3,c", "3", '3,"c', "3,c,300\r"])
def test_a_sender_may_have_its_cut_last_row_quarantined(last: str) -> None:
    raw = read("id,name,kg\n1,a,10\n2,b,20\n" + last, LENIENT)
    assert faults(raw) == [(4, "UNTERMINATED_LAST_ROW")]
    assert (raw.frame.height, raw.rows_counted, raw.raw_text(4)) == (2, 3, last)


def test_an_open_quote_over_lines_is_refused_whatever_the_policy() -> None:
    assert refused('id,name,kg\n1,a,10\n2,"b,20\n3,c,3', LENIENT).reason == "UNCLOSED_QUOTE"
    assert refused("id,name,kg", LENIENT).reason == "TRUNCATED"


PAYLOADS = [
    "' OR 1=1;--", "Robert'); DROP TABLE ev;--", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "@SUM(1+1)", "MSCU1234567", "ＭＳＣＵ1234567",
    "МSCU1234566", "\u0661\u0662", "1e3", "inf", "NaN", "1e999", "-0", "9223372036854775808", "x" * 60_000,
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_field_is_carried_as_it_is(payload: str) -> None:
    assert read(ROWS.format(f'2,"{payload}",20')).frame["name"][1] == payload
    assert read(ROWS.format(f"2,{payload},20")).frame["name"][1] == payload


def staged(sample: bytes, old: bytes, new: str, name: str = "terminal_csv") -> tuple[pl.DataFrame, list[str]]:
    source = sources()[name]
    raw = source.read(sample.replace(old, new.encode(), 1), None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2026, 1, 1, tzinfo=UTC))
    found = stage(source.record_kind, raw, context)
    return found.frame, [f.rule_id for f in found.faults]


@pytest.mark.parametrize(
    "lookalike", ["ＱＺＡＵ7000011", "QZАU7000011", "QZAU７000011", "QZAU700001\u0661", '"QZAU7000011\n9"']
)
def test_a_lookalike_never_passes_as_the_container_number(sample_bytes, lookalike: str) -> None:
    frame, _ = staged(sample_bytes("terminal_csv.csv"), b"QZAU7000011", lookalike)
    assert frame.height == 3
    assert not is_valid(frame["container_no"][0])


@pytest.mark.parametrize(
    "number", ["inf", "NaN", "1e999", "1e3", "\u0661\u0662", "-inf", "9" * 30, "24512,5005", "0x10"]
)
def test_what_is_no_number_here_never_becomes_one(sample_bytes, number: str) -> None:
    frame, rules = staged(sample_bytes("terminal_csv.csv"), b"24512,500", number)
    assert (frame.height, rules) == (2, ["ST-010"])


def test_ten_thousand_columns_are_no_format_and_do_not_stall() -> None:
    head = ",".join(f"c{i}" for i in range(10_000)).encode() + b"\n"
    with pytest.raises(FileRejected) as caught:
        recognise(head, "wide.csv", None)
    assert caught.value.reason == "UNKNOWN_FORMAT"


def cut_file() -> str:
    return 'id,name,kg\n1,"a, ""x""\nb",10\n2,Ж陶,20\n3,c,30000\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("policy", ["reject", "quarantine"])
def test_cut_at_any_byte_no_value_is_wrong(encoding: str, policy: str) -> None:
    sender = Sender(
        id="x",
        name="x",
        source="x",
        encodings=("utf-8", "gb18030"),
        dialect=Dialect(unterminated_last_row=policy),
    )  # type: ignore[arg-type]
    data = cut_file().encode(encoding)
    whole = set(read(data, sender).frame.rows())
    for length in range(len(data)):
        try:
            raw = read(data[:length], sender)
        except FileRejected:
            continue
        assert set(raw.frame.rows()) <= whole
        is_at_row_end = data[:length].endswith(b"\n\0" if encoding == "utf-16" else b"\n")
        assert is_at_row_end or [f.rule_id for f in raw.faults] == ["UNTERMINATED_LAST_ROW"]
