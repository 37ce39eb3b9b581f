"""One consignment as both sides of the border declare it: Chinese export and import abroad of the same boxes."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source._groups import total, with_group
from corridor_etl.facts.cross_source._sources import Sources, listed_by, words
from corridor_etl.facts.money import in_currency
from corridor_etl.facts.trips import ISO_WEEK

ABROAD_DAYS = (-3, 60)  # an import is declared from shortly before to so long after its export
FREE_ON_BOARD = ("3", "7")
IMPORT_PROCEDURE = "40"
_DECLARED = (
    "declaration_no", "item_no", "released_on_local", "declared_on_local", "total_price", "currency",
    "transaction_mode", "net_kg", "delivery_id", "line_no", "train_no",
)  # fmt: skip


def subjects(known: Sources) -> pl.DataFrame:
    """One row per group of declarations that cover the same boxes on both sides: values (USD) and net weights (kg)."""
    items = known.declarations.lazy()
    exports = _boxes(items.filter(regime="CN", ie_flag="E"))
    imports = _boxes(items.filter(regime="EAEU", ie_flag="I", procedure_code=IMPORT_PROCEDURE))
    pairs = with_group(_paired(exports, imports), "declaration_no", "import_no")
    whole = _complete(pairs, exports, imports)
    abroad = _abroad(whole, known)
    return _at_home(whole, known).join(abroad, on="group_no").with_columns(
        subject=pl.lit("mirror"),
        subject_key=pl.concat_str(pl.lit("CN"), "group", separator="|"),
        record_kind=pl.lit("declaration_item"),
        record_key=pl.concat_str(pl.lit("CN"), "group", pl.col("item_no").cast(pl.String), separator="|"),
    )  # fmt: skip


def _boxes(items: pl.LazyFrame) -> pl.DataFrame:
    named = items.select("declaration_no", "declared_on_local", words("container_nos").alias("container_no"))
    return named.explode("container_no", empty_as_null=True).drop_nulls("container_no").unique().collect()


def _paired(exports: pl.DataFrame, imports: pl.DataFrame) -> pl.DataFrame:
    """Each imported box with the nearest export of it."""
    days = (pl.col("imported_on") - pl.col("declared_on_local")).dt.total_days()
    abroad = imports.rename({"declaration_no": "import_no", "declared_on_local": "imported_on"})
    near = exports.join(abroad, on="container_no").filter(days.is_between(*ABROAD_DAYS))
    latest = pl.col("declared_on_local") == pl.col("declared_on_local").max().over(
        "import_no", "container_no"
    )
    return near.filter(latest).sort("declaration_no", "import_no", "container_no")


def _complete(pairs: pl.DataFrame, exports: pl.DataFrame, imports: pl.DataFrame) -> pl.DataFrame:
    """The pairs of groups whose declarations name no box that the other side does not have."""
    parts = []
    for boxes, number in ((exports, "declaration_no"), (imports, "import_no")):
        mine = boxes.rename({"declaration_no": number}) if number == "import_no" else boxes
        groups = pairs.select(number, "group_no").unique()
        loose = mine.join(pairs, on=[number, "container_no"], how="anti")
        parts.append(loose.join(groups, on=number).select("group_no"))
    return pairs.join(pl.concat(parts).unique(), on="group_no", how="anti")


def _at_home(whole: pl.DataFrame, known: Sources) -> pl.DataFrame:
    boxes = listed_by(whole, "group_no", {"container_no": "container_nos"})
    declared = known.declarations.lazy().filter(regime="CN").select(_DECLARED)
    mine = whole.lazy().select("group_no", "group", "declaration_no").unique(["group_no", "declaration_no"])
    items = mine.join(declared, on="declaration_no").collect().sort("group_no", "declaration_no", "item_no")
    items = items.with_columns(rate_date=pl.coalesce("released_on_local", "declared_on_local"))
    days = known.settings.corridor.fx_max_age_days
    value = in_currency(items, "USD", on="rate_date", max_age_days=days)
    is_fob = pl.col("transaction_mode").is_in(FREE_ON_BOARD) & pl.col("total_price").is_not_null()
    items = items.with_columns(value).with_columns(pl.when(is_fob).then("value_usd").alias("value_usd"))
    values = items.group_by("group_no", maintain_order=True).agg(
        pl.col("group").first(),
        total("value_usd").alias("export_value_usd"),
        *(pl.col(name).first() for name in ("item_no", "delivery_id", "line_no", "train_no")),
        pl.col("rate_date").first().dt.strftime(ISO_WEEK).alias("iso_week"),
    )
    heads = items.select("group_no", "declaration_no", "net_kg").unique(
        ["group_no", "declaration_no"], keep="first", maintain_order=True
    )
    weights = heads.group_by("group_no").agg(total("net_kg").alias("export_net_kg"))
    return values.join(weights, on="group_no").join(boxes, on="group_no")


def _abroad(whole: pl.DataFrame, known: Sources) -> pl.DataFrame:
    declared = known.declarations.lazy().filter(regime="EAEU").select(
        "declaration_no", "item_no", "stat_value_usd", "item_net_kg", "delivery_id"
    )  # fmt: skip
    mine = whole.lazy().select("group_no", declaration_no="import_no").unique()
    items = mine.join(declared, on="declaration_no").collect().sort("group_no", "declaration_no", "item_no")
    return items.group_by("group_no", maintain_order=True).agg(
        total("stat_value_usd").alias("import_value_usd"),
        total("item_net_kg").alias("import_net_kg"),
        pl.col("delivery_id").first().alias("declaration_delivery_id"),
    )  # fmt: skip
