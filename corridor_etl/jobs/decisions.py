"""What a person decides about rows in quarantine: which rows are meant, what came of it, and discarding and reopening.

Loading rows after all belongs to ``replay``. Every decision is a batch with a snapshot of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.jobs.firm_ground import on_firm_ground
from corridor_etl.warehouse import HEALED_COLUMNS, Batch, Warehouse

FROM_STATE = {"replay": "open", "waive": "open", "discard": "open", "reopen": "discarded"}
_DONE = {
    "replay": ("replayed", "waived"),
    "waive": ("waived",),
    "discard": ("discarded",),
    "reopen": ("open",),
}
_DECIDED = {"discard": ("discarded", "discarded"), "reopen": ("open", "reopened")}


@dataclass(frozen=True)
class Filter:
    """Which rows are meant; what is None does not matter. ``delivery`` is a number, an id or a file name."""

    rule: str | None = None
    state: str | None = None
    kind: str | None = None
    sender: str | None = None
    week: str | None = None
    delivery: str | None = None

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of the quarantine that are meant."""
        equal = {
            "state": self.state,
            "record_kind": self.kind,
            "sender_id": self.sender,
            "iso_week": self.week,
        }
        tests = [pl.col(name) == value for name, value in equal.items() if value is not None]
        if self.rule is not None:
            tests.append(pl.col("rule_ids").str.split(",").list.contains(self.rule))
        if self.delivery is not None:
            names = (pl.col("delivery_no").cast(pl.String), pl.col("delivery_id"), pl.col("file_name"))
            tests.append(pl.any_horizontal(name == self.delivery for name in names))
        return rows.filter(tests) if tests else rows


EVERY_ROW = Filter()


@dataclass(frozen=True)
class Outcome:
    """What became of one row: loaded, duplicate, held (back still), refused, known, discarded or reopened."""

    quarantine_id: int
    file_name: str
    line_no: int
    record_kind: str
    outcome: str
    message: str


@dataclass(frozen=True)
class Decision:
    """What one verb did; ``snapshot`` is None where nothing was changed."""

    verb: str
    snapshot: int | None
    outcomes: tuple[Outcome, ...]
    is_dry_run: bool = False
    healed_beside: int = 0

    def count(self, *outcomes: str) -> int:
        """How many rows ended so."""
        return sum(o.outcome in outcomes for o in self.outcomes)

    @property
    def is_refused(self) -> bool:
        """Whether something was refused and nothing done."""
        return self.count("refused") > 0 and self.count("refused", "known") == len(self.outcomes)

    @property
    def leaves_rows(self) -> bool:
        """Whether rows that were meant to leave the quarantine are in it still."""
        return self.count("held", "refused") > 0

    def line(self) -> str:
        """The summary every verb ends with."""
        if self.count("known") == len(self.outcomes):
            return "nothing to do"
        words = ("loaded", "duplicate", "held", "discarded", "reopened", "refused")
        found = [f"{n:,} {_WORDS.get(w, w)}" for w in words if (n := self.count(w))]
        beside = f"; {self.healed_beside:,} waiting corrections heal with them" if self.healed_beside else ""
        would = "would be: " if self.is_dry_run else ""
        where = f" (snapshot {self.snapshot})" if self.snapshot is not None else ""
        return f"{would}{', '.join(found)}{beside}{where}"


_WORDS = {"held": "held back still"}


def outcome(row: dict[str, Any], became: str, message: str) -> Outcome:
    """The outcome of a row of the quarantine."""
    return Outcome(
        row["quarantine_id"], row["file_name"], row["line_no"], row["record_kind"], became, message
    )


def chosen(warehouse: Warehouse, numbers: Sequence[int], wanted: Filter) -> pl.DataFrame:
    """The rows of the quarantine with some numbers, or those a filter means. ``UsageError`` for a number not there."""
    rows = warehouse.quarantine()
    if not numbers:
        return wanted.of(rows)
    found = rows.filter(pl.col("quarantine_id").is_in(list(numbers)))
    if unknown := sorted(set(numbers) - set(found["quarantine_id"])):
        raise UsageError(f"there is no quarantine_id {unknown[0]}", fix="List them to see the numbers.")
    return found


def open_to(verb: str, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Outcome]]:
    """The rows a verb may be applied to, and the outcomes of the others."""
    fits = pl.col("state") == FROM_STATE[verb]
    others = [_passed_over(verb, row) for row in rows.filter(~fits).iter_rows(named=True)]
    return rows.filter(fits), others


def _passed_over(verb: str, row: dict[str, Any]) -> Outcome:
    said = f"{row['state']} by {row['decided_by']}" if row["decided_by"] else str(row["state"])
    if row["state"] in _DONE[verb]:
        return outcome(row, "known", f"nothing to do: it is {said}")
    fix = "; reopen it first" if row["state"] == "discarded" else ""
    return outcome(row, "refused", f"it is {said}, not {FROM_STATE[verb]}{fix}")


def decide(
    verb: str,
    numbers: Sequence[int],
    wanted: Filter = EVERY_ROW,
    *,
    by: str,
    reason: str,
    is_dry_run: bool = False,
) -> Decision:
    """Discards open rows for good, or reopens discarded ones; ``verb`` says which. Counts stay as they are."""
    said = reasoned(verb, reason)

    def work(warehouse: Warehouse) -> Decision:
        base = warehouse.snapshot()
        rows, passed = open_to(verb, chosen(warehouse, numbers, wanted))
        state, became = _DECIDED[verb]
        done = [outcome(row, became, said) for row in rows.iter_rows(named=True)]
        snapshot = None
        if done and not is_dry_run:
            healed = healed_frame(rows.with_columns(counter=pl.lit("rows_quarantined")), state, by, said)
            batch = Batch(deliveries=(), received_at_utc=now_utc(), healed=healed)
            snapshot = warehouse.publish(batch, {}, base=base)
        return Decision(verb, snapshot, in_order([*done, *passed]), is_dry_run)

    return on_firm_ground(work)


def reasoned(verb: str, reason: str) -> str:
    """The reason on one line; ``UsageError`` where it says nothing."""
    said = " ".join(reason.split())
    if not said:
        raise UsageError(f"{verb} needs a reason", fix="Say why with --reason; it is kept with the row.")
    return said


def healed_frame(rows: pl.DataFrame, state: str, by: str, reason: str | None) -> pl.DataFrame:
    """Rows with quarantine_id, delivery_id, iso_week and counter as what leaves the quarantine."""
    decided = {"state": state, "decided_by": by, "decision_reason": reason}
    said = rows.with_columns(pl.lit(value, dtype=pl.String).alias(name) for name, value in decided.items())
    return said.select(pl.col(name).cast(dtype) for name, dtype in HEALED_COLUMNS.items())


def in_order(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Outcomes by the number of their row."""
    return tuple(sorted(outcomes, key=lambda o: o.quarantine_id))
