"""Creates the marts of open trips and of speed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020_open_trips"
down_revision = "0019_port"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _open_trip()
    _speed()


def _open_trip() -> None:
    op.create_table(
        "mart_open_trip_week",
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO week at whose end things stand so"),
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
            "trips",
            sa.BigInteger(),
            nullable=False,
            comment="laden trips handed over in the nine weeks [trips]",
        ),
        sa.Column(
            "trips_delivered",
            sa.BigInteger(),
            nullable=False,
            comment="trips delivered by the end of the week [trips]",
        ),
        sa.Column(
            "trips_open", sa.BigInteger(), nullable=False, comment="trips still under way then [trips]"
        ),
        sa.Column(
            "oldest_open_s",
            sa.BigInteger(),
            nullable=True,
            comment="age of the oldest trip under way; null of none [s]",
        ),
        sa.Column(
            "median_s",
            sa.BigInteger(),
            nullable=True,
            comment="Kaplan-Meier median door to door; null where fewer than half ended [s]",
        ),
        sa.Column(
            "trips_complete",
            sa.BigInteger(),
            nullable=False,
            comment="delivered trips with all six milestones [trips]",
        ),
        sa.Column(
            "coverage_ppm",
            sa.BigInteger(),
            nullable=True,
            comment="complete to delivered trips; null of none [ppm]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_open_trip_week_snapshot")
        ),
        sa.PrimaryKeyConstraint("iso_week", "service_id", "direction", name=op.f("pk_mart_open_trip_week")),
        comment="Trips under way at the end of each week, of those handed over in the nine weeks up to it.",
    )


def _speed() -> None:
    op.create_table(
        "mart_speed_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the arrival, on the calendar of the destination",
        ),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=False,
            comment="service of corridor.toml, UNKNOWN where none is known",
        ),
        sa.Column(
            "direction", sa.Text(), nullable=False, comment="W toward Kazakhstan and Europe, E toward China"
        ),
        sa.Column("trips", sa.BigInteger(), nullable=False, comment="trips measured [trips]"),
        sa.Column(
            "way_m_sum", sa.BigInteger(), nullable=False, comment="length of the way, summed over trips [m]"
        ),
        sa.Column(
            "moving_s_sum",
            sa.BigInteger(),
            nullable=False,
            comment="time to and from the border, summed over trips [s]",
        ),
        sa.Column(
            "total_s_sum",
            sa.BigInteger(),
            nullable=False,
            comment="time from departure to arrival, summed over trips [s]",
        ),
        sa.Column(
            "swod_m_per_hour",
            sa.BigInteger(),
            nullable=True,
            comment="speed without delay; null of no time [m per hour]",
        ),
        sa.Column(
            "swd_m_per_hour",
            sa.BigInteger(),
            nullable=True,
            comment="speed with delay; null of no time [m per hour]",
        ),
        sa.Column(
            "delay_ppm",
            sa.BigInteger(),
            nullable=True,
            comment="share of the time that the border takes; null of no time [ppm]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_speed_week_snapshot")),
        sa.PrimaryKeyConstraint("iso_week", "service_id", "direction", name=op.f("pk_mart_speed_week")),
        comment="Speed of the trains with and without the stop at the border, per week of arrival.",
    )


def downgrade() -> None:
    op.drop_table("mart_speed_week")
    op.drop_table("mart_open_trip_week")
