"""Makes the dimensions a star needs (four languages, legs, senders, days, editions) and the fact of container trips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_star"
down_revision = "0013_history"
branch_labels = None
depends_on = None

_MADE_ANEW = ("dim_node", "dim_hs", "dim_iso_week")
_NEW = ("dim_leg", "dim_sender", "dim_date", "dim_holiday", "fct_container_trip")


def upgrade() -> None:
    # Dimensions hold nothing of their own: they are filled again when the warehouse is opened.
    for name in _MADE_ANEW:
        op.drop_table(name)
    _forget_what_was_filled()
    op.create_table(
        "dim_node",
        sa.Column("node_id", sa.Text(), nullable=False, comment="node of the corridor"),
        sa.Column("name_en", sa.Text(), nullable=False, comment="name in English"),
        sa.Column("name_zh", sa.Text(), nullable=False, comment="name in Chinese"),
        sa.Column("name_ru", sa.Text(), nullable=False, comment="name in Russian"),
        sa.Column("name_kk", sa.Text(), nullable=False, comment="name in Kazakh"),
        sa.Column("name_local", sa.Text(), nullable=True, comment="name in the local language"),
        sa.Column("country", sa.Text(), nullable=True, comment="ISO 3166 alpha-2"),
        sa.Column("locode", sa.Text(), nullable=True, comment="UN/LOCODE"),
        sa.Column("esr_code", sa.Text(), nullable=True, comment="station code of the 1520 mm network"),
        sa.Column("role", sa.Text(), nullable=True, comment="seaport, dry port, border station, terminal"),
        sa.Column("timezone", sa.Text(), nullable=True, comment="IANA time zone"),
        sa.Column("gauge_mm", sa.BigInteger(), nullable=True, comment="track gauge [mm]"),
        sa.Column("latitude_deg", sa.Double(), nullable=True, comment="latitude, north positive [degrees]"),
        sa.Column("longitude_deg", sa.Double(), nullable=True, comment="longitude, east positive [degrees]"),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_dim_node")),
        comment="Places of the corridor.",
    )
    op.create_table(
        "dim_hs",
        sa.Column("edition", sa.Text(), nullable=False, comment="edition of the nomenclature, like HS2022"),
        sa.Column("hs_code", sa.Text(), nullable=False, comment="2, 4 or 6 digits"),
        sa.Column("level", sa.BigInteger(), nullable=False, comment="number of digits [digits]"),
        sa.Column("section", sa.Text(), nullable=True, comment="section of the nomenclature"),
        sa.Column("chapter", sa.Text(), nullable=False, comment="chapter, 2 digits"),
        sa.Column("description", sa.Text(), nullable=False, comment="text of the nomenclature"),
        sa.Column("valid_from_on", sa.Date(), nullable=False, comment="day the edition came into force"),
        sa.Column(
            "valid_to_on",
            sa.Date(),
            nullable=True,
            comment="last day of the edition; null for the newest one here",
        ),
        sa.PrimaryKeyConstraint("edition", "hs_code", name=op.f("pk_dim_hs")),
        comment="Harmonized System chapters, headings and subheadings, by edition.",
    )
    op.create_table(
        "dim_iso_week",
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO 8601 week, like 2025-W24"),
        sa.Column("iso_year", sa.BigInteger(), nullable=False, comment="year of the week"),
        sa.Column("week_no", sa.BigInteger(), nullable=False, comment="1 to 53"),
        sa.Column("monday_on", sa.Date(), nullable=False, comment="first day"),
        sa.Column("sunday_on", sa.Date(), nullable=False, comment="last day"),
        sa.Column(
            "holidays",
            sa.Text(),
            nullable=True,
            comment="long holidays that take a working day of it; null for none",
        ),
        sa.PrimaryKeyConstraint("iso_week", name=op.f("pk_dim_iso_week")),
        comment="Calendar of ISO weeks.",
    )
    op.create_table(
        "dim_leg",
        sa.Column("leg_id", sa.Text(), nullable=False, comment="both nodes, separated by a hyphen"),
        sa.Column("from_node", sa.Text(), nullable=False, comment="node where the leg begins, westbound"),
        sa.Column("to_node", sa.Text(), nullable=False, comment="node where the leg ends, westbound"),
        sa.Column(
            "mode",
            sa.Text(),
            nullable=True,
            comment="rail, sea or border_transfer; null for a leg only corridor.toml names",
        ),
        sa.Column(
            "gauge_mm",
            sa.BigInteger(),
            nullable=True,
            comment="track gauge; null for legs of several gauges or none [mm]",
        ),
        sa.Column(
            "distance_km", sa.BigInteger(), nullable=True, comment="length; null where it is not known [km]"
        ),
        sa.Column("distance_basis", sa.Text(), nullable=True, comment="published or estimate"),
        sa.Column(
            "least_hours", sa.Double(), nullable=True, comment="shortest plausible time, by corridor.toml [h]"
        ),
        sa.Column(
            "most_hours", sa.Double(), nullable=True, comment="longest plausible time, by corridor.toml [h]"
        ),
        sa.ForeignKeyConstraint(["from_node"], ["dim_node.node_id"], name=op.f("fk_dim_leg_from_node")),
        sa.ForeignKeyConstraint(["to_node"], ["dim_node.node_id"], name=op.f("fk_dim_leg_to_node")),
        sa.PrimaryKeyConstraint("leg_id", name=op.f("pk_dim_leg")),
        comment="Legs between two nodes of the corridor.",
    )
    op.create_table(
        "dim_sender",
        sa.Column("sender_id", sa.Text(), nullable=False, comment="sender of corridor.toml"),
        sa.Column("sender_name", sa.Text(), nullable=False, comment="its name"),
        sa.Column("source_id", sa.Text(), nullable=False, comment="source family its files belong to"),
        sa.Column("source_name", sa.Text(), nullable=False, comment="name of the source family"),
        sa.Column("record_kind", sa.Text(), nullable=False, comment="record kind the family is counted by"),
        sa.Column(
            "files_per_week",
            sa.BigInteger(),
            nullable=True,
            comment="files the family owes for a week; null where none is fixed [files]",
        ),
        sa.Column(
            "is_expected",
            sa.Boolean(),
            nullable=False,
            comment="whether the family is missed when nothing comes",
        ),
        sa.Column(
            "timezone",
            sa.Text(),
            nullable=True,
            comment="IANA time zone the sender writes; null where the place decides",
        ),
        sa.PrimaryKeyConstraint("sender_id", name=op.f("pk_dim_sender")),
        comment="Who sends files, with the source family coverage counts them in.",
    )
    op.create_table(
        "dim_date",
        sa.Column("date_on", sa.Date(), nullable=False, comment="the day"),
        sa.Column("iso_week", sa.Text(), nullable=False, comment="its ISO 8601 week"),
        sa.Column(
            "iso_year",
            sa.BigInteger(),
            nullable=False,
            comment="year of its ISO week, which at New Year is not its calendar year",
        ),
        sa.Column("week_no", sa.BigInteger(), nullable=False, comment="number of its ISO week, 1 to 53"),
        sa.Column("calendar_year", sa.BigInteger(), nullable=False, comment="its calendar year"),
        sa.Column("quarter_no", sa.BigInteger(), nullable=False, comment="1 to 4"),
        sa.Column("month_no", sa.BigInteger(), nullable=False, comment="1 to 12"),
        sa.Column("month_name", sa.Text(), nullable=False, comment="name of the month in English"),
        sa.Column("weekday_no", sa.BigInteger(), nullable=False, comment="1 Monday to 7 Sunday"),
        sa.Column("weekday_name", sa.Text(), nullable=False, comment="name of the weekday in English"),
        sa.Column(
            "holidays",
            sa.Text(),
            nullable=True,
            comment="country and name of long holidays on the day, separated by semicolons",
        ),
        sa.ForeignKeyConstraint(["iso_week"], ["dim_iso_week.iso_week"], name=op.f("fk_dim_date_iso_week")),
        sa.PrimaryKeyConstraint("date_on", name=op.f("pk_dim_date")),
        comment="Calendar of days.",
    )
    op.create_table(
        "dim_holiday",
        sa.Column("date_on", sa.Date(), nullable=False, comment="the day"),
        sa.Column("country_code", sa.Text(), nullable=False, comment="country that rests, ISO 3166 alpha-2"),
        sa.Column("holiday_name", sa.Text(), nullable=False, comment="name of the holiday in English"),
        sa.Column(
            "basis", sa.Text(), nullable=False, comment="announced, law or expected: how sure the day is"
        ),
        sa.ForeignKeyConstraint(["date_on"], ["dim_date.date_on"], name=op.f("fk_dim_holiday_date_on")),
        sa.PrimaryKeyConstraint("date_on", "country_code", name=op.f("pk_dim_holiday")),
        comment="Days of the long holidays, by country.",
    )
    op.create_table(
        "fct_container_trip",
        sa.Column(
            "trip_id",
            sa.Text(),
            nullable=False,
            comment="service, train, planned departure date and container, separated by |",
        ),
        sa.Column("service_id", sa.Text(), nullable=False, comment="service of corridor.toml"),
        sa.Column("train_no", sa.Text(), nullable=False, comment="block train number"),
        sa.Column(
            "direction", sa.Text(), nullable=False, comment="W toward Kazakhstan and Europe, E toward China"
        ),
        sa.Column(
            "container_no",
            sa.Text(),
            nullable=False,
            comment="ISO 6346 number, or the box's own where the list marks it as without",
        ),
        sa.Column("size_type", sa.Text(), nullable=True, comment="ISO 6346 size and type; null is unknown"),
        sa.Column(
            "teu_x100",
            sa.BigInteger(),
            nullable=True,
            comment="length in twenty-foot units; null is unknown [0.01 TEU]",
        ),
        sa.Column("full_empty", sa.Text(), nullable=True, comment="F laden, E empty, null unknown"),
        sa.Column("wagon_no", sa.Text(), nullable=True, comment="wagon on the first leg"),
        sa.Column(
            "cargo_gross_g",
            sa.BigInteger(),
            nullable=True,
            comment="goods and packaging, without tare; null is unknown [g]",
        ),
        sa.Column("cargo_net_g", sa.BigInteger(), nullable=True, comment="goods alone; null is unknown [g]"),
        sa.Column(
            "hs_chapter",
            sa.Text(),
            nullable=False,
            comment="HS chapter, 2 digits; empty where the goods are not known or the box is empty",
        ),
        sa.Column(
            "flow",
            sa.Text(),
            nullable=False,
            comment="EXPORT_DOMESTIC, RE_EXPORT, IMPORT, RE_IMPORT, EMPTY or UNDECLARED",
        ),
        sa.Column(
            "origin_country",
            sa.Text(),
            nullable=True,
            comment="country of origin of the goods, ISO 3166 alpha-2",
        ),
        sa.Column(
            "planned_departure_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="departure by the timetable [UTC]",
        ),
        sa.Column(
            "departure_on_local",
            sa.Date(),
            nullable=False,
            comment="planned departure date, on the calendar of the origin",
        ),
        sa.Column(
            "departed_on_local",
            sa.Date(),
            nullable=False,
            comment="departure date, on the calendar of the origin; the planned one where no event saw the train leave",
        ),
        sa.Column(
            "departure_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of departed_on_local, like 2025-W24",
        ),
        sa.Column(
            "gate_in_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="handed over at the door of origin [UTC]",
        ),
        sa.Column(
            "departed_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="left the train's origin [UTC]",
        ),
        sa.Column(
            "border_arrived_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="reached the border [UTC]",
        ),
        sa.Column(
            "border_departed_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="left the border's far side [UTC]",
        ),
        sa.Column(
            "arrived_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="reached the train's destination [UTC]",
        ),
        sa.Column(
            "delivered_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="handed out at the door of destination [UTC]",
        ),
        sa.Column(
            "border_departed_on_local",
            sa.Date(),
            nullable=True,
            comment="date it left the border, on the calendar of the far side",
        ),
        sa.Column(
            "delivered_on_local",
            sa.Date(),
            nullable=True,
            comment="date it was handed out, on the calendar of the place",
        ),
        sa.Column(
            "delivery_id",
            sa.Text(),
            nullable=False,
            comment="delivery of the loading list: first 16 digits of its SHA-256",
        ),
        sa.Column(
            "line_no", sa.BigInteger(), nullable=False, comment="line of the loading list, or sheet row"
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the trips of the week last changed",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["dim_service.service_id"], name=op.f("fk_fct_container_trip_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_fct_container_trip_snapshot")
        ),
        sa.PrimaryKeyConstraint("trip_id", name=op.f("pk_fct_container_trip")),
        comment="Container trips: one row per container on one train, as the current records tell it.",
        info={"week": "departure_week"},
    )
    op.create_index(
        "ix_fct_container_trip_container_no", "fct_container_trip", ["container_no"], unique=False
    )
    op.create_index(
        "ix_fct_container_trip_departure_week", "fct_container_trip", ["departure_week"], unique=False
    )
    _describe("table or view")


def downgrade() -> None:
    _describe("table")
    for name in (*reversed(_NEW), *_MADE_ANEW):
        op.drop_table(name)
    _forget_what_was_filled()
    op.create_table(
        "dim_node",
        sa.Column("node_id", sa.Text(), nullable=False, comment="node of the corridor"),
        sa.Column("name_en", sa.Text(), nullable=False, comment="name in English"),
        sa.Column("name_local", sa.Text(), nullable=True, comment="name in the local language"),
        sa.Column("country", sa.Text(), nullable=True, comment="ISO 3166 alpha-2"),
        sa.Column("locode", sa.Text(), nullable=True, comment="UN/LOCODE"),
        sa.Column("esr_code", sa.Text(), nullable=True, comment="station code of the 1520 mm network"),
        sa.Column("role", sa.Text(), nullable=True, comment="seaport, dry port, border station, terminal"),
        sa.Column("timezone", sa.Text(), nullable=True, comment="IANA time zone"),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_dim_node")),
        comment="Places of the corridor.",
    )
    op.create_table(
        "dim_hs",
        sa.Column("hs_code", sa.Text(), nullable=False, comment="2, 4 or 6 digits"),
        sa.Column("level", sa.BigInteger(), nullable=False, comment="number of digits [digits]"),
        sa.Column("section", sa.Text(), nullable=True, comment="section of the nomenclature"),
        sa.Column("description", sa.Text(), nullable=False, comment="text of the nomenclature"),
        sa.Column("edition", sa.Text(), nullable=False, comment="edition of the nomenclature"),
        sa.PrimaryKeyConstraint("hs_code", name=op.f("pk_dim_hs")),
        comment="Harmonized System chapters, headings and subheadings.",
    )
    op.create_table(
        "dim_iso_week",
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO 8601 week, like 2025-W24"),
        sa.Column("iso_year", sa.BigInteger(), nullable=False, comment="year of the week"),
        sa.Column("week_no", sa.BigInteger(), nullable=False, comment="1 to 53"),
        sa.Column("monday_on", sa.Date(), nullable=False, comment="first day"),
        sa.Column("sunday_on", sa.Date(), nullable=False, comment="last day"),
        sa.PrimaryKeyConstraint("iso_week", name=op.f("pk_dim_iso_week")),
        comment="Calendar of ISO weeks.",
    )


def _forget_what_was_filled() -> None:
    op.execute("DELETE FROM stamp WHERE name = 'dimensions'")


def _describe(named: str) -> None:
    if op.get_bind().dialect.supports_comments:
        op.alter_column("dim_column", "table_name", existing_type=sa.Text(), comment=named)
