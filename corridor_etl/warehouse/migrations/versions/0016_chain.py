"""Adds to container trips the milestones of the whole chain, journey, outcome and kind of empty trip; two more flows.

The next batch fills them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_chain"
down_revision = "0015_lake_expiry"
branch_labels = None
depends_on = None

_MEANINGS = {
    "stuffed_at_utc": "stuffed, the last time before the train; null for an empty box",
    "domestic_departed_at_utc": "left the seaport or door for the train's origin, or the train's destination for a door"
    " elsewhere; where no departure was seen the gate-out, else the loading on rail",
    "origin_arrived_at_utc": "reached the train's origin from a door elsewhere",
    "border_in_departed_at_utc": "left the border's near side",
    "border_out_arrived_at_utc": "reached the border's far side",
    "transshipped_at_utc": "lifted to the wagon of the other gauge",
    "door_arrived_at_utc": "reached the door of destination, where that is elsewhere",
    "empty_returned_at_utc": "handed back empty after delivery; null for an empty box",
    "turned_back_at_utc": "came back to the train's origin, its destination not reached",
}

_TEXTS = {
    "journey_id": "trip_id of the first of the trains that carried the box on this way",
    "outcome": "completed, split (another train took the box on), turned_back or open",
    "empty_kind": "EMPTY_RETURN after a laden trip of the box the other way, else EMPTY_POSITIONING;"
    " null for a laden box",
}
_FLOWS = "EXPORT_DOMESTIC, RE_EXPORT, IMPORT, RE_IMPORT, TRANSIT, DOMESTIC, EMPTY or UNDECLARED"
_FLOWS_BEFORE = "EXPORT_DOMESTIC, RE_EXPORT, IMPORT, RE_IMPORT, EMPTY or UNDECLARED"
_WITH_FLOW = ("fct_container_trip", "mart_throughput_week", "mart_trade_week")


def upgrade() -> None:
    for name, meaning in _TEXTS.items():
        op.add_column("fct_container_trip", sa.Column(name, sa.Text(), nullable=True, comment=meaning))
    for name, meaning in _MEANINGS.items():
        column = sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=f"{meaning} [UTC]")
        op.add_column("fct_container_trip", column)
    _describe_flow(_FLOWS)


def downgrade() -> None:
    _describe_flow(_FLOWS_BEFORE)
    for name in reversed([*_TEXTS, *_MEANINGS]):
        op.drop_column("fct_container_trip", name)


def _describe_flow(meaning: str) -> None:
    if op.get_bind().dialect.supports_comments:
        for table in _WITH_FLOW:
            op.alter_column(table, "flow", existing_type=sa.Text(), comment=meaning)
