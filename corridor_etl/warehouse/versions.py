"""Which of several rows about one record counts. Pure functions on frames.

A record is its business key; its versions are ordered by number, not by arrival. Rows that repeat a version
are duplicates; rows that contradict one are conflicts, and the first one seen stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridor_etl.model import LINEAGE, RecordKind

_SEEN = "_seen"
_WINNER = "_winner"
CANCEL = "cancel"
PATCH = "patch"
CONFLICT = "CONFLICT"


@dataclass(frozen=True)
class Arrivals:
    """New rows, sorted out; each frame has the columns of the new rows.

    ``conflicts`` also says what it contradicts: ``column`` (names, comma), ``observed`` and ``expected``
    (values, comma), ``first_delivery_id`` and ``first_line_no``.
    """

    fresh: pl.DataFrame
    duplicates: pl.DataFrame
    conflicts: pl.DataFrame

    @property
    def failures(self) -> pl.DataFrame:
        """The conflicts as failures of rule CONFLICT; the new rows must have had a ``row_id``."""
        return self.conflicts.select(
            "row_id",
            rule_id=pl.lit(CONFLICT),
            severity=pl.lit("critical"),
            column="column",
            observed="observed",
            expected="expected",
        )


def arrivals(new: pl.DataFrame, existing: pl.DataFrame, kind: RecordKind) -> Arrivals:
    """Sorts ``new`` rows (in order of arrival, then line) against ``existing`` ones and against each other.

    Both frames have the kind's columns, ``delivery_id`` and ``line_no``. Two rows of one key and version
    agree when no column of ``kind.compared`` has two different values (null agrees with anything) and both
    or neither cancel.
    """
    identity = [*kind.key, kind.version]
    needed = list(dict.fromkeys([*identity, *kind.compared, "action", "delivery_id", "line_no"]))
    known = _known(new, existing, identity).select(needed)
    seen = pl.concat([known, new.select(needed)]).with_row_index(_SEEN)
    first = seen.unique(identity, keep="first", maintain_order=True)
    numbered = new.with_row_index(_SEEN).with_columns(pl.col(_SEEN) + known.height)
    judged = numbered.join(
        first.rename({c: f"{_WINNER}_{c}" for c in first.columns if c not in identity}),
        on=identity,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).with_columns(_differing(kind))
    is_first = pl.col(_SEEN) == pl.col(f"{_WINNER}_{_SEEN}")
    agrees = pl.col("column") == ""
    return Arrivals(
        fresh=judged.filter(is_first).select(new.columns),
        duplicates=judged.filter(~is_first & agrees).select(new.columns),
        conflicts=judged.filter(~is_first & ~agrees).select(
            *new.columns,
            "column",
            "observed",
            "expected",
            pl.col(f"{_WINNER}_delivery_id").alias("first_delivery_id"),
            pl.col(f"{_WINNER}_line_no").alias("first_line_no"),
        ),
    )


def _known(new: pl.DataFrame, existing: pl.DataFrame, identity: list[str]) -> pl.DataFrame:
    wanted = new.select(identity).unique()
    found = existing.join(wanted, on=identity, how="semi", nulls_equal=True)
    return found.sort([c for c in ("snapshot", "delivery_id", "line_no") if c in found.columns])


def _differing(kind: RecordKind) -> list[pl.Expr]:
    names = [c for c in kind.compared if c not in (*kind.key, kind.version, "action")]
    tests = {c: (pl.col(c) != pl.col(f"{_WINNER}_{c}")).fill_null(False) for c in names}
    cancels = [(pl.col(c) == CANCEL).fill_null(False) for c in ("action", f"{_WINNER}_action")]
    tests["action"] = cancels[0] != cancels[1]
    return [
        _listed({c: pl.when(t).then(pl.lit(c)) for c, t in tests.items()}, "column"),
        _listed({c: pl.when(t).then(_shown(c)) for c, t in tests.items()}, "observed"),
        _listed({c: pl.when(t).then(_shown(f"{_WINNER}_{c}")) for c, t in tests.items()}, "expected"),
    ]


def _shown(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


def _listed(parts: dict[str, pl.Expr], name: str) -> pl.Expr:
    return pl.concat_str(list(parts.values()), separator=",", ignore_nulls=True).alias(name)


def current(rows: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """The current record of each key: its highest version, unless that one cancels it; patches are applied.

    Equal versions are decided by the lowest (snapshot, delivery_id, line_no), so the order of ``rows`` is
    of no account. Sorted by key.
    """
    ties = ["snapshot", "delivery_id", "line_no"]
    ordered = rows.sort([kind.version, *ties], descending=[True, False, False, False])
    latest = ordered.unique(list(kind.key), keep="first", maintain_order=True)
    whole = latest.filter(~pl.col("action").is_in([CANCEL, PATCH]))
    patches = latest.filter(pl.col("action") == PATCH)
    if patches.height:
        whole = pl.concat([whole, _patched(ordered, patches, kind)])
    return whole.sort(list(kind.key))


def _patched(ordered: pl.DataFrame, patches: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """Patches over the version they change: each cell is the newest that says something since the last whole version.

    A patch without a whole version before it waits, and one of a cancelled record changes nothing.
    """
    key = list(kind.key)
    history = ordered.join(patches.select(key), on=key, how="semi", nulls_equal=True)
    history = history.unique([*key, kind.version], keep="first", maintain_order=True)
    bases = history.filter(pl.col("action") != PATCH).unique(key, keep="first", maintain_order=True)
    bases = bases.filter(pl.col("action") != CANCEL).select(*key, pl.col(kind.version).alias("_base"))
    since = history.join(bases, on=key, nulls_equal=True, maintain_order="left").filter(
        pl.col(kind.version) >= pl.col("_base")
    )
    cells = [c for c in ordered.columns if c not in key]
    own = {kind.version, "action", *(c.name for c in LINEAGE)}
    merged = since.group_by(key, maintain_order=True).agg(
        pl.col(c).first() if c in own else pl.col(c).drop_nulls().first() for c in cells
    )
    if "iso_week" in cells:
        merged = merged.with_columns(iso_week=kind.iso_week())
    return merged.select(ordered.columns)


def stored(rows: pl.DataFrame, kind: RecordKind, snapshot: int) -> pl.DataFrame:
    """Fresh rows as the lake will hold them: model columns, then lineage with ``snapshot`` and ISO week."""
    names = [*kind.schema, *(c.name for c in LINEAGE)]
    lineage = {"snapshot": pl.lit(snapshot, dtype=pl.Int64), "iso_week": kind.iso_week()}
    return rows.with_columns(**lineage).select(names)
