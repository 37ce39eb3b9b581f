"""Creates the marts of balance, load, legs and the whole chain, and the tare of a trip."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_balance_and_load"
down_revision = "0017_reconciliation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "empty container, by the loading list; null is unknown [g]"
    op.add_column("fct_container_trip", sa.Column("tare_g", sa.BigInteger(), nullable=True, comment=comment))
    _balance()
    _load()
    _leg()
    _chain()


def _balance() -> None:
    op.create_table(
        "mart_balance_week",
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
            "laden_west_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of laden containers westbound [0.01 TEU]",
        ),
        sa.Column(
            "laden_east_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of laden containers eastbound [0.01 TEU]",
        ),
        sa.Column(
            "empty_west_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of empty containers westbound [0.01 TEU]",
        ),
        sa.Column(
            "empty_east_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of empty containers eastbound [0.01 TEU]",
        ),
        sa.Column(
            "balance_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="laden westbound less laden eastbound [0.01 TEU]",
        ),
        sa.Column(
            "empty_east_ppm",
            sa.BigInteger(),
            nullable=True,
            comment="empty share of the eastbound length; null of nothing [ppm]",
        ),
        sa.Column(
            "backhaul_ppm",
            sa.BigInteger(),
            nullable=True,
            comment="laden eastbound to laden westbound; null of nothing [ppm]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_balance_week_snapshot")),
        sa.PrimaryKeyConstraint("iso_week", "service_id", name=op.f("pk_mart_balance_week")),
        comment="Laden and empty containers by direction, per week of departure.",
    )


def _load() -> None:
    op.create_table(
        "mart_load_week",
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
        sa.Column("boxes", sa.BigInteger(), nullable=False, comment="containers [containers]"),
        sa.Column(
            "boxes_weighed",
            sa.BigInteger(),
            nullable=False,
            comment="containers among them whose tare and load are known [containers]",
        ),
        sa.Column(
            "gross_gross_g",
            sa.BigInteger(),
            nullable=False,
            comment="goods, packaging and tare of the weighed containers [g]",
        ),
        sa.Column(
            "teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of the containers of known length [0.01 TEU]",
        ),
        sa.Column(
            "laden_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of the laden containers among them [0.01 TEU]",
        ),
        sa.Column(
            "capacity_teu_x100",
            sa.BigInteger(),
            nullable=True,
            comment="capacity of the trains that left; null where none is known [0.01 TEU]",
        ),
        sa.Column(
            "fill_ppm",
            sa.BigInteger(),
            nullable=True,
            comment="length to capacity; null without capacity; cannot be added [ppm]",
        ),
        sa.Column(
            "fill_laden_ppm",
            sa.BigInteger(),
            nullable=True,
            comment="laden length to capacity; null without capacity; cannot be added [ppm]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_load_week_snapshot")),
        sa.PrimaryKeyConstraint("iso_week", "service_id", "direction", name=op.f("pk_mart_load_week")),
        comment="Weight with containers and use of the trains' capacity, per week of departure.",
    )


def _leg() -> None:
    op.create_table(
        "mart_leg_week",
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
            "leg",
            sa.Text(),
            nullable=False,
            comment="leg of the train, from and to as nodes of the corridor: YIN-HRS",
        ),
        sa.Column(
            "boxes", sa.BigInteger(), nullable=False, comment="containers; the same on each leg [containers]"
        ),
        sa.Column(
            "wagons", sa.BigInteger(), nullable=True, comment="wagons; known on the first leg only [wagons]"
        ),
        sa.Column(
            "leg_km",
            sa.BigInteger(),
            nullable=True,
            comment="length of the leg; null where it is not known [km]",
        ),
        sa.Column(
            "teu_x100_km",
            sa.BigInteger(),
            nullable=True,
            comment="length of containers times length of the leg [0.01 TEU km]",
        ),
        sa.Column(
            "cargo_gross_g_km",
            sa.BigInteger(),
            nullable=True,
            comment="goods and packaging times length of the leg [g km]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_leg_week_snapshot")),
        sa.PrimaryKeyConstraint("iso_week", "service_id", "direction", "leg", name=op.f("pk_mart_leg_week")),
        comment="Work on each leg of the trains, per week of departure.",
    )


def _chain() -> None:
    op.create_table(
        "mart_chain_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the end of the stretch, on the calendar of its place",
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
            "measure",
            sa.Text(),
            nullable=False,
            comment="train_to_train, stop_ and leg_ of the chain, tfi1_ and border_ at the border, empty_return, turn",
        ),
        sa.Column("trips", sa.BigInteger(), nullable=False, comment="trips measured [trips]"),
        sa.Column("sum_s", sa.BigInteger(), nullable=False, comment="summed duration [s]"),
        sa.Column(
            "mean_s", sa.BigInteger(), nullable=False, comment="mean duration, rounded half to even [s]"
        ),
        sa.Column(
            "median_s", sa.BigInteger(), nullable=False, comment="median duration; cannot be added [s]"
        ),
        sa.Column(
            "p90_s",
            sa.BigInteger(),
            nullable=True,
            comment="90th percentile; null for too few trips; cannot be added [s]",
        ),
        sa.Column("min_s", sa.BigInteger(), nullable=False, comment="shortest duration [s]"),
        sa.Column("max_s", sa.BigInteger(), nullable=False, comment="longest duration [s]"),
        sa.Column(
            "cv_ppm",
            sa.BigInteger(),
            nullable=True,
            comment="standard deviation to mean, rounded down; null of one trip [ppm]",
        ),
        sa.Column(
            "within_limit",
            sa.BigInteger(),
            nullable=True,
            comment="trips within the limit of the measure; null where it has none [trips]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_chain_week_snapshot")),
        sa.PrimaryKeyConstraint(
            "iso_week", "service_id", "direction", "measure", name=op.f("pk_mart_chain_week")
        ),
        comment="Times between instants of the whole chain, per week in which the measured stretch ended.",
    )


def downgrade() -> None:
    op.drop_table("mart_chain_week")
    op.drop_table("mart_leg_week")
    op.drop_table("mart_load_week")
    op.drop_table("mart_balance_week")
    op.drop_column("fct_container_trip", "tare_g")
