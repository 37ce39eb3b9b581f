"""Adds weights of port moves, planned trains, statistical value, the saving, and what vessels have on board."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023_vessel_load"
down_revision = "0022_week_digest"
branch_labels = None
depends_on = None

_GAINED = {
    "mart_departure_week": (
        (
            "trains_planned",
            "trains planned for the week; with 0 trains it is a cancelled week; null before it was counted [trains]",
        ),
        ("trains_not_left", "planned trains without a loading list; null before it was counted [trains]"),
    ),
    "mart_trade_week": (
        (
            "items_without_rate",
            "items that add nothing to values for want of a rate; null before it was counted [items]",
        ),
        (
            "stat_value_cny_fen",
            "statistical value: exports FOB, imports CIF; null before it was counted [0.01 CNY]",
        ),
        (
            "as_declared_cny_fen",
            "part of it that is the declared price for want of terms or charges; null before it was counted [0.01 CNY]",
        ),
    ),
    "mart_transit_week": (
        (
            "saving_ppm",
            "how much shorter the median is than traditional routes take; null for parts of the way; cannot be added"
            " [ppm]",
        ),
    ),
    "mart_port_move_week": (
        ("moves_weighed", "moves of containers of known weight; null before it was counted [moves]"),
        ("gross_gross_g", "goods, packaging and tare of these; null before it was counted [g]"),
    ),
}


def upgrade() -> None:
    for mart, columns in _GAINED.items():
        for name, comment in columns:
            op.add_column(mart, sa.Column(name, sa.BigInteger(), nullable=True, comment=comment))
    _vessel_load()
    _word("policy")


def _word(of_the: str) -> None:
    if op.get_bind().dialect.supports_comments:
        for name, unit in (("value_cny_fen", "0.01 CNY"), ("value_usd_cent", "0.01 USD")):
            comment = f"declared value at the rate of the {of_the} [{unit}]"
            op.alter_column("mart_trade_week", name, existing_type=sa.BigInteger(), comment=comment)


def _vessel_load() -> None:
    op.create_table(
        "mart_vessel_load_week",
        _text("iso_week", "ISO week of the plan"),
        _text("facility", "node of the corridor, else the place's code as given"),
        _text("load_port", "port of loading as given; ? unknown"),
        _text("discharge_port", "port of discharge as given; ? unknown"),
        _text("full_empty", "F laden, E empty, ? unknown"),
        _count("boxes", "containers on board; a box counts at each departure it is on board [containers]"),
        _count("boxes_unknown_size", "containers among them whose length is unknown [containers]"),
        _count("teu_x100", "length of the containers of known length [0.01 TEU]"),
        _count("boxes_weighed", "containers among them whose weight is known [containers]"),
        _count("gross_gross_g", "goods, packaging and tare of the weighed containers [g]"),
        _count("snapshot", "batch in which the figures of the week last changed"),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_vessel_load_week_snapshot")
        ),
        sa.PrimaryKeyConstraint(
            "iso_week",
            "facility",
            "load_port",
            "discharge_port",
            "full_empty",
            name=op.f("pk_mart_vessel_load_week"),
        ),
        comment="Containers on board when vessels leave, by stowage plan, per week of the plan.",
    )


def _text(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _count(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, comment=comment)


def downgrade() -> None:
    _word("release date")
    op.drop_table("mart_vessel_load_week")
    for mart, columns in _GAINED.items():
        with op.batch_alter_table(mart) as table:
            for name, _comment in columns:
                table.drop_column(name)
