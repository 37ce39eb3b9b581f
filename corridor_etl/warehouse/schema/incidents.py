"""What needs a person: one row per incident, from when it was noticed until it was resolved."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table
from sqlalchemy import text as sql

from corridor_etl.warehouse.columns import count, instant, serial, text
from corridor_etl.warehouse.schema._metadata import METADATA

INCIDENT = Table(
    "incident",
    METADATA,
    serial("incident_no", "running number"),
    text("incident_key", "kind/subject; unique among incidents that are not resolved"),
    text("kind", "delivery.rejected, batch.held, issue.held, mail.failed or mail.unknown"),
    text("subject", "what it is about: file name, edition/week, or Message-ID"),
    text("state", "open, acknowledged or resolved"),
    text("message", "what happened, in the words of the last time"),
    count("times_seen", "how often it happened while the incident was not resolved", "times"),
    instant("opened_at_utc", "when it was noticed"),
    instant("last_seen_at_utc", "when it happened last"),
    instant("acknowledged_at_utc", "when somebody took it on; null before", nullable=True),
    text("acknowledged_by", "who took it on; null before", nullable=True),
    instant("resolved_at_utc", "when it was resolved; null before", nullable=True),
    text("resolved_by", "who resolved it; corridor where its cause was gone; null before", nullable=True),
    instant("notified_at_utc", "when its one mail to the operators was queued; null for none", nullable=True),
    CheckConstraint("state IN ('open', 'acknowledged', 'resolved')", name="state"),
    CheckConstraint("times_seen > 0", name="times_seen"),
    CheckConstraint(
        "state <> 'resolved' OR (resolved_at_utc IS NOT NULL AND coalesce(resolved_by, '') <> '')",
        name="resolution_given",
    ),
    CheckConstraint(
        "state <> 'acknowledged' OR "
        "(acknowledged_at_utc IS NOT NULL AND coalesce(acknowledged_by, '') <> '')",
        name="acknowledgement_given",
    ),
    Index(
        "uq_incident_standing",
        "incident_key",
        unique=True,
        sqlite_where=sql("state <> 'resolved'"),
        postgresql_where=sql("state <> 'resolved'"),
    ),
    comment="Incidents: what needs a person, and who saw to it.",
)
