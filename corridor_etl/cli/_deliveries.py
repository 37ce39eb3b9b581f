"""What ``corridor deliveries show`` and ``coverage`` add to the ledger: profiles, and which sources are late."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from corridor_etl.cli._output import say, show
from corridor_etl.warehouse import Warehouse

_SHOWN = ("column_name", "null_pct", "distinct_count", "measured", "median", "median_unit", "codes")
_SHOWN_CODES = 8


def profile_of(warehouse: Warehouse, delivery_no: int) -> list[dict[str, Any]]:
    """The record kinds of a delivery, each with its columns; shares of empty cells in per cent."""
    kinds, columns = warehouse.profile(delivery_no)
    found = []
    for kind in kinds.to_dicts():
        mine = columns.filter(record_kind=kind["record_kind"]).to_dicts()
        found.append({**kind, "columns": [_column(c, kind["rows"]) for c in mine]})
    return found


def _column(row: dict[str, Any], rows: int) -> dict[str, Any]:
    names = ("column_name", "nulls", "distinct_count", "measured", "median", "median_unit")
    codes = row["codes_json"]
    return {
        **{name: row[name] for name in names},
        "null_pct": round(100 * row["nulls"] / rows, 1) if rows else None,
        "codes": None if codes is None else json.loads(codes),
    }


def print_profile(profile: Iterable[dict[str, Any]]) -> None:
    """One table per record kind; columns that are empty throughout are left out."""
    for kind in profile:
        held = "; all its rows are held" if kind["is_held"] else ""
        days = f"{kind['first_on']} to {kind['last_on']}" if kind["middle_on"] else "no dated row"
        say(
            f"{kind['record_kind']}: {kind['rows']} rows, {days}, {kind['comparable']} comparable deliveries{held}"
        )
        rows = [{**c, "codes": _few(c["codes"])} for c in kind["columns"] if c["nulls"] < kind["rows"]]
        show(rows, as_json=False, columns=_SHOWN, empty="every cell is empty")


def _few(codes: list[str] | None) -> str | None:
    if codes is None or len(codes) <= _SHOWN_CODES:
        return None if codes is None else " ".join(codes)
    return f"{' '.join(codes[:_SHOWN_CODES])} and {len(codes) - _SHOWN_CODES} more"


def covered_weeks(warehouse: Warehouse) -> list[dict[str, Any]]:
    """What has arrived per source and week with ``status``, and the weeks of which something is late or missing; of a
    past snapshot, what was so when it was committed."""
    from corridor_etl.clock import now_utc
    from corridor_etl.quality.freshness import source_weeks
    from corridor_etl.settings import load_settings

    arrived = {(row["source_id"], row["iso_week"]): row for row in warehouse.coverage().to_dicts()}
    committed = [] if warehouse.as_of is None else warehouse.batches()["committed_at_utc"].to_list()
    then = committed[-1] if committed else now_utc()
    weeks = source_weeks(warehouse.arrivals(), load_settings(), now_utc=then).to_dicts()
    judged = {(row["source_id"], row["iso_week"]): row for row in weeks}
    nothing = {"files": 0, "rows_loaded": 0, "rows_quarantined": 0, "rows_duplicate": 0}
    names = ("expected_files", "due_at_utc", "status")
    return [
        {
            "source_id": key[0],
            "iso_week": key[1],
            **{name: arrived.get(key, nothing)[name] for name in nothing},
            **{name: judged.get(key, {}).get(name) for name in names},
        }
        for key in sorted({*arrived, *judged}, key=lambda k: (k[1], k[0]))
    ]
