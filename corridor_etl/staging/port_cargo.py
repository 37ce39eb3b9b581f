"""Lots of cargo at calls: weights come in tonnes and are kept in kilograms, exactly."""

from __future__ import annotations

import polars as pl

from corridor_etl.sources import RawFile
from corridor_etl.staging import _by_model, _casts
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext

_TONNES, _KG = pl.Decimal(18, 6), pl.Decimal(18, 3)


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Lots; the raw column ``gross_t`` is read with six decimals, a gram being the last one kept."""
    desk = Desk(raw, context)
    desk.put_cast("gross_kg", "gross_t", lambda c: _kilograms(c, raw.decimal_mark), _casts.NUMBER_RULE,
                  "tonnes such as 4,62 with at most six decimals")  # fmt: skip
    return _by_model.fill(desk, "port_cargo").staged("port_cargo")


def _kilograms(cells: pl.Series, decimal_mark: str) -> pl.Series:
    tonnes = _casts.number(cells, _TONNES, decimal_mark)
    # A text shift of the point, because a decimal product would round or overflow.
    parts = tonnes.cast(pl.String).str.split_exact(".", 1).struct.unnest()
    whole, rest = parts.to_series(0), parts.to_series(1)
    return (whole + rest.str.head(3) + "." + rest.str.tail(3)).cast(_KG, strict=False).alias(cells.name)


STAGING = Staging(name="port_cargo", stage=stage)
