"""Creates the mart of how bookings are used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_booking_use"
down_revision = "0020_open_trips"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _booking_use()


def _booking_use() -> None:
    op.create_table(
        "mart_booking_use_week",
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO week of the planned departure"),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=False,
            comment="service of corridor.toml, UNKNOWN where none is known",
        ),
        sa.Column(
            "direction", sa.Text(), nullable=False, comment="W toward Kazakhstan and Europe, E toward China"
        ),
        sa.Column(
            "bookings_timed",
            sa.BigInteger(),
            nullable=False,
            comment="confirmed bookings of trains whose timetable is known [bookings]",
        ),
        sa.Column(
            "lead_s_median",
            sa.BigInteger(),
            nullable=True,
            comment="booking to planned departure, median; null of none [s]",
        ),
        sa.Column(
            "lead_s_p90",
            sa.BigInteger(),
            nullable=True,
            comment="booking to planned departure, 90th percentile; null of too few [s]",
        ),
        sa.Column(
            "departures_loaded",
            sa.BigInteger(),
            nullable=False,
            comment="trains with bookings and laden containers [trains]",
        ),
        sa.Column(
            "booked_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="slots booked on these trains [0.01 TEU]",
        ),
        sa.Column(
            "loaded_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of the laden containers on these trains [0.01 TEU]",
        ),
        sa.Column(
            "load_factor_ppm", sa.BigInteger(), nullable=True, comment="loaded to booked; null of none [ppm]"
        ),
        sa.Column(
            "short_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="slots booked and not used: no-show or rolled over [0.01 TEU]",
        ),
        sa.Column("short_ppm", sa.BigInteger(), nullable=True, comment="short to booked; null of none [ppm]"),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_booking_use_week_snapshot")
        ),
        sa.PrimaryKeyConstraint("iso_week", "service_id", "direction", name=op.f("pk_mart_booking_use_week")),
        comment="How early slots are booked and how much of them is used, per week of planned departure.",
    )


def downgrade() -> None:
    op.drop_table("mart_booking_use_week")
