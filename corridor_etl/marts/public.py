"""What others may see of a week: trade and cargo by flow and HS chapter, without the cells that tell of a single firm.

Which cells these are is decided in ``disclosure``. Traders are told apart by their code, consignors and consignees by
their name, however it is written large or small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.records import records
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.marts.disclosure import sensitive, with_margins, with_totals, withheld
from corridor_etl.settings import Confidentiality

CELL = ("flow", "hs_chapter")
SCHEMA = {
    "table": pl.String(), "flow": pl.String(), "hs_chapter": pl.String(), "amount": pl.Int64(), "unit": pl.String(),
    "withheld": pl.String(),
}  # fmt: skip


@dataclass(frozen=True)
class _Source:
    """A table: its fact, the amount in it, and the columns of the records that name the firms, one for each side."""

    name: str
    fact: str
    week: str
    amount: pl.Expr
    unit: str
    record_kind: str
    key: tuple[str, ...]
    sides: tuple[str, ...]


_SOURCES = (
    _Source("trade_value", "trade_lines", "release_week", scaled("value_cny", 2), "0.01 CNY", "declaration_item",
            ("regime", "declaration_no", "item_no"), ("trader_uscc",)),
    _Source("cargo_weight", "trips", "departure_week", scaled("cargo_gross_kg", 3), "g", "manifest_container",
            ("delivery_id", "line_no"), ("consignor_name", "consignee_name")),
)  # fmt: skip


def public_week(
    current: Mapping[str, pl.DataFrame], facts: Facts, week: str, service_id: str, rules: Confidentiality
) -> pl.DataFrame:
    """The tables of one week and service, columns :data:`SCHEMA`, sorted; totals are cells named ``total``.

    ``amount`` is null where ``withheld`` says why. ``facts`` are those of the ``current`` records.
    """
    tables = [_table(source, current, facts, week, service_id, rules) for source in _SOURCES]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *tables]).sort("table", *CELL)


def _table(
    source: _Source,
    current: Mapping[str, pl.DataFrame],
    facts: Facts,
    week: str,
    service_id: str,
    rules: Confidentiality,
) -> pl.DataFrame:
    rows: pl.DataFrame = getattr(facts, source.fact).filter(
        pl.col(source.week) == week, service_id=service_id
    )
    rows = rows.select(*source.key, *CELL, amount=source.amount.fill_null(0))
    amounts = {(f, h): int(n) for f, h, n in rows.group_by(CELL).agg(pl.col("amount").sum()).iter_rows()}
    firms = records(source.record_kind, current.get(source.record_kind)).select(*source.key, *source.sides)
    sides = rows.join(firms.unique(source.key), on=source.key, how="left").unpivot(
        source.sides, index=[*CELL, "amount"], variable_name="side", value_name="firm"
    )
    named = sides.with_columns(pl.col("firm").str.strip_chars().str.to_uppercase().replace("", None))
    found = sensitive(with_margins(named, CELL), CELL, "amount", rules)
    hidden = withheld(amounts, {(f, h): why for f, h, why in found.iter_rows()})
    cells = [
        (source.name, *cell, None if cell in hidden else amount, source.unit, hidden.get(cell))
        for cell, amount in with_totals(amounts).items()
    ]
    return pl.DataFrame(cells, schema=SCHEMA, orient="row")
