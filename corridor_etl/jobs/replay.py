"""Rows out of quarantine through the code that new files go through: replayed after a fix, or waived by a person.

The archived bytes are read again by the present formats, senders, dialects and suites, the whole file is validated, and
only rows in quarantine are taken; everything they do to records, counts and marts is one commit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.jobs.consequences import consequences
from corridor_etl.jobs.corrections import mended
from corridor_etl.jobs.decisions import (
    EVERY_ROW,
    Decision,
    Filter,
    Outcome,
    chosen,
    healed_frame,
    in_order,
    open_to,
    outcome,
    reasoned,
)  # fmt: skip
from corridor_etl.jobs.deliveries import holding_rules
from corridor_etl.jobs.deliveries import judged as judged_as_wholes
from corridor_etl.jobs.firm_ground import on_firm_ground
from corridor_etl.jobs.ingest import held_if_it_breaks
from corridor_etl.jobs.reading import Reading
from corridor_etl.jobs.rereading import read_files_again
from corridor_etl.jobs.resolution import Resolved, resolved
from corridor_etl.jobs.taking import Taking
from corridor_etl.model import KINDS
from corridor_etl.quality.corrections import PASSED, Corrections, load_corrections
from corridor_etl.quality.suites import suite_rules
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import FINDING_COLUMNS, HEALED_COLUMNS, REFRESHED_COLUMNS, Batch, Warehouse

_LINE = ["delivery_id", "line_no"]
_COUNTERS = {"rows_loaded": "loaded", "rows_duplicate": "duplicate"}
_NO_WAIVING = {
    "ST-011": "is no record: a cell it cannot do without is empty",
    "CONFLICT": "contradicts a record that is loaded; a later version of it would count",
    "ST-007": "waits for its original and loads by itself when that comes",
}


@dataclass(frozen=True)
class _Request:
    """What is asked for: the verb, who asks and why."""

    verb: str
    by: str
    reason: str | None
    is_dry_run: bool

    @property
    def state(self) -> str:
        return {"replay": "replayed", "waive": "waived"}[self.verb]


@dataclass(frozen=True)
class _Judged:
    """The rows taken after validation and resolution: ``moved`` ones leave, ``refreshed`` ones stay."""

    held: pl.DataFrame
    readings: tuple[Reading, ...]
    parts: tuple[Resolved, ...]
    moved: pl.DataFrame
    refreshed: pl.DataFrame


def replay(
    numbers: Sequence[int] = (),
    wanted: Filter = EVERY_ROW,
    *,
    by: str,
    reason: str = "",
    is_dry_run: bool = False,
) -> Decision:
    """Judges rows anew and loads those that break no rule any more. A second call has nothing to do."""
    request = _Request("replay", by, " ".join(reason.split()) or None, is_dry_run)
    return on_firm_ground(lambda warehouse: _taken(warehouse, numbers, wanted, request))


def waive(
    numbers: Sequence[int] = (), wanted: Filter = EVERY_ROW, *, by: str, reason: str, is_dry_run: bool = False
) -> Decision:
    """Loads rows in spite of the rules they were held back by; each leaves a finding that says who and why.

    A row that is no record, contradicts a loaded one, waits for its original or breaks a further rule is refused.
    """
    request = _Request("waive", by, reasoned("waive", reason), is_dry_run)
    return on_firm_ground(lambda warehouse: _taken(warehouse, numbers, wanted, request))


def _taken(warehouse: Warehouse, numbers: Sequence[int], wanted: Filter, request: _Request) -> Decision:
    base, settings = warehouse.snapshot(), load_settings()
    held, passed = open_to(request.verb, chosen(warehouse, numbers, wanted))
    held, readings, refused = read_files_again(warehouse, held)
    passed += refused
    with held_if_it_breaks():
        judged = _judged(warehouse, held, readings, request, settings)
        if request.verb == "waive" and judged.refreshed.height:
            passed += [_refused_waiver(row) for row in _named(judged.held, judged.refreshed)]
            left = held.join(judged.refreshed, on="quarantine_id", how="anti", maintain_order="left")
            judged = _judged(warehouse, left, readings, request, settings)
        batch = _batch(warehouse, judged, request)
        snapshot = None
        if judged.moved.height or judged.refreshed.height:
            batch, marts = consequences(batch, warehouse, base, settings)
            snapshot = None if request.is_dry_run else warehouse.publish(batch, marts, base=base)
    beside = sum(part.healed.height for part in judged.parts)
    outcomes = in_order([*_outcomes(judged), *passed])
    return Decision(request.verb, snapshot, outcomes, request.is_dry_run, beside)


def _judged(
    warehouse: Warehouse,
    held: pl.DataFrame,
    readings: Sequence[Reading],
    request: _Request,
    settings: Settings,
) -> _Judged:
    answered = warehouse.checks().select("record_kind", "rule_id", "severity").rows()
    rules = {(kind, rule): severity for kind, rule, severity in answered}
    taking = Taking(held, rules, is_waiving=request.verb == "waive")
    mine = tuple(r for r in readings if r.delivery_id in set(held["delivery_id"]))
    known = load_corrections(settings)
    whole = _held_as_wholes(mine, taking, warehouse, settings, known)
    found = (resolved(kind, mine, warehouse, settings, known, taking, whole) for kind in KINDS.values())
    parts = tuple(part for part in found if part is not None)
    moved = [frame for part in parts for frame in _moved(part, held, request)]
    stay = [_refreshed(part, held) for part in parts]
    return _Judged(
        held,
        mine,
        parts,
        pl.concat([pl.DataFrame(schema=HEALED_COLUMNS), *moved]),
        pl.concat([pl.DataFrame(schema={c: REFRESHED_COLUMNS[c] for c in _REFRESHED}), *stay]),
    )


def _held_as_wholes(
    readings: Sequence[Reading], taking: Taking, warehouse: Warehouse, settings: Settings, known: Corrections
) -> pl.DataFrame | None:
    """Which of the deliveries that were held as wholes would be held again; a waiver sets that aside."""
    rules = pl.col("rule_ids").str.split(",").list.eval(pl.element().is_in(holding_rules())).list.any()
    held = taking.held.filter(rules)
    if taking.is_waiving or held.is_empty():
        return None
    again = [r for r in readings if r.delivery_id in set(held["delivery_id"])]
    return judged_as_wholes(mended(again, settings, known), warehouse, settings, now_utc=now_utc()).held


_REFRESHED = [c for c in REFRESHED_COLUMNS if c != "suggestion"]


def _moved(part: Resolved, held: pl.DataFrame, request: _Request) -> Iterator[pl.DataFrame]:
    numbers = held.filter(record_kind=part.kind.name).select("quarantine_id", *_LINE)
    for counter, frame in (("rows_loaded", part.fresh), ("rows_duplicate", part.duplicates)):
        rows = frame.select(*_LINE, iso_week=part.kind.iso_week(), counter=pl.lit(counter))
        yield healed_frame(rows.join(numbers, on=_LINE), request.state, request.by, request.reason)


def _refreshed(part: Resolved, held: pl.DataFrame) -> pl.DataFrame:
    numbers = held.filter(record_kind=part.kind.name).select("quarantine_id", *_LINE)
    return part.quarantine.join(numbers, on=_LINE, maintain_order="left").select(_REFRESHED)


def _batch(warehouse: Warehouse, judged: _Judged, request: _Request) -> Batch:
    parts = judged.parts
    checks = [p.verdict.checks.with_columns(record_kind=pl.lit(p.kind.name)) for p in parts]
    findings = [*_new_findings(warehouse, judged), *_waiver_findings(judged, request)]
    added = {p.kind.name: _together(p) for p in parts}
    return Batch(
        deliveries=(),
        received_at_utc=now_utc(),
        healed_rows={name: rows for name, rows in added.items() if rows.height},
        healed=pl.concat([judged.moved, *(p.healed for p in parts)]),
        refreshed=judged.refreshed,
        findings=pl.DataFrame(findings, schema=FINDING_COLUMNS),
        checks=pl.concat(checks) if checks else None,
        effects=pl.concat([_new_effects(p.corrected.effects) for p in parts]) if parts else None,
    )


def _new_effects(effects: pl.DataFrame) -> pl.DataFrame:
    """Effects on the rows taken; that a guard failed was recorded when the file came."""
    return effects.filter(guard_outcome=PASSED)


def _together(part: Resolved) -> pl.DataFrame:
    names = [*part.kind.schema, *_LINE]
    return pl.concat([part.fresh.select(names), part.healed_rows.select(names)])


def _new_findings(warehouse: Warehouse, judged: _Judged) -> Iterator[dict[str, Any]]:
    """What the files and rows are remarked on now and were not before."""
    known = set(warehouse.findings().select("delivery_id", "rule_id", "message").iter_rows())
    for reading in judged.readings:
        for finding in reading.findings:
            if (reading.delivery_id, finding.rule_id, finding.message) not in known:
                yield {
                    **vars(finding),
                    "delivery_id": reading.delivery_id,
                    "record_kind": reading.record_kind,
                    "rows": 0,
                }
    for part in judged.parts:
        for frame in (part.flagged, part.corrected.findings):
            for row in frame.iter_rows(named=True):
                if (row["delivery_id"], row["rule_id"], row["message"]) not in known:
                    yield {**row, "record_kind": part.kind.name}


def _waiver_findings(judged: _Judged, request: _Request) -> Iterator[dict[str, Any]]:
    if request.verb != "waive":
        return
    for row in _named(judged.held, judged.moved):
        for detail in json.loads(row["details_json"]):
            yield {
                "delivery_id": row["delivery_id"],
                "line_no": row["line_no"],
                "record_kind": row["record_kind"],
                "rule_id": detail["rule_id"],
                "severity": "warning",
                "column_name": detail["column"],
                "message": f"loaded in spite of this rule, waived by {request.by}: {request.reason}",
                "rows": 1,
                "observed": detail["observed"],
                "expected": detail["expected"],
            }


def _named(held: pl.DataFrame, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of the quarantine that are in another frame of them, with its columns where it has them."""
    new = rows.select("quarantine_id", *(c for c in rows.columns if c in ("rule_ids", "details_json")))
    return held.drop(new.columns[1:]).join(new, on="quarantine_id", maintain_order="left").to_dicts()


def _refused_waiver(row: dict[str, Any]) -> Outcome:
    judged = {rule["meta"]["rule_id"] for rule in suite_rules(row["record_kind"])}
    rules = row["rule_ids"].split(",")
    for rule in rules:
        if rule in _NO_WAIVING:
            return outcome(row, "refused", f"cannot be waived: it {_NO_WAIVING[rule]}")
    if unread := [rule for rule in rules if rule not in judged]:
        return outcome(row, "refused", f"cannot be waived: it is no record ({', '.join(unread)})")
    text = f"it breaks {', '.join(rules)}, which nobody has seen yet; replay it first, then decide"
    return outcome(row, "refused", f"cannot be waived: {text}")


def _outcomes(judged: _Judged) -> Iterator[Outcome]:
    counters = dict(judged.moved.select("quarantine_id", "counter").iter_rows())
    for row in _named(judged.held, judged.moved):
        yield outcome(row, _COUNTERS[counters[row["quarantine_id"]]], f"was held back by {row['rule_ids']}")
    for row in _named(judged.held, judged.refreshed):
        yield outcome(row, "held", _still(row))


def _still(row: dict[str, Any]) -> str:
    return "; ".join(
        f"{' '.join(filter(None, (d['rule_id'], d['column'])))}: {d['observed']!r}, expected {d['expected']}"
        for d in json.loads(row["details_json"])
    )
