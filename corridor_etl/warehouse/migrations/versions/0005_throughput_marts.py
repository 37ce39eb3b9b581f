"""Creates the marts of departures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_throughput_marts"
down_revision = "0004_dimensions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mart_throughput_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the departure, on the calendar of the origin",
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
        sa.Column(
            "flow",
            sa.Text(),
            nullable=False,
            comment="EXPORT_DOMESTIC, RE_EXPORT, IMPORT, RE_IMPORT, EMPTY or UNDECLARED",
        ),
        sa.Column(
            "hs_chapter",
            sa.Text(),
            nullable=False,
            comment="HS chapter, 2 digits; empty where the goods are not known or the box is empty",
        ),
        sa.Column("full_empty", sa.Text(), nullable=False, comment="F laden, E empty, ? unknown"),
        sa.Column("boxes", sa.BigInteger(), nullable=False, comment="containers [containers]"),
        sa.Column(
            "boxes_unknown_size",
            sa.BigInteger(),
            nullable=False,
            comment="containers among them whose length is unknown [containers]",
        ),
        sa.Column(
            "teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of the containers of known length [0.01 TEU]",
        ),
        sa.Column(
            "cargo_gross_g",
            sa.BigInteger(),
            nullable=False,
            comment="goods and packaging, without tare; unknown weights add nothing [g]",
        ),
        sa.Column(
            "cargo_net_g",
            sa.BigInteger(),
            nullable=False,
            comment="goods alone; unknown weights add nothing [g]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_throughput_week_snapshot")
        ),
        sa.PrimaryKeyConstraint(
            "iso_week",
            "service_id",
            "direction",
            "flow",
            "hs_chapter",
            "full_empty",
            name=op.f("pk_mart_throughput_week"),
        ),
        comment="Containers and cargo that left the origin, per week of departure.",
    )
    op.create_table(
        "mart_departure_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the train's departure, on the calendar of the origin",
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
        sa.Column(
            "trains",
            sa.BigInteger(),
            nullable=False,
            comment="trains; distinct, may not be added over weeks with moved departures [trains]",
        ),
        sa.Column(
            "wagons",
            sa.BigInteger(),
            nullable=False,
            comment="wagons on the first leg; distinct per train [wagons]",
        ),
        sa.Column(
            "trains_timed",
            sa.BigInteger(),
            nullable=False,
            comment="trains with a planned and an actual departure [trains]",
        ),
        sa.Column(
            "trains_on_time",
            sa.BigInteger(),
            nullable=False,
            comment="timed trains within the punctuality threshold [trains]",
        ),
        sa.Column(
            "delay_s_sum",
            sa.BigInteger(),
            nullable=False,
            comment="actual less planned departure, summed over timed trains [s]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_departure_week_snapshot")
        ),
        sa.PrimaryKeyConstraint("iso_week", "service_id", "direction", name=op.f("pk_mart_departure_week")),
        comment="Trains and their punctuality, per week of departure.",
    )
    op.create_table(
        "mart_match_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the departure, on the calendar of the origin",
        ),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=False,
            comment="service of corridor.toml, UNKNOWN where none is known",
        ),
        sa.Column("laden_boxes", sa.BigInteger(), nullable=False, comment="laden containers [containers]"),
        sa.Column(
            "declared_boxes",
            sa.BigInteger(),
            nullable=False,
            comment="laden containers that a declaration names [containers]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_match_week_snapshot")),
        sa.PrimaryKeyConstraint("iso_week", "service_id", name=op.f("pk_mart_match_week")),
        comment="Laden containers with a customs declaration, per week of departure.",
    )


def downgrade() -> None:
    op.drop_table("mart_match_week")
    op.drop_table("mart_departure_week")
    op.drop_table("mart_throughput_week")
