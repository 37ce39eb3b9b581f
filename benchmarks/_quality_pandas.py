"""The same rules on the stock pandas engine of Great Expectations, as its user would write them.

What a stock expectation says is one; check digits, clocks and repeats, which none says, are computed as columns of yes
and no in pandas first, and their time counts. Failing rows come from complete results.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from benchmarks._quality_child import NOW_UTC, memory_mib
from corridor_etl.quality.context import silent_context
from corridor_etl.quality.runner import run_parameters
from corridor_etl.quality.suites import suite_rules
from corridor_etl.reference import place, size_type
from corridor_etl.settings import load_settings

_SHAPE = "^[A-Z]{3}[UJZ][0-9]{7}$"
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))
_VALUES = {**_LETTERS, **{str(n): n for n in range(10)}}


def failing(frame: pd.DataFrame, latest: pd.Timestamp) -> pd.DataFrame:
    """Row ids and the rules they break."""
    from great_expectations.core import ExpectationSuite

    source = silent_context().data_sources.add_pandas("rows")
    asset = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    batch = asset.get_batch({"dataframe": frame.assign(**_yes_and_no(frame, latest))})
    wanted = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["row_id"],
        "return_unexpected_index_query": False,
    }
    results = batch.validate(
        ExpectationSuite(name="rules", expectations=_expectations()), result_format=wanted
    ).results
    found = []
    for result in results:
        if "unexpected_index_list" not in result.result:
            raise RuntimeError(str(result.exception_info))
        rule = result.expectation_config.meta["rule_id"]
        found += [(row["row_id"], rule) for row in result.result["unexpected_index_list"]]
    return pd.DataFrame(found, columns=["row_id", "rule_id"])


def _expectations() -> list[Any]:
    import great_expectations.expectations as gxe

    lists = {
        (rule["meta"]["rule_id"], rule["kwargs"]["column_list"][0]): rule["kwargs"]["values"]
        for rule in suite_rules("port_event")
        if "values" in rule["kwargs"]
    }
    required = suite_rules("port_event")[0]["kwargs"]["column_list"]
    sizes, earliest = sorted(size_type.known_codes()), datetime.fromisoformat("2013-01-01")

    def of(rule: str) -> dict[str, Any]:
        return {"meta": {"rule_id": rule}}

    return [
        *(gxe.ExpectColumnValuesToNotBeNull(column=name, **of("ST-011")) for name in required),
        gxe.ExpectColumnValuesToMatchRegex(column="container_no", regex=_SHAPE, **of("ID-001")),
        *(
            (gxe.ExpectColumnValuesToNotBeInSet if rule == "ID-032" else gxe.ExpectColumnValuesToBeInSet)(
                column=column, value_set=values, **of(rule)
            )
            for (rule, column), values in lists.items()
        ),
        gxe.ExpectColumnValuesToBeInSet(column="size_type", value_set=sizes, **of("CD-011")),
        gxe.ExpectColumnValuesToBeBetween(column="event_on_local", min_value=earliest, **of("DT-006")),
        *(gxe.ExpectColumnValuesToBeInSet(column=rule, value_set=[True], **of(rule)) for rule in _COMPUTED),
    ]  # fmt: skip


_COMPUTED = (
    "ID-002", "ID-003", "ID-004", "ID-010", "ID-012", "ID-030", "ID-031", "WT-002", "WT-003", "WT-008", "DT-001",
    "DT-007", "DU-002",
)  # fmt: skip


def _yes_and_no(rows: pd.DataFrame, latest: pd.Timestamp) -> dict[str, Any]:
    number, wagon = rows["container_no"], rows["wagon_no"]
    shaped = number.str.match(_SHAPE).fillna(False).astype(bool)
    total = sum(number.str[i].map(_VALUES).fillna(0) * (1 << i) for i in range(10))
    remainder = total % 11
    gross, vgm = rows["gross_gross_kg"].astype(float), rows["vgm_kg"].astype(float)
    ship = rows["conveyance_name"].str.extract("^(?:IMO ?)?([0-9]{7})$")[0]
    code = rows["facility_code"]
    covered = code.str[:2].isin(place.covered_countries()) & code.str.match("^[A-Z]{2}[A-Z0-9]{3}$")
    known = rows["facility_node"].notna() | code.isin(place.locodes())
    return {
        "ID-002": ~shaped | (remainder % 10 == number.str[10].map(_VALUES)),
        "ID-003": ~shaped | (remainder != 10),
        "ID-004": ~shaped | (number.str[3] == "U"),
        "ID-010": _luhn(wagon, 8),
        "ID-012": _luhn(wagon, 12),
        "ID-030": ship.isna() | _imo(ship),
        "ID-031": ~(covered | rows["facility_node"].notna()) | known,
        "WT-002": vgm.isna() | ((vgm - gross).abs() <= np.maximum(vgm * 0.05, 500)),
        "WT-003": ~(gross <= 60_000) | (gross <= 36_000),
        "WT-008": ~(gross > 0) | gross.between(60, 60_000),
        "DT-001": (rows["classifier"] != "ACT") | (rows["event_at_utc"] <= latest),
        "DT-007": _clocks_agree(rows),
        "DU-002": ~_near(rows),
    }


def _luhn(number: pd.Series, length: int) -> pd.Series:
    judged = number.str.match(f"^[0-9]{{{length}}}$").fillna(False).astype(bool)
    whole = pd.to_numeric(number.where(judged, "0"))
    digits = [whole // 10**i % 10 * (1 + i % 2) for i in range(length)]
    return ~judged | (sum(d // 10 + d % 10 for d in digits) % 10 == 0)


def _imo(ship: pd.Series) -> pd.Series:
    whole = pd.to_numeric(ship.fillna("0"))
    return sum(whole // 10**i % 10 * (i + 1) for i in range(1, 7)) % 10 == whole % 10


def _clocks_agree(rows: pd.DataFrame) -> pd.Series:
    agree = pd.Series(True, index=rows.index)
    for zone, part in rows.groupby("timezone"):
        shown = part["event_at_utc"].dt.tz_convert(zone).dt.tz_localize(None)
        agree[part.index] = shown == part["event_at_local"]
    return agree


def _near(rows: pd.DataFrame) -> pd.Series:
    ordered = rows.sort_values("event_at_utc", kind="stable")
    since = ordered.groupby(["container_no", "event_code", "facility_code"])["event_at_utc"].diff()
    near = (since > pd.Timedelta(0)) & (since <= pd.Timedelta(minutes=5))
    return near.reindex(rows.index)


def main(rows: Path, found: Path, limit: int) -> None:
    """Judges the first rows of a folder, writes what breaks which rule and prints what it took."""
    frame = pl.read_parquet(rows / "*.parquet").head(limit)
    decimals = [name for name, dtype in frame.schema.items() if dtype.is_decimal()]
    floats = frame.with_columns(pl.col(decimals).cast(pl.Float64))
    given = pd.DataFrame(
        {name: floats[name].to_numpy() for name in floats.columns if floats[name].dtype != pl.Datetime}
    )
    for name in ("event_at_utc", "event_at_local"):
        naive = floats[name].dt.replace_time_zone(None).to_numpy()
        given[name] = pd.Series(naive).dt.tz_localize("UTC") if name == "event_at_utc" else naive
    latest = datetime.fromisoformat(run_parameters(load_settings(), NOW_UTC)["latest_at_utc"])
    failing(given.head(1_000), pd.Timestamp(latest))
    cpu, wall = time.process_time(), time.perf_counter()
    pairs = failing(given, pd.Timestamp(latest))
    taken = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    pl.DataFrame({c: pairs[c].tolist() for c in pairs}).unique().sort("row_id", "rule_id").write_parquet(
        found
    )
    print(json.dumps({**taken, "peak_mib": memory_mib("VmHWM"), "rows": len(given)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
