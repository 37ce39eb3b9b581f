"""The reconciled items as people ask for them: with age, with what the ledger says of each, as of any snapshot.

The fact is kept as it is now; an earlier state is made again from the records of that snapshot. Since when something is
known, healed or waived is in the ledger of discrepancies, whose subjects have the keys of the items.
"""

from __future__ import annotations

from datetime import UTC, date

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.facts.cross_source import sources, subjects_of
from corridor_etl.facts.reconciliation import MATCHED, OUTCOME_OF_RULE, PENDING, reconciled
from corridor_etl.jobs.current import known_to
from corridor_etl.jobs.material import Material
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_KINDS = ("manifest_container", "port_event", "declaration_item", "booking")
_LOADED_DAYS = 60  # a loading on rail so long before a train belongs to its trip
HISTORY = (
    "rule_id",
    "outcome",
    "state",
    "first_seen_at_utc",
    "closed_at_utc",
    "closed_by",
    "reason",
    "observed",
)
"""What the ledger tells of an item."""


def items(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """All items with age_days, state, since_utc and the sender of each side, by subject and key.

    ``age_days`` is from the day the outcome is open to today, or to the day of the snapshot that was asked for.
    ``state`` is open, waived, pending or matched; ``since_utc`` when an open outcome was first seen, or when the last
    discrepancy about a matched one healed (null where there never was one).
    """
    found = _stored(warehouse, settings)
    told = _told(found, history(warehouse, found))
    age = (pl.lit(_today(warehouse)) - pl.col("opened_on")).dt.total_days()
    return _with_senders(told, warehouse).with_columns(age.alias("age_days")).sort("subject", "subject_key")


def _stored(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    if warehouse.as_of is None:
        return warehouse.reconciled_items()
    known = sources(Material.of(known_to(warehouse), settings, _KINDS).records, settings)
    return reconciled(known, subjects_of(known, with_visits=False)).with_columns(
        snapshot=pl.lit(warehouse.as_of, dtype=pl.Int64)
    )


def _today(warehouse: Warehouse) -> date:
    if warehouse.as_of is None:
        return now_utc().date()
    known = warehouse.batches().filter(pl.col("snapshot") <= warehouse.as_of)["committed_at_utc"].max()
    return known.astimezone(UTC).date() if known is not None else now_utc().date()  # type: ignore[union-attr]


def history(warehouse: Warehouse, found: pl.DataFrame) -> pl.DataFrame:
    """``subject_key`` of each of some items and :data:`HISTORY`: its discrepancies, the oldest first.

    Also those it had before its loading list came, as a declared or loaded box on none.
    """
    outcome = pl.col("rule_id").replace_strict(OUTCOME_OF_RULE, default=None, return_dtype=pl.String)
    ledger = (
        warehouse.discrepancies().rename({"subject_key": "ledger_key"}).with_columns(outcome.alias("outcome"))
    )
    ledger = ledger.drop_nulls("outcome")
    by_key = _keys(found).join(ledger, on="ledger_key")
    loads = ledger.filter(subject="port_load").with_columns(
        loaded_on=pl.col("ledger_key").str.split("|").list.get(1).str.head(10).str.to_date("%Y-%m-%d"),
    )
    trips = found.filter(subject="trip", direction="W").select(
        "subject_key", "container_nos", "moved_on_local"
    )
    before = trips.join(loads, on="container_nos").filter(
        (pl.col("moved_on_local") - pl.col("loaded_on")).dt.total_days().is_between(0, _LOADED_DAYS)
    )
    names = ["subject_key", *HISTORY]
    both = pl.concat([by_key.select(names), before.select(names)]).unique()
    return both.sort("subject_key", "first_seen_at_utc", "rule_id", "observed")


def _keys(found: pl.DataFrame) -> pl.DataFrame:
    """Every key the ledger may know an item by."""
    own = found.select("subject_key", ledger_key="subject_key")
    shared = found.select("subject_key", ledger_key="consignment_key").drop_nulls()
    declared = found.filter(pl.col("subject") == "trip").drop_nulls("declaration_nos")
    parts = pl.concat_str(pl.lit("CN"), "declaration_no", "container_nos", separator="|")
    boxes = declared.select(
        "subject_key", "container_nos", pl.col("declaration_nos").str.split(" ").alias("declaration_no")
    ).explode("declaration_no", empty_as_null=True)
    return pl.concat([own, shared, boxes.select("subject_key", parts.alias("ledger_key"))]).unique()


def _told(found: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """``found`` with state and since_utc."""
    leading = past.group_by("subject_key", "outcome").agg(
        (pl.col("state") == "waived").filter(pl.col("state") != "healed").all().alias("is_waived"),
        (pl.col("state") != "healed").any().alias("is_known"),
        pl.col("first_seen_at_utc").filter(pl.col("state") != "healed").min().alias("seen_at_utc"),
    )
    healed = past.filter(state="healed").group_by("subject_key").agg(pl.col("closed_at_utc").max())
    joined = found.join(leading, on=["subject_key", "outcome"], how="left").join(
        healed, on="subject_key", how="left"
    )
    is_quiet = pl.col("outcome").is_in([MATCHED, PENDING])
    is_waived = (pl.col("is_waived") & pl.col("is_known")).fill_null(False)
    state = pl.when(is_quiet).then("outcome").when(is_waived).then(pl.lit("waived")).otherwise(pl.lit("open"))
    since = pl.when(pl.col("outcome") == MATCHED).then("closed_at_utc").otherwise("seen_at_utc")
    return joined.with_columns(state.alias("state"), since.alias("since_utc")).drop(
        "is_waived", "is_known", "seen_at_utc", "closed_at_utc"
    )


def _with_senders(found: pl.DataFrame, warehouse: Warehouse) -> pl.DataFrame:
    """``found`` with the file and sender of each side."""
    loaded = warehouse.deliveries().filter(status="loaded").select("delivery_id", "file_name", "sender_id")
    for side in ("list", "declaration", "port"):
        named = loaded.rename({"delivery_id": f"{side}_delivery_id", "file_name": f"{side}_file_name",
                               "sender_id": f"{side}_sender_id"})  # fmt: skip
        found = found.join(named, on=f"{side}_delivery_id", how="left")
    return found
