"""Where everything is kept: archive of received bytes, lake of rows, and the database that commits both.

``Warehouse`` is what other packages use. Nothing here reads formats, judges rows or computes figures.
"""

from corridor_etl.warehouse.batch import (
    BY_ITSELF,
    CHECK_COLUMNS,
    DUPLICATE_COLUMNS,
    EFFECT_COLUMNS,
    FINDING_COLUMNS,
    HEALED_COLUMNS,
    PROFILE_COLUMN_COLUMNS,
    PROFILE_COLUMNS,
    QUARANTINE_COLUMNS,
    REFERENCE_COLUMNS,
    REFRESHED_COLUMNS,
    REVISED_COLUMNS,
    SUGGESTED_COLUMNS,
    VALIDATION_COLUMNS,
    Batch,
    DeliveryRow,
)
from corridor_etl.warehouse.builds import Build
from corridor_etl.warehouse.healing import ORPHAN_RULE
from corridor_etl.warehouse.incident_causes import HELD_BATCH
from corridor_etl.warehouse.incident_ledger import Looked
from corridor_etl.warehouse.incidents import NOTICES, Cause
from corridor_etl.warehouse.issues import ChangeRow, IssueRow, LetOutRow, OutboxRow, VersionRow
from corridor_etl.warehouse.issues import Parts as IssueParts
from corridor_etl.warehouse.lease import Lease
from corridor_etl.warehouse.mails import Mails
from corridor_etl.warehouse.mart_tables import Content, SomeWeeks
from corridor_etl.warehouse.outbox import Claim, Verdict
from corridor_etl.warehouse.profiles import Earlier
from corridor_etl.warehouse.records import CORRECTION_RULE
from corridor_etl.warehouse.warehouse import Warehouse

__all__ = [
    "BY_ITSELF",
    "CHECK_COLUMNS",
    "CORRECTION_RULE",
    "DUPLICATE_COLUMNS",
    "EFFECT_COLUMNS",
    "FINDING_COLUMNS",
    "HEALED_COLUMNS",
    "HELD_BATCH",
    "NOTICES",
    "ORPHAN_RULE",
    "PROFILE_COLUMNS",
    "PROFILE_COLUMN_COLUMNS",
    "QUARANTINE_COLUMNS",
    "REFERENCE_COLUMNS",
    "REFRESHED_COLUMNS",
    "REVISED_COLUMNS",
    "SUGGESTED_COLUMNS",
    "VALIDATION_COLUMNS",
    "Batch",
    "Build",
    "Cause",
    "ChangeRow",
    "Claim",
    "Content",
    "DeliveryRow",
    "Earlier",
    "IssueParts",
    "IssueRow",
    "Lease",
    "LetOutRow",
    "Looked",
    "Mails",
    "OutboxRow",
    "SomeWeeks",
    "Verdict",
    "VersionRow",
    "Warehouse",
]
