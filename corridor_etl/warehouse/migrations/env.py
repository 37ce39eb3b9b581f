"""Alembic's entry point: works in the transaction that ``migrations.upgrade`` hands over."""

from __future__ import annotations

from alembic import context

from corridor_etl.warehouse.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
