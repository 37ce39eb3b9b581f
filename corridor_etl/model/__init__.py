"""What each record is: its columns with type, unit and meaning, its business key and its week.

The only place where canonical column names are decided. How a record is read belongs to ``sources`` and
``staging``; what makes it valid belongs to ``expectations/suites``.
"""

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model.kinds import KINDS, LINEAGE, kind

__all__ = ["KINDS", "LINEAGE", "Column", "RecordKind", "kind"]
