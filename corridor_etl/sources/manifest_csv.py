"""Train loading lists as CSV: one row per container, the train's values repeated on every row."""

from __future__ import annotations

from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._loading_list import (
    BOX_COLUMNS,
    BOX_MANDATORY,
    TRAIN_COLUMNS,
    TRAIN_MANDATORY,
    layout,
)
from corridor_etl.sources._source import RawFile, Source


def _layout() -> Layout:
    return layout("manifest_csv", (*TRAIN_COLUMNS, *BOX_COLUMNS), (*TRAIN_MANDATORY, *BOX_MANDATORY))


def _claims(head: bytes, _file_name: str) -> bool:
    return _delimited.claims(_layout(), head)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    return _delimited.read(_layout(), data, sender)


SOURCE = Source(
    name="manifest_csv",
    record_kind="manifest_container",
    meaning="train loading list as CSV, one row per container",
    claims=_claims,
    read=_read,
)
