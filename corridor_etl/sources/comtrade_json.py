"""UN Comtrade answers of its interface, old (``dataset``) and present (``data``): one published cell an element."""

from __future__ import annotations

from dataclasses import replace

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources import _comtrade
from corridor_etl.sources._json import EACH, JsonFile, JsonRow, census, read_document, text_of
from corridor_etl.sources._json_count import count_records
from corridor_etl.sources._json_rows import Judged, has_keys, raw_file
from corridor_etl.sources._source import Finding, RawFile, Source

_PATHS = (("data", EACH), ("dataset", EACH))
_COLUMNS = tuple(dict.fromkeys(_comtrade.SPELLINGS.values()))
_LIMITS = ("500", "100000", "250000")
"""How many cells an answer holds at most, by subscription: one that holds as many was probably cut."""


def _read(data: bytes, sender: Sender | None) -> RawFile:
    file = read_document(data, sender.encodings if sender else (), _PATHS)
    _refuse_error(file)
    raw = raw_file(
        file, _judge, columns={"trade_statistic": _COLUMNS},
        rows_counted=sum(count_records(data, file.encoding, p) for p in _PATHS),
        dialect="comtrade_json", findings=(*census(file.rows, _comtrade.SPELLINGS), *_counts(file)),
    )  # fmt: skip
    frame, findings = _comtrade.statistics(raw.frame)
    return replace(raw, frame=frame, findings=(*raw.findings, *findings))


def _judge(row: JsonRow) -> Judged:
    values = {
        raw: text
        for key, raw in _comtrade.SPELLINGS.items()
        if (text := text_of(row.value.get(key))) is not None
    }
    return "trade_statistic", values


def _refuse_error(file: JsonFile) -> None:
    error = text_of(file.root.get("error")) if file.root is not None else None
    if error and error.strip() and not file.rows:
        raise FileRejected(
            "ERROR_ANSWER", f"the publisher answered with an error: {error.strip()[:200]}",
            expected="an answer with data", fix="Ask the publisher again.",
        )  # fmt: skip


def _counts(file: JsonFile) -> list[Finding]:
    stated = text_of(file.root.get("count")) if file.root is not None else None
    found, held = [], str(len(file.rows))
    if stated is not None and stated != held:
        text = f"the answer says it has {stated} rows and holds {held}"
        found.append(Finding("STATED_COUNT", "warning", text, None, stated, held))
    if held in _LIMITS:
        text = f"the answer holds {held} rows, which is as many as one may: it is probably cut"
        found.append(
            Finding("PROBABLY_CUT", "warning", text, None, held, "fewer rows than the publisher's limit")
        )
    return found


SOURCE = Source(
    name="comtrade_json",
    record_kind="trade_statistic",
    meaning="UN Comtrade answers, old and present interface",
    claims=lambda head, _file_name: has_keys(head, "primaryValue", "TradeValue"),
    read=_read,
)
