"""The view of reconciled items: units people use, the age of what is open, and the files of each side."""

from __future__ import annotations

from corridor_etl.model import RECONCILED_ITEM
from corridor_etl.warehouse.views._view import Said, View, Words, same, scaled

_UNITS = {"g": ("_g", "_t", "t", 1_000_000), "0.01 USD": ("_cent", "_usd", "USD", 100)}
_FILES = {"list": "l", "declaration": "c", "port": "p"}


def _columns() -> dict[str, tuple[str, Said]]:
    """Name -> how it is computed, and what it means."""
    found: dict[str, tuple[str, Said]] = {}
    for column in RECONCILED_ITEM:
        if column.unit in _UNITS:
            ending, other, unit, divisor = _UNITS[column.unit]
            name = column.name.removesuffix(ending) + other
            found[name] = (scaled(f"r.{column.name}", divisor), Said(column.meaning, unit))
        else:
            found[column.name] = (f"r.{column.name}", Said(column.meaning, column.unit))
    for side, alias in _FILES.items():
        words = (
            f"file of the {side} side, path below the inbox" if side != "list" else "file of the loading list"
        )
        found[f"{side}_file_name"] = (f"{alias}.file_name", Said(words))
        found[f"{side}_sender_id"] = (f"{alias}.sender_id", Said("who sent that file"))
    return found


def _query(words: Words) -> str:
    listed = ",\n       ".join(f"{sql} AS {name}" for name, (sql, _) in _columns().items())
    joins = "".join(
        f"\nLEFT JOIN delivery {alias} ON {alias}.delivery_id = r.{side}_delivery_id AND {alias}.status = 'loaded'"
        for side, alias in _FILES.items()
    )
    return f"""
SELECT {listed},
       {words.days_since("r.opened_on")} AS age_days,
       r.snapshot
FROM fct_reconciliation r{joins}"""


RECONCILIATION = View(
    "v_reconciliation",
    "What loading list, declaration and port record say of one thing, side by side, with outcome, age and files.",
    _query,
    {
        **{name: said for name, (_, said) in _columns().items()},
        "age_days": Said(
            "since it is open, by the database's clock; null where it is matched or pending", "days"
        ),
        **same("fct_reconciliation", "snapshot"),
    },
)
