"""Which rows of a file that is read again are taken out of quarantine, and which rules a person sets aside for them.

All rows of the file are validated, because some rules look at several; what is not taken is context only. How the rows
that are taken go on is the same as for a new file and belongs to ``resolution``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from corridor_etl.model import RecordKind
from corridor_etl.quality.runner import Verdict

LINE = ["delivery_id", "line_no"]
NEVER_WAIVED = ("ST-011",)
"""Rules without which a row is no record."""
_BROKEN = {"delivery_id": pl.String, "line_no": pl.Int64, "rule_id": pl.String, "is_critical": pl.Boolean}


@dataclass(frozen=True)
class Taking:
    """``held``: rows of the quarantine as ``Warehouse.quarantine`` gives them. ``is_waiving``: the rules they broke
    when they were last judged do not count. ``judged``: the severity of each rule of a record kind that answered
    before, which faults of reading are not among."""

    held: pl.DataFrame
    judged: Mapping[tuple[str, str], str]
    is_waiving: bool = False

    @property
    def numbers(self) -> list[int]:
        """Their numbers in the quarantine."""
        return self.held["quarantine_id"].to_list()

    def has(self, kind: RecordKind) -> bool:
        """Whether any of them is of this kind."""
        return bool((self.held["record_kind"] == kind.name).any())

    def lines(self, kind: RecordKind) -> pl.DataFrame:
        """delivery_id and line_no of those of this kind."""
        return self.held.filter(record_kind=kind.name).select(LINE)

    def only_taken(
        self, kind: RecordKind, staged: pl.DataFrame, faults: pl.DataFrame, verdict: Verdict
    ) -> tuple[pl.DataFrame, pl.DataFrame, Verdict]:
        """What ``resolution`` goes on with: staged rows, faults and verdict of the rows that are taken."""
        lines = self.lines(kind)
        mine = staged.join(lines, on=LINE, how="semi", maintain_order="left")
        failures = verdict.failures.join(
            mine.select("row_id", *LINE), on="row_id", how="inner", maintain_order="left"
        )
        checks = self._checks(kind, verdict.checks, failures)
        before = self._broken(kind)
        if self.is_waiving:
            may_be = pl.col("is_critical") & ~pl.col("rule_id").is_in(NEVER_WAIVED)
            waived = before.filter(may_be).select(*LINE, "rule_id", severity=pl.lit("critical"))
            on = [*LINE, "rule_id", "severity"]
            failures = failures.join(waived.unique(), on=on, how="anti", maintain_order="left")
        faulty = faults.join(lines, on=LINE, how="semi", maintain_order="left")
        return mine, faulty, Verdict(failures.drop(LINE), checks)

    def new_remarks(self, kind: RecordKind, staged: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
        """Those of the failures of ``staged`` rows that were not remarks on the row before."""
        lines = failures.join(staged.select("row_id", *LINE), on="row_id", maintain_order="left")
        known = self._broken(kind).filter(~pl.col("is_critical")).select(*LINE, "rule_id").unique()
        return lines.join(known, on=known.columns, how="anti", maintain_order="left").drop(LINE)

    def _checks(self, kind: RecordKind, checks: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
        """Per rule, how many of the rows taken break it now, and how many had broken it and are judged anew."""
        now, before = Counter(failures["rule_id"]), Counter(self._broken(kind)["rule_id"])
        silent = sorted(
            r for r in before if (kind.name, r) in self.judged and r not in set(checks["rule_id"])
        )
        gone = pl.DataFrame(
            [{"rule_id": rule, "severity": self.judged[kind.name, rule], "evaluated": 0} for rule in silent],
            schema={"rule_id": pl.String, "severity": pl.String, "evaluated": pl.Int64},
        )
        every = pl.concat([checks.select(gone.columns), gone])
        counted = every.with_columns(
            pl.Series(name, [found[rule] for rule in every["rule_id"]], dtype=pl.Int64)
            for name, found in (("unexpected", now), ("withdrawn", before))
        )
        return counted.with_columns(success=pl.col("unexpected") == 0)

    def _broken(self, kind: RecordKind) -> pl.DataFrame:
        """delivery_id, line_no, rule_id and is_critical of everything recorded of the rows taken, as often as it is."""
        rows = [
            (row["delivery_id"], row["line_no"], detail["rule_id"], is_critical)
            for row in self.held.filter(record_kind=kind.name).iter_rows(named=True)
            for name, is_critical in (("details_json", True), ("remarks_json", False))
            for detail in json.loads(row[name] or "[]")
        ]
        return pl.DataFrame(rows, schema=_BROKEN, orient="row")
