"""Current records in the shape the facts rely on: every column of the model, in order, plus where a row came from.

Which version of a record is current was decided before; nothing is filtered here.
"""

from __future__ import annotations

import polars as pl

from corridor_etl import model

ORIGIN = {"delivery_id": pl.String(), "line_no": pl.Int64()}


def records(kind_name: str, frame: pl.DataFrame | None) -> pl.DataFrame:
    """``frame`` with exactly the columns of the kind and ``delivery_id``, ``line_no``; None means no rows.

    Columns the frame lacks are null. Raises Polars' own error where a value does not fit the column's type.
    """
    schema = {**model.kind(kind_name).schema, **ORIGIN}
    if frame is None:
        return pl.DataFrame(schema=schema)
    present = set(frame.columns)
    return frame.select(
        pl.col(name).cast(dtype) if name in present else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    )
