"""Position sheets of 1520 railways: where each container or wagon was last operated, by the clock of Moscow."""

from __future__ import annotations

from functools import partial

from corridor_etl.sources._delimited import Form, source
from corridor_etl.sources._dislocation import layout, with_numbered_months

SOURCE = source(
    name="rail_dislocation_csv",
    record_kind="rail_position",
    meaning="1520 position sheet, Russian headers or the Latin short form",
    layout=partial(layout, "rail_dislocation_csv"),
    form=Form(decimal_mark=",", is_day_first=True, reshaped=with_numbered_months),
)
