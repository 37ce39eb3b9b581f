"""Stages a few raw rows of text as one file of a sender."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from corridor_etl.settings import Settings
from corridor_etl.sources import RawFile
from corridor_etl.staging import Staged, StagingContext, stage


@pytest.fixture
def staged(settings: Settings):
    def run(kind: str, rows: list[dict[str, str | None]], sender: str | None = None, **options) -> Staged:
        columns = sorted({name for row in rows for name in row})
        data = {"line_no": list(range(2, len(rows) + 2)), "raw_text": [str(r) for r in rows]}
        data |= {c: [row.get(c) for row in rows] for c in columns}
        schema = dict.fromkeys(columns, pl.String) | {"line_no": pl.Int64, "raw_text": pl.String}
        raw = RawFile(pl.DataFrame(data, schema=schema), len(rows), (), (), "test_layout utf-8 ,", **options)
        who = settings.sender(sender) if sender else None
        result = stage(
            kind, raw, StagingContext(settings, who, "0123456789abcdef", datetime(2025, 7, 1, tzinfo=UTC))
        )
        assert result.frame.height + len({f.line_no for f in result.faults}) == len(rows)
        return result

    return run
