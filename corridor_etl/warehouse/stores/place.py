"""Which store holds archive and lake, as the environment says."""

from __future__ import annotations

from pathlib import Path

from corridor_etl.warehouse.stores.bucket import bucket_of
from corridor_etl.warehouse.stores.interface import Store
from corridor_etl.warehouse.stores.local import LocalStore

SPOOL = "spool"
"""The folder of a home where files lie while they are on their way to a store."""
STAGING = "staging"
"""The part of a store where rows lie while they are on their way from one machine to another."""


def opened(home: Path, part: str) -> Store:
    """The store of one part of a home (``archive``, ``lake``, ``staging``), in ``CORRIDOR_STORE_URL`` or the home.

    Nothing is created or asked yet. ``SettingsError`` where the environment cannot be used.
    """
    bucket = bucket_of()
    if bucket is None:
        return LocalStore(home / part, home / SPOOL)
    # The import takes a second, which a local home need not pay.
    from corridor_etl.warehouse.stores.s3 import S3Store

    return S3Store(bucket, part, home / SPOOL)
