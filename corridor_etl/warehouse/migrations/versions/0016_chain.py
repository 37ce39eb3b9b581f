"""Adds the milestones of the whole chain to the container trips; they are filled by the next batch."""

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
}


def upgrade() -> None:
    for name, meaning in _MEANINGS.items():
        column = sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=f"{meaning} [UTC]")
        op.add_column("fct_container_trip", column)


def downgrade() -> None:
    for name in reversed(_MEANINGS):
        op.drop_column("fct_container_trip", name)
