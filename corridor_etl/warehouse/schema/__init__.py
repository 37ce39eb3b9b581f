"""Every table of the warehouse, with the meaning and unit of each column.

One module per family of tables. A change here needs a migration in ``migrations/versions``.
"""

from corridor_etl.warehouse.schema._metadata import METADATA
from corridor_etl.warehouse.schema.backfills import BACKFILL, BACKFILL_DIFF, BACKFILL_WEEK, WEEK_BUILD
from corridor_etl.warehouse.schema.corrections import CORRECTION_EFFECT
from corridor_etl.warehouse.schema.dimensions import DIMENSIONS
from corridor_etl.warehouse.schema.discrepancies import DISCREPANCY
from corridor_etl.warehouse.schema.history import BATCH_CAUSE, CAUSES, MART_CHANGE, STATE_CHANGE
from corridor_etl.warehouse.schema.incidents import INCIDENT
from corridor_etl.warehouse.schema.issue_life import ISSUE_CHANGE, ISSUE_HOLD, ISSUE_LET_OUT, ISSUE_VERSION
from corridor_etl.warehouse.schema.issues import ISSUE, ISSUE_FIGURE, OUTBOX
from corridor_etl.warehouse.schema.lake import LAKE_NAMESPACE, LAKE_TABLE
from corridor_etl.warehouse.schema.ledger import (
    BATCH,
    CHECK_RESULT,
    DELIVERY,
    DELIVERY_WEEK,
    FINDING,
    LEASE,
    QUARANTINE,
    STAMP,
)
from corridor_etl.warehouse.schema.mail import MAIL_SUSPENSION, OUTBOX_EVENT
from corridor_etl.warehouse.schema.marts import MARTS
from corridor_etl.warehouse.schema.profiles import (
    DELIVERY_PROFILE,
    DELIVERY_PROFILE_COLUMN,
    DELIVERY_REFERENCE,
)
from corridor_etl.warehouse.schema.reconciliation import RECONCILIATION
from corridor_etl.warehouse.schema.retention import LAKE_EXPIRY
from corridor_etl.warehouse.schema.trips import FACTS as _TRIPS
from corridor_etl.warehouse.schema.validation import VALIDATION_RESULT
from corridor_etl.warehouse.schema.week_digests import WEEK_DIGEST

__all__ = [
    "BACKFILL",
    "BACKFILL_DIFF",
    "BACKFILL_WEEK",
    "BATCH",
    "BATCH_CAUSE",
    "CAUSES",
    "CHECK_RESULT",
    "CORRECTION_EFFECT",
    "DELIVERY",
    "DELIVERY_PROFILE",
    "DELIVERY_PROFILE_COLUMN",
    "DELIVERY_REFERENCE",
    "DELIVERY_WEEK",
    "DIMENSIONS",
    "DISCREPANCY",
    "FACTS",
    "FINDING",
    "INCIDENT",
    "ISSUE",
    "ISSUE_CHANGE",
    "ISSUE_FIGURE",
    "ISSUE_HOLD",
    "ISSUE_LET_OUT",
    "ISSUE_VERSION",
    "LAKE_EXPIRY",
    "LAKE_NAMESPACE",
    "LAKE_TABLE",
    "LEASE",
    "MAIL_SUSPENSION",
    "MARTS",
    "MART_CHANGE",
    "METADATA",
    "OUTBOX",
    "OUTBOX_EVENT",
    "QUARANTINE",
    "RECONCILIATION",
    "STAMP",
    "STATE_CHANGE",
    "VALIDATION_RESULT",
    "WEEK_BUILD",
    "WEEK_DIGEST",
]

FACTS = {**_TRIPS, RECONCILIATION.name: RECONCILIATION}
"""Facts that are kept by week, as they are now."""
