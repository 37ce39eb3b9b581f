"""Creates the table of incidents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026_incidents"
down_revision = "0025_issue_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column(
            "incident_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="running number",
        ),
        _text("incident_key", "kind/subject; unique among incidents that are not resolved"),
        _text("kind", "delivery.rejected, batch.held, issue.held, mail.failed or mail.unknown"),
        _text("subject", "what it is about: file name, edition/week, or Message-ID"),
        _text("state", "open, acknowledged or resolved"),
        _text("message", "what happened, in the words of the last time"),
        sa.Column(
            "times_seen",
            sa.BigInteger(),
            nullable=False,
            comment="how often it happened while the incident was not resolved [times]",
        ),
        _instant("opened_at_utc", "when it was noticed"),
        _instant("last_seen_at_utc", "when it happened last"),
        _instant("acknowledged_at_utc", "when somebody took it on; null before", True),
        _text("acknowledged_by", "who took it on; null before", True),
        _instant("resolved_at_utc", "when it was resolved; null before", True),
        _text("resolved_by", "who resolved it; corridor where its cause was gone; null before", True),
        _instant("notified_at_utc", "when its one mail to the operators was queued; null for none", True),
        *_rules(),
        sa.PrimaryKeyConstraint("incident_no", name=op.f("pk_incident")),
        comment="Incidents: what needs a person, and who saw to it.",
    )
    op.create_index(
        "uq_incident_standing",
        "incident",
        ["incident_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'resolved'"),
        postgresql_where=sa.text("state <> 'resolved'"),
    )


def _rules() -> tuple[sa.CheckConstraint, ...]:
    rules = {
        "state": "state IN ('open', 'acknowledged', 'resolved')",
        "times_seen": "times_seen > 0",
        "resolution_given": "state <> 'resolved' OR "
        "(resolved_at_utc IS NOT NULL AND coalesce(resolved_by, '') <> '')",
        "acknowledgement_given": "state <> 'acknowledged' OR "
        "(acknowledged_at_utc IS NOT NULL AND coalesce(acknowledged_by, '') <> '')",
    }
    return tuple(sa.CheckConstraint(rule, name=op.f(f"ck_incident_{name}")) for name, rule in rules.items())


def _text(name: str, comment: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _instant(name: str, comment: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=f"{comment} [UTC]")


def downgrade() -> None:
    op.drop_index("uq_incident_standing", table_name="incident")
    op.drop_table("incident")
