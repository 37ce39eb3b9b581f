"""What is handed to a commit: the deliveries of one batch, their rows, and what was said about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Table

from corridor_etl.errors import UsageError
from corridor_etl.model import kind
from corridor_etl.warehouse.builds import Build
from corridor_etl.warehouse.discrepancies import DISCREPANCY_COLUMNS, DISCREPANCY_OPTIONAL
from corridor_etl.warehouse.frames import conformed, schema_of
from corridor_etl.warehouse.parts import COUNTS, Rows
from corridor_etl.warehouse.schema import (
    CHECK_RESULT,
    CORRECTION_EFFECT,
    DELIVERY_PROFILE,
    DELIVERY_PROFILE_COLUMN,
    DELIVERY_REFERENCE,
    FINDING,
    QUARANTINE,
    VALIDATION_RESULT,
)

_SET_BY_COMMIT = {
    "snapshot", "quarantine_id", "finding_id", "state", "first_seen_at_utc", "last_seen_at_utc", "reference_no",
    "delivery_no", "decided_at_utc", "decided_by", "decision_reason", "decided_snapshot",
}  # fmt: skip


def _handed_in(table: Table) -> dict[str, pl.DataType]:
    columns = [c for c in table.columns if c.name not in _SET_BY_COMMIT]
    return schema_of(columns)


QUARANTINE_COLUMNS = _handed_in(QUARANTINE)
QUARANTINE_OPTIONAL = (
    "raw_json", "iso_week", "remarks_json", "record_key", "record_version", "suggestion"
)  # fmt: skip
FINDING_COLUMNS = _handed_in(FINDING)
FINDING_OPTIONAL = ("delivery_id", "line_no", "record_kind", "column_name", "rows", "observed", "expected")
CHECK_COLUMNS = _handed_in(CHECK_RESULT)
EFFECT_COLUMNS = _handed_in(CORRECTION_EFFECT)
VALIDATION_COLUMNS = _handed_in(VALIDATION_RESULT)
PROFILE_COLUMNS = {"delivery_id": pl.String(), **_handed_in(DELIVERY_PROFILE)}
PROFILE_COLUMN_COLUMNS = {"delivery_id": pl.String(), **_handed_in(DELIVERY_PROFILE_COLUMN)}
REFERENCE_COLUMNS = {"delivery_id": pl.String(), **_handed_in(DELIVERY_REFERENCE)}
DUPLICATE_COLUMNS: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "line_no": pl.Int64(),
    "iso_week": pl.String(),
}
HEALED_COLUMNS: dict[str, pl.DataType] = {
    "quarantine_id": pl.Int64(),
    "delivery_id": pl.String(),
    "iso_week": pl.String(),
    "counter": pl.String(),
    "state": pl.String(),
    "decided_by": pl.String(),
    "decision_reason": pl.String(),
}
"""``counter`` is the count the row moves to: ``rows_loaded``, ``rows_duplicate`` if it only repeats, or
``rows_quarantined`` where only its ``state`` changes (which is replayed if it is left out)."""
HEALED_OPTIONAL = ("state", "decided_by", "decision_reason")
REFRESHED_COLUMNS: dict[str, pl.DataType] = {
    "quarantine_id": pl.Int64(),
    **{name: dtype for name, dtype in QUARANTINE_COLUMNS.items() if name not in ("line_no", "record_kind")},
}
REVISED_COLUMNS: dict[str, pl.DataType] = {
    "record_kind": pl.String(),
    "delivery_id": pl.String(),
    "line_no": pl.Int64(),
    "iso_week": pl.String(),
}
"""Rows of the batch whose record was in the lake before, and the week (or weeks) it is stored under so far."""
SUGGESTED_COLUMNS: dict[str, pl.DataType] = {"quarantine_id": pl.Int64(), "suggestion": pl.String()}
BY_ITSELF = "corridor"
"""Who decided where nobody did."""


@dataclass(frozen=True)
class DeliveryRow:
    """One file as received. ``delivery_no`` and ``snapshot`` are 0 until it is committed.

    ``status`` is loaded, rejected or duplicate; only a loaded delivery has rows. ``first_delivery_no`` of a
    duplicate may be left out: the commit finds the first delivery with the same bytes.
    """

    delivery_id: str
    sha256: str
    file_name: str
    size_bytes: int
    received_at_utc: datetime
    status: str
    sender_id: str | None = None
    source_id: str | None = None
    record_kind: str | None = None
    format: str | None = None
    dialect: str | None = None
    reason: str | None = None
    message: str | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    first_delivery_no: int | None = None
    snapshot: int = 0
    delivery_no: int = 0


@dataclass(frozen=True)
class Batch:
    """Everything one commit adds.

    ``rows``: record kind -> model columns, ``delivery_id``, ``line_no`` (further columns are ignored); a lazy frame is
    read once, in pieces. Other frames have the columns of the constants above; None
    is an empty one; findings may be a list of rows. ``duplicates`` is optional; it lets coverage see weeks that a file
    only repeats. ``healed_rows`` are rows of earlier deliveries that leave the quarantine with this batch, ``healed``
    says which (:data:`HEALED_COLUMNS`), also those that stay and are decided upon. ``refreshed`` rows of the quarantine
    were judged anew and are held back still (:data:`REFRESHED_COLUMNS`); ``suggested`` ones get another suggestion
    (:data:`SUGGESTED_COLUMNS`).
    ``revised`` tells which rows are about records known before (:data:`REVISED_COLUMNS`), for the causes of changes.
    ``profiles``, ``profile_columns`` and ``references`` are what later deliveries are compared with.
    ``build`` says by what the marts that are committed with it were made. ``visits_of`` are the boxes whose visits were
    judged for ``discrepancies``; those of others stay as they are. None where all were.
    """

    deliveries: Sequence[DeliveryRow]
    received_at_utc: datetime
    rows: Mapping[str, Rows] = field(default_factory=dict)
    quarantine: pl.DataFrame | None = None
    findings: pl.DataFrame | Sequence[Mapping[str, Any]] | None = None
    checks: pl.DataFrame | None = None
    effects: pl.DataFrame | None = None
    duplicates: pl.DataFrame | None = None
    healed_rows: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    healed: pl.DataFrame | None = None
    validations: pl.DataFrame | None = None
    refreshed: pl.DataFrame | None = None
    suggested: pl.DataFrame | None = None
    profiles: pl.DataFrame | None = None
    profile_columns: pl.DataFrame | None = None
    references: pl.DataFrame | None = None
    discrepancies: pl.DataFrame | None = None
    revised: pl.DataFrame | None = None
    build: Build | None = None
    visits_of: pl.Series | None = None

    def added_rows(self) -> dict[str, pl.DataFrame]:
        """All rows the batch adds to the lake, of its own deliveries and of earlier ones, by record kind, in memory."""
        return {name: rows.lazy().collect() for name, rows in self.added().items()}

    def added(self) -> dict[str, Rows]:
        """The same rows as they were handed in: lazy where those of its own deliveries are."""
        names = [*self.rows, *(n for n in self.healed_rows if n not in self.rows)]
        return {n: _together(self.rows.get(n), self.healed_rows.get(n)) for n in names}

    def healed_counts(self) -> pl.DataFrame:
        """Rows per record kind, delivery and week that come from earlier deliveries (:data:`.parts.COUNTS`)."""
        counted = [
            rows.group_by("delivery_id", iso_week=kind(name).iso_week())
            .agg(pl.len().cast(pl.Int64).alias("rows"))
            .select(record_kind=pl.lit(name), delivery_id="delivery_id", iso_week="iso_week", rows="rows")
            for name, rows in self.healed_rows.items()
        ]
        return pl.concat([pl.DataFrame(schema=COUNTS), *counted])

    def quarantine_frame(self) -> pl.DataFrame:
        """The quarantined rows with exactly :data:`QUARANTINE_COLUMNS`."""
        frame = _frame(self.quarantine, QUARANTINE_COLUMNS)
        return conformed(
            frame, QUARANTINE_COLUMNS, optional=QUARANTINE_OPTIONAL, what="the quarantine of the batch"
        )

    def finding_frame(self) -> pl.DataFrame:
        """The findings with exactly :data:`FINDING_COLUMNS`."""
        frame = _frame(self.findings, FINDING_COLUMNS)
        found = conformed(frame, FINDING_COLUMNS, optional=FINDING_OPTIONAL, what="the findings of the batch")
        return found.with_columns(pl.col("rows").fill_null(0))

    def check_frame(self) -> pl.DataFrame:
        """The check results with exactly :data:`CHECK_COLUMNS`; ``UsageError`` for a rule that answers twice."""
        found = conformed(
            _frame(self.checks, CHECK_COLUMNS),
            CHECK_COLUMNS,
            optional=("withdrawn",),
            what="the checks of the batch",
        ).with_columns(pl.col("withdrawn").fill_null(0))
        key = found.select("record_kind", "rule_id")
        if key.is_duplicated().any():
            kind, rule = key.filter(key.is_duplicated()).row(0)
            raise UsageError(
                f"rule {rule} was answered twice for {kind}", expected="one answer per rule and kind"
            )
        return found

    def effect_frame(self) -> pl.DataFrame:
        """The effects of corrections with exactly :data:`EFFECT_COLUMNS`."""
        frame = _frame(self.effects, EFFECT_COLUMNS)
        return conformed(frame, EFFECT_COLUMNS, what="the effects of corrections of the batch")

    def healed_frame(self) -> pl.DataFrame:
        """What leaves the quarantine with exactly :data:`HEALED_COLUMNS`."""
        frame = _frame(self.healed, HEALED_COLUMNS)
        found = conformed(
            frame, HEALED_COLUMNS, optional=HEALED_OPTIONAL, what="the healed rows of the batch"
        )
        return found.with_columns(
            pl.col("state").fill_null("replayed"), pl.col("decided_by").fill_null(BY_ITSELF)
        )

    def refreshed_frame(self) -> pl.DataFrame:
        """What was judged anew and stays, with exactly :data:`REFRESHED_COLUMNS`."""
        frame = _frame(self.refreshed, REFRESHED_COLUMNS)
        return conformed(
            frame, REFRESHED_COLUMNS, optional=QUARANTINE_OPTIONAL, what="the refreshed rows of the batch"
        )

    def revised_frame(self) -> pl.DataFrame:
        """The rows about known records with exactly :data:`REVISED_COLUMNS`."""
        frame = _frame(self.revised, REVISED_COLUMNS)
        return conformed(frame, REVISED_COLUMNS, what="the revised rows of the batch")

    def suggested_frame(self) -> pl.DataFrame:
        """The new suggestions with exactly :data:`SUGGESTED_COLUMNS`."""
        frame = _frame(self.suggested, SUGGESTED_COLUMNS)
        return conformed(frame, SUGGESTED_COLUMNS, what="the suggestions of the batch")

    def validation_frame(self) -> pl.DataFrame:
        """The validation results with exactly :data:`VALIDATION_COLUMNS`; ``UsageError`` for a suite that ran twice."""
        frame = _frame(self.validations, VALIDATION_COLUMNS)
        found = conformed(frame, VALIDATION_COLUMNS, what="the validation results of the batch")
        if found["suite"].is_duplicated().any():
            suite = found.filter(pl.col("suite").is_duplicated())["suite"][0]
            raise UsageError(f"suite {suite} has two results", expected="one result per suite and batch")
        return found

    def profile_frame(self) -> pl.DataFrame:
        """Deliveries from above, per record kind, with exactly :data:`PROFILE_COLUMNS`."""
        frame = _frame(self.profiles, PROFILE_COLUMNS)
        return conformed(frame, PROFILE_COLUMNS, what="the profiles of the batch")

    def profile_column_frame(self) -> pl.DataFrame:
        """Deliveries from above, per column, with exactly :data:`PROFILE_COLUMN_COLUMNS`."""
        frame = _frame(self.profile_columns, PROFILE_COLUMN_COLUMNS)
        return conformed(frame, PROFILE_COLUMN_COLUMNS, what="the profiled columns of the batch")

    def reference_frame(self) -> pl.DataFrame:
        """The numbers of messages with exactly :data:`REFERENCE_COLUMNS`."""
        frame = _frame(self.references, REFERENCE_COLUMNS)
        return conformed(frame, REFERENCE_COLUMNS, what="the message numbers of the batch")

    def discrepancy_frame(self) -> pl.DataFrame | None:
        """What fails across sources with exactly :data:`DISCREPANCY_COLUMNS`; None where that was not judged."""
        if self.discrepancies is None:
            return None
        return conformed(
            self.discrepancies,
            DISCREPANCY_COLUMNS,
            optional=DISCREPANCY_OPTIONAL,
            what="the discrepancies of the batch",
        )

    def duplicate_frame(self) -> pl.DataFrame:
        """The duplicate rows with exactly :data:`DUPLICATE_COLUMNS`."""
        frame = _frame(self.duplicates, DUPLICATE_COLUMNS)
        return conformed(frame, DUPLICATE_COLUMNS, what="the duplicates of the batch")


def _together(new: Rows | None, healed: pl.DataFrame | None) -> Rows:
    frames = [frame for frame in (new, healed) if frame is not None]
    if len(frames) == 1:
        return frames[0]
    shared = [c for c in frames[0].collect_schema() if all(c in frame.collect_schema() for frame in frames)]
    if isinstance(new, pl.DataFrame) and healed is not None:
        return pl.concat([new.select(shared), healed.select(shared)])
    return pl.concat([frame.lazy().select(shared) for frame in frames])


def _frame(
    given: pl.DataFrame | Sequence[Mapping[str, Any]] | None, schema: dict[str, pl.DataType]
) -> pl.DataFrame:
    if isinstance(given, pl.DataFrame):
        return given
    return pl.DataFrame(list(given or []), schema=schema)
