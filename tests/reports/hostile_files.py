"""Real files whose goods, parties, train numbers, remarks and names are what an attacker would send."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from corridor_etl.reference.container_number import check_digit
from corridor_etl.settings import checkout

PAYLOADS: Mapping[str, str] = {
    "sql_or": "' OR 1=1;--",
    "sql_drop": "Robert'); DROP TABLE ev;--",
    "template": "{{7*7}}",
    "template_class": "{{ ''.__class__.__mro__[1].__subclasses__() }}{% for x in range(9) %}{{x}}{% endfor %}",
    "python_format": "{0.__class__} %(x)s %s",
    "jndi": "${jndi:ldap://x}",
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "picture": "<svg onload=alert(1)>",
    "link": "javascript:alert(1)",
    "comment": "--><!-- ]]><![CDATA[ </style></title></textarea>",
    "entity": "&lt;b&gt; &#60;i&#62; &amp;",
    "cmd": "=cmd|' /C calc'!A0",
    "hyperlink": '=HYPERLINK("http://x.example","click")',
    "sum": "@SUM(1+1)",
    "plus": "+1+1",
    "minus": "-2+3",
    "full_width_equals": "＝1+1",
    "tab": "\t=1",
    "carriage_return": "\r=1",
    "header": "goods\r\nBcc: all@corridor.example\r\n\r\n<b>body</b>",
    "line": "MSCU1234567\n",
    "right_to_left": "\u202egnp.exe",
    "isolate": "\u2066a\u2069\u200b\ufeff",
    "ansi": "\x1b[31mred\x1b[0m",
    "nul": "a\x00z",
    "full_width": "ＭＳＣＵ1234567",
    "cyrillic": "МSCU1234566",
    "arabic_digits": "\u0661\u0662",
    "exponent": "1e3",
    "infinite": "inf",
    "not_a_number": "NaN",
    "too_large": "1e999",
    "minus_zero": "-0",
    "beyond_64_bits": "9223372036854775808",
    "long": "x" * 1_000_000,
}  # fmt: skip
WEEK, TRAIN, DAY = "2025-W09", "X9001", "2025-02-28"
_SAMPLES = checkout() / "tests" / "samples"


def inbox(home: Path) -> dict[str, Path]:
    """Fills the inbox of a home; what each file is for -> its path."""
    made = {
        "loading list": ("train_operator", "list.csv", _loading_list()),
        "declarations": ("customs_broker_cn", "declared.csv", _declarations()),
        "terminal": ("rail_terminals", "terminal.csv", _terminal()),
        "gate": ("ningbo_port", "gate.edi", (_SAMPLES / "codeco.edi").read_bytes()),
        "bookings": ("booking_desk", "bookings.csv", (_SAMPLES / "booking_csv.csv").read_bytes()),
        "nobody": ('"><img src=x onerror=alert(1)>', "=1+1.csv", b"who;sent;this\n"),
    }
    for name, payload in PAYLOADS.items():
        if is_file_name(payload):
            made[f"file named {name}"] = ("rail_terminals", f"{payload}.csv", b"")
    return {
        what: _put(home / "inbox" / sender / name, content) for what, (sender, name, content) in made.items()
    }


def is_file_name(payload: str) -> bool:
    """Whether a file system takes it as the name of a visible file."""
    return "/" not in payload and "\0" not in payload and len(payload.encode()) < 200


def _put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _container(number: int) -> str:
    first = f"QZAU{7_100_000 + number:07d}"[:10]
    return f"{first}{check_digit(first)}"


def _loading_list() -> bytes:
    """A box per payload, as goods and parties; then a train called by each."""
    heads = (_SAMPLES / "manifest_csv.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    values = {
        "Train No": TRAIN, "Departure date": DAY, "Planned departure": f"{DAY} 17:00", "Origin Station": "伊宁站",
        "Destination Station": "Алматы-1", "List version": "1", "List status": "final", "Wagon No": "5270101",
        "Size Type": "22G1", "F/E": "F", "Seal No": "CN1", "Packages": "10", "Package Type": "CT", "Gross Weight": "15000",
        "Net Weight": "14200", "Tare": "2200", "HS Code": "9503008900", "Origin": "CN",
    }  # fmt: skip
    rows = []
    for at, payload in enumerate(PAYLOADS.values()):
        hostile = dict.fromkeys(("Goods Description", "Consignor", "Consignee", "Booking No"), payload)
        rows.append({**values, **hostile, "Container No": _container(10 * at)})
        rows.append(
            {
                **values,
                "Train No": payload,
                "Goods Description": "Toys",
                "Container No": _container(10 * at + 10_000),
            }
        )
    return _csv(heads, rows)


def _declarations() -> bytes:
    text = (_SAMPLES / "declaration_cn_csv.csv").read_bytes().decode("gb18030")
    heads, first = (line.split(",") for line in text.splitlines()[:2])
    rows = []
    for at, payload in enumerate(PAYLOADS.values()):
        row = dict(zip(heads, first, strict=True))
        row |= {"海关编号": f"3104202500000{at:05d}", "项号": "1", "商品名称": payload, "提运单号": payload}
        rows.append({**row, "集装箱号": _container(10 * at), "申报日期": DAY, "放行日期": DAY})
    return _csv(heads, rows)


def _terminal() -> bytes:
    heads = "container;iso_type;load_status;event;terminal;locode;event_time;train_no;wagon_no;gross_kg;remarks".split(
        ";"
    )
    fixed = {"iso_type": "22G1", "load_status": "F", "event": "DEPA", "terminal": "Yining", "locode": "CNYIN",
             "event_time": "28.02.2025 17:11", "train_no": TRAIN, "wagon_no": "5270011", "gross_kg": "18000"}  # fmt: skip
    rows = [
        {**fixed, "container": _container(10 * at), "remarks": payload}
        for at, payload in enumerate(PAYLOADS.values())
    ]
    return _csv(heads, rows, delimiter=";")


def _csv(heads: Sequence[str], rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, heads, delimiter=delimiter, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")
