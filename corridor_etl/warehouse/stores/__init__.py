"""Where the files of archive and lake lie: a local folder, or an object store that speaks S3.

Archive and lake know a ``Store`` and relative names only. What the files mean belongs to them; which files a
table refers to belongs to ``warehouse.iceberg``.
"""

from corridor_etl.warehouse.stores import checked
from corridor_etl.warehouse.stores.interface import Entry, Store
from corridor_etl.warehouse.stores.local import LocalStore
from corridor_etl.warehouse.stores.place import STAGING, opened

__all__ = ["STAGING", "Entry", "LocalStore", "Store", "checked", "opened"]
