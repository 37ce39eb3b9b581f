"""China customs declarations as a broker exports them: one row per item, the header's values repeated."""

from __future__ import annotations

from functools import partial

from corridor_etl.sources._declaration_cn import layout
from corridor_etl.sources._delimited import source

SOURCE = source(
    name="declaration_cn_csv",
    record_kind="declaration_item",
    meaning="China customs declarations, one row per item, Chinese headers",
    layout=partial(layout, "declaration_cn_csv"),
)
