"""Creates the marts of port moves and stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_port"
down_revision = "0018_balance_and_load"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _port_move()
    _port_stay()


def _port_move() -> None:
    op.create_table(
        "mart_port_move_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the move, on the calendar of the terminal",
        ),
        sa.Column(
            "facility",
            sa.Text(),
            nullable=False,
            comment="node of the corridor, else the place's code as given",
        ),
        sa.Column(
            "move",
            sa.Text(),
            nullable=False,
            comment="GTIN, GTOT: gate; LOAD, DISC: on and off a vessel; RAIL_LOAD, RAIL_UNLD: on and off a train",
        ),
        sa.Column("full_empty", sa.Text(), nullable=False, comment="F laden, E empty, ? unknown"),
        sa.Column("moves", sa.BigInteger(), nullable=False, comment="moves [moves]"),
        sa.Column(
            "moves_unknown_size",
            sa.BigInteger(),
            nullable=False,
            comment="moves among them of containers of unknown length [moves]",
        ),
        sa.Column(
            "teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="length of containers of known length; a port counts LOAD and DISC [0.01 TEU]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_port_move_week_snapshot")
        ),
        sa.PrimaryKeyConstraint(
            "iso_week", "facility", "move", "full_empty", name=op.f("pk_mart_port_move_week")
        ),
        comment="Moves at ports and terminals, per week of the move.",
    )


def _port_stay() -> None:
    op.create_table(
        "mart_port_stay_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the move out, on the calendar of the terminal",
        ),
        sa.Column(
            "facility",
            sa.Text(),
            nullable=False,
            comment="node of the corridor, else the place's code as given",
        ),
        sa.Column(
            "stay",
            sa.Text(),
            nullable=False,
            comment="import, export, transhipment or inland, by the moves in and out",
        ),
        sa.Column("stays", sa.BigInteger(), nullable=False, comment="stays seen whole [stays]"),
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
            comment="standard deviation to mean, rounded down; null of one stay [ppm]",
        ),
        sa.Column(
            "over_free_time",
            sa.BigInteger(),
            nullable=False,
            comment="stays longer than the free time [stays]",
        ),
        sa.Column(
            "by_rail", sa.BigInteger(), nullable=False, comment="stays that began or ended on rail [stays]"
        ),
        sa.Column("inspected", sa.BigInteger(), nullable=False, comment="stays with an inspection [stays]"),
        sa.Column(
            "vgm_known",
            sa.BigInteger(),
            nullable=True,
            comment="exports weighed (VGM) before loading; null of none [stays]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_port_stay_week_snapshot")
        ),
        sa.PrimaryKeyConstraint("iso_week", "facility", "stay", name=op.f("pk_mart_port_stay_week")),
        comment="Stays of containers at ports and terminals, per week in which they ended.",
    )


def downgrade() -> None:
    op.drop_table("mart_port_stay_week")
    op.drop_table("mart_port_move_week")
