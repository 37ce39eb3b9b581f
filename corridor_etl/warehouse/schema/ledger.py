"""The ledger: batches, deliveries with their balance, quarantine, findings, checks, leases.

The balance of a delivery (rows read = loaded + quarantined + duplicate) is a CHECK of its table, so that no
program can store a delivery that lost a row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Table, false
from sqlalchemy import text as sql

from corridor_etl.warehouse.columns import count, flag, instant, serial, text
from corridor_etl.warehouse.schema._metadata import METADATA

_SNAPSHOT = "number of the batch that wrote the row"


def _snapshot() -> Column[Any]:
    return count("snapshot", _SNAPSHOT, foreign_key="batch.snapshot")


BATCH = Table(
    "batch",
    METADATA,
    count(
        "snapshot", "number of the batch, counted from 1 without gaps", primary_key=True, autoincrement=False
    ),
    instant("received_at_utc", "when the batch began to be read"),
    instant("committed_at_utc", "when the batch became visible"),
    count("deliveries", "deliveries recorded by the batch", "files"),
    count("rows_loaded", "rows the batch added to the lake", "rows"),
    count("lease_token", "fencing token of the writer; null if it held no lease", nullable=True),
    flag(
        "is_recorded",
        "whether the changes the batch made are kept, so that what was before it can be read",
        default=True,
        server_default=false(),
    ),
    comment="One row per commit: everything a batch wrote became visible at once.",
)

DELIVERY = Table(
    "delivery",
    METADATA,
    serial("delivery_no", "number of the delivery in order of recording"),
    text("delivery_id", "first 16 hexadecimal digits of sha256; shared by deliveries of the same bytes"),
    text("sha256", "SHA-256 of the bytes as received; names the archived file"),
    text("file_name", "path below the inbox as received"),
    text("sender_id", "sender of corridor.toml; null if no sender claims the file", nullable=True),
    text("source_id", "source family of corridor.toml", nullable=True),
    text("record_kind", "record kind of the rows", nullable=True),
    text("format", "name of the source plug-in that read the file", nullable=True),
    text("dialect", "what exactly the format turned out to be", nullable=True),
    count("size_bytes", "size as received", "bytes"),
    instant("received_at_utc", "when the file was taken from the inbox"),
    text("status", "loaded, rejected (whole file, bytes kept) or duplicate (bytes known before)"),
    text("reason", "short upper-case reason why nothing was loaded; null for a loaded one", nullable=True),
    text("message", "sentence that explains the reason", nullable=True),
    count("rows_read", "rows by the count that is independent of the parser", "rows"),
    count("rows_loaded", "rows added to the lake", "rows"),
    count("rows_quarantined", "rows kept in quarantine", "rows"),
    count("rows_duplicate", "rows that repeat a record already known", "rows"),
    count(
        "first_delivery_no",
        "for a duplicate: the delivery that first had these bytes",
        nullable=True,
        foreign_key="delivery.delivery_no",
    ),
    _snapshot(),
    CheckConstraint("status IN ('loaded', 'rejected', 'duplicate')", name="status"),
    CheckConstraint(
        "rows_read >= 0 AND rows_loaded >= 0 AND rows_quarantined >= 0 AND rows_duplicate >= 0",
        name="not_negative",
    ),
    CheckConstraint(
        "status <> 'loaded' OR rows_read = rows_loaded + rows_quarantined + rows_duplicate", name="balance"
    ),
    CheckConstraint(
        "status = 'loaded' OR (rows_loaded = 0 AND rows_quarantined = 0 AND rows_duplicate = 0)",
        name="nothing_loaded",
    ),
    CheckConstraint("status <> 'rejected' OR coalesce(reason, '') <> ''", name="reason_given"),
    Index("ix_delivery_sha256", "sha256"),
    Index(
        "uq_delivery_loaded_once",
        "sha256",
        unique=True,
        sqlite_where=sql("status = 'loaded'"),
        postgresql_where=sql("status = 'loaded'"),
    ),
    comment="One row per file as received, with its balance.",
)

DELIVERY_WEEK = Table(
    "delivery_week",
    METADATA,
    count(
        "delivery_no", "delivery", primary_key=True, autoincrement=False, foreign_key="delivery.delivery_no"
    ),
    text("iso_week", "ISO week of the rows; empty for rows whose week is unknown", primary_key=True),
    count("rows_loaded", "rows of the week added to the lake", "rows"),
    count("rows_quarantined", "rows of the week in quarantine", "rows"),
    count("rows_duplicate", "rows of the week that repeat a known record", "rows"),
    comment="Which weeks a delivery speaks about: the base of coverage.",
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    serial("quarantine_id", "number of the quarantined row"),
    text("delivery_id", "delivery the row came in"),
    count("line_no", "line of the file, or sheet row"),
    text("record_kind", "record kind the row was meant to be"),
    text("rule_ids", "rules the row breaks, separated by commas"),
    text("severity", "worst severity of these rules"),
    text("details_json", "list of rule_id, column, observed, expected"),
    text("remarks_json", "what lesser rules say of the row, as details_json; null for none", nullable=True),
    text("raw_text", "the row as received"),
    text("raw_json", "the row's cells as received, by column; null if it could not be split", nullable=True),
    text("iso_week", "ISO week of the row where it is known", nullable=True),
    text("record_key", "business key of the row as JSON; null for a row that is no record", nullable=True),
    count("record_version", "version of the record; null for a row that is no record", nullable=True),
    text(
        "suggestion",
        "container number the row probably means, by another source; never applied by itself",
        nullable=True,
    ),
    text("state", "open, replayed, waived, superseded or discarded"),
    instant("first_seen_at_utc", "when the row was quarantined"),
    instant("last_seen_at_utc", "when the row was last found to break these rules"),
    instant("decided_at_utc", "when the row got its state; null while nobody decided", nullable=True),
    text("decided_by", "who gave the row its state; corridor where it came by itself", nullable=True),
    text("decision_reason", "why the row got its state", nullable=True),
    count(
        "decided_snapshot",
        "number of the batch that gave the row its state",
        nullable=True,
        foreign_key="batch.snapshot",
    ),
    _snapshot(),
    CheckConstraint("state IN ('open', 'replayed', 'waived', 'superseded', 'discarded')", name="state"),
    CheckConstraint(
        "state NOT IN ('waived', 'discarded') OR "
        "(coalesce(decided_by, '') <> '' AND coalesce(decision_reason, '') <> '')",
        name="decision_given",
    ),
    Index("ix_quarantine_delivery_id", "delivery_id"),
    Index("ix_quarantine_state", "state", "record_kind"),
    comment="Rows that were not loaded, kept as received, with what was decided about them.",
)

FINDING = Table(
    "finding",
    METADATA,
    serial("finding_id", "number of the finding"),
    text("delivery_id", "delivery the finding is about", nullable=True),
    count("line_no", "line of the file; null when the whole file is meant", nullable=True),
    text("record_kind", "record kind concerned", nullable=True),
    text("rule_id", "rule that found it"),
    text("severity", "critical, warning or info"),
    text("column_name", "canonical column concerned", nullable=True),
    text("message", "what was found, in words"),
    count("rows", "rows concerned; 0 for a remark on the whole file", "rows"),
    text("observed", "value found", nullable=True),
    text("expected", "what was expected", nullable=True),
    _snapshot(),
    Index("ix_finding_delivery_id", "delivery_id"),
    comment="Remarks on files and rows that were loaded all the same.",
)

CHECK_RESULT = Table(
    "check_result",
    METADATA,
    count("snapshot", _SNAPSHOT, primary_key=True, autoincrement=False),
    text("record_kind", "record kind the rule was run on", primary_key=True),
    text("rule_id", "rule", primary_key=True),
    text("severity", "critical, warning or info"),
    count("evaluated", "rows the rule was applied to", "rows"),
    count("unexpected", "rows that break it; in a replay only rows out of quarantine", "rows"),
    count(
        "withdrawn", "rows of earlier batches that broke it and were judged anew", "rows", server_default="0"
    ),
    flag("success", "whether the rule as a whole held"),
    comment="What each rule said about each batch.",
)

LEASE = Table(
    "lease",
    METADATA,
    text("name", "what is held", primary_key=True),
    text("holder", "who holds it"),
    count("token", "fencing token: grows by one each time the lease changes hands"),
    instant("expires_at_utc", "from then on anybody may take it"),
    comment="Who may write; a writer whose token is no longer the current one cannot commit.",
)

STAMP = Table(
    "stamp",
    METADATA,
    text("name", "what was brought up to date", primary_key=True),
    text("content_sha256", "hash of what it was made from"),
    comment="Tells whether dimensions and lake tables are as the installed version wants them.",
)
