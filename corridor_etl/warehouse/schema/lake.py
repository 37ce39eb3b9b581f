"""The Iceberg catalog: where the current metadata file of each lake table is.

The shape is the one of the Iceberg JDBC catalog, so that Spark, Trino and DuckDB can use the warehouse as
their catalog; names and widths are not ours to choose.
"""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from corridor_etl.warehouse.schema._metadata import METADATA

LAKE_TABLE = Table(
    "iceberg_tables",
    METADATA,
    Column("catalog_name", String(255), primary_key=True, comment="always corridor"),
    Column("table_namespace", String(255), primary_key=True, comment="always lake"),
    Column("table_name", String(255), primary_key=True, comment="record kind"),
    Column("metadata_location", String(1000), nullable=True, comment="current metadata file"),
    Column("previous_metadata_location", String(1000), nullable=True, comment="metadata file before it"),
    Column("iceberg_type", String(5), nullable=True, comment="TABLE or VIEW"),
    comment="Pointers to the lake tables, in the layout of the Iceberg JDBC catalog.",
)

LAKE_NAMESPACE = Table(
    "iceberg_namespace_properties",
    METADATA,
    Column("catalog_name", String(255), primary_key=True, comment="always corridor"),
    Column("namespace", String(255), primary_key=True, comment="always lake"),
    Column("property_key", String(255), primary_key=True, comment="name of a property"),
    Column("property_value", String(1000), nullable=False, comment="its value"),
    comment="Namespaces of the lake, in the layout of the Iceberg JDBC catalog.",
)
