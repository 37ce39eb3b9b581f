"""Alembic's entry point: works in the transaction that ``migrations.upgrade`` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import inspect

from corridor_etl.warehouse import views
from corridor_etl.warehouse.schema import METADATA, STAMP

connection = context.config.attributes["connection"]
# No database alters a table that a view reads; whoever opens the warehouse next makes the views again.
views.drop_all(connection)
if inspect(connection).has_table(STAMP.name):
    connection.execute(STAMP.delete().where(STAMP.c.name == "views"))

context.configure(
    connection=connection,
    target_metadata=METADATA,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
