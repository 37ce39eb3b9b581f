"""What the suites said about the last batches, for the pages that show it. Counts of all batches are in the ledger."""

from __future__ import annotations

from sqlalchemy import Table

from corridor_etl.warehouse.columns import count, flag, instant, text
from corridor_etl.warehouse.schema._metadata import METADATA

VALIDATION_RESULT = Table(
    "validation_result",
    METADATA,
    text("suite", "suite of expectations that ran", primary_key=True),
    count(
        "snapshot",
        "number of the batch that wrote the row",
        primary_key=True,
        autoincrement=False,
        foreign_key="batch.snapshot",
    ),
    instant("run_at_utc", "when the suite ran"),
    flag("success", "whether every expectation held"),
    text("result_json", "the result as Great Expectations serialises it: counts and a few example cells"),
    comment="What each suite said about the last batches it ran on; older ones are dropped.",
)
