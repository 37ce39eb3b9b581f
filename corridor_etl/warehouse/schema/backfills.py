"""Backfills: who had which weeks made again and why, what became of each week, and each figure that differed.

Beside them the versions of code and rules that the figures of each week are of. How rows come and change belongs to
``warehouse.backfills`` and ``warehouse.builds``.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Table

from corridor_etl.warehouse.columns import count, flag, instant, number, serial, text
from corridor_etl.warehouse.schema._metadata import METADATA

MODES = ("default", "all", "only-failed")
STATES = ("planned", "running", "waiting_approval", "done", "failed", "cancelled", "rejected")
WEEK_STATES = ("queued", "running", "built", "swapped", "unchanged", "failed")
STATES_BEFORE = ("missing", "failed", "stale", "corrected", "ok")
FIGURE = "figure"
"""In place of a mart, where a difference is one of a figure of the weekly issue."""

_CODE = "version of the code that computes figures"
_RULES = "version of the rules and settings that figures depend on"


def _among(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=column)


WEEK_BUILD = Table(
    "week_build",
    METADATA,
    text("iso_week", "ISO week of the marts", primary_key=True),
    text("code_version", _CODE),
    text("rules_version", _RULES),
    count("snapshot", "batch with which the week was first of these versions; 0 before the first"),
    instant("built_at_utc", "when that was"),
    comment="Of which versions of code and rules the figures of a week are; a week without a row was made before.",
)

BACKFILL = Table(
    "backfill",
    METADATA,
    serial("backfill_id", "number of the backfill"),
    text("weeks_first", "first ISO week asked for"),
    text("weeks_last", "last ISO week asked for"),
    text("reason", "why it was asked for"),
    text("requested_by", "who asked for it"),
    instant("requested_at_utc", "when it was asked for"),
    text("mode", "default (missing, failed, stale and corrected weeks), all or only-failed"),
    flag("hold_for_approval", "whether it stops after the comparison until somebody approves"),
    flag("reissue", "whether the mails of its issues are queued; else they are prepared and not sent"),
    text("code_version", f"{_CODE}, when it last began"),
    text("rules_version", f"{_RULES}, when it last began"),
    text("issue_version", "version of package and templates, when it last began"),
    count("base_snapshot", "batch its comparison is made on, its own commits included"),
    text("state", "planned, running, waiting_approval, done, failed, cancelled or rejected"),
    text("decided_by", "who approved or rejected it; null where nobody did", nullable=True),
    instant("finished_at_utc", "when it ended, last; null while it has not", nullable=True),
    _among("mode", MODES),
    _among("state", STATES),
    CheckConstraint("reason <> ''", name="reason_given"),
    comment="Every backfill that was ever asked for.",
)

BACKFILL_WEEK = Table(
    "backfill_week",
    METADATA,
    count(
        "backfill_id",
        "number of the backfill",
        primary_key=True,
        autoincrement=False,
        foreign_key="backfill.backfill_id",
    ),
    text("iso_week", "ISO week", primary_key=True),
    text("state_before", "missing, failed, stale, corrected or ok, when the backfill was asked for"),
    text("why", "what made it so"),
    flag("is_rebuilt", "whether its figures are computed again; else only its issue is looked at"),
    text("state", "queued, running, built, swapped, unchanged or failed"),
    count("rows", "rows loaded that are about the week", "rows"),
    count("cells_changed", "cells of marts that differ", "cells", nullable=True),
    count("facts_changed", "container trips and reconciled items that differ", "rows", nullable=True),
    count("figures_changed", "figures of the weekly issue that differ", "figures", nullable=True),
    count("snapshot", "batch that put the week in; null where nothing was put in", nullable=True),
    text("issue", "what became of its issues; null before they were looked at", nullable=True),
    text("error", "why it failed, last; null where it did not", nullable=True),
    instant("started_at_utc", "when work on it began; null before", nullable=True),
    instant("finished_at_utc", "when work on it ended; null before", nullable=True),
    number("seconds", "work on it so far", "s", nullable=True),
    _among("state_before", STATES_BEFORE),
    _among("state", WEEK_STATES),
    comment="Each week of a backfill and what became of it.",
)

BACKFILL_DIFF = Table(
    "backfill_diff",
    METADATA,
    count(
        "backfill_id",
        "number of the backfill",
        primary_key=True,
        autoincrement=False,
        foreign_key="backfill.backfill_id",
    ),
    text("iso_week", "ISO week", primary_key=True),
    text("mart", "mart table, or figure for a figure of the weekly issue", primary_key=True),
    text(
        "row_key",
        "the other key columns of the mart in their order, separated by |; empty for a figure",
        primary_key=True,
    ),
    text("measure", "column of the mart, or address of the figure", primary_key=True),
    text("value_before", "exact value before; null where there was none", nullable=True),
    text("value_after", "exact value after; null where there is none", nullable=True),
    comment="Each cell and figure that a backfill found to differ.",
)
