"""Which of several rows about one record counts. Pure functions on frames.

A record is its business key; its versions are ordered by number, not by arrival. Rows that repeat a version
are duplicates; rows that contradict one are conflicts, and the first one seen stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridor_etl.model import LINEAGE, RecordKind
from corridor_etl.warehouse.frames import Frame

_SEEN = "_seen"
_WINNER = "_winner"
CANCEL, PATCH, REPLACE = "cancel", "patch", "replace"
CONFLICT = "CONFLICT"
_TIES = ("snapshot", "delivery_id", "line_no")


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


def orphans(new: pl.DataFrame, existing: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """The cancellations and patches among ``new`` whose original is in neither frame (rule ST-007)."""
    is_correction = pl.col("action").is_in([CANCEL, PATCH])
    corrections = new.filter(is_correction)
    if corrections.is_empty() or not kind.is_corrected_by_reference:
        return corrections.clear()
    key = list(kind.key)
    originals = pl.concat([existing.select(key), new.filter(~is_correction).select(key)])
    return corrections.join(originals, on=key, how="anti", nulls_equal=True, maintain_order="left")


def revised(fresh: pl.DataFrame, existing: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """record_kind, delivery_id, line_no of the ``fresh`` rows whose record is among ``existing`` ones, and the
    ``iso_week`` each is stored under; a row has several lines if it is stored under several weeks."""
    key = list(kind.key)
    rows = fresh.select(*key, "delivery_id", "line_no")
    stored = existing.select(*key, _stored_week="iso_week")
    known = stored.join(rows, on=key, how="semi", nulls_equal=True).unique()
    rows = rows.join(known, on=key, nulls_equal=True)
    return rows.select(
        pl.lit(kind.name).alias("record_kind"), "delivery_id", "line_no", iso_week="_stored_week"
    )


def current(rows: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """The current record of each key: its highest version, unless that one cancels it. Sorted by key.

    A patch changes only what it says; later patches win over earlier ones and over the record they patch. What a
    replacement of a whole document leaves out is gone with the document's earlier version. Equal versions are decided
    by the lowest (snapshot, delivery_id, line_no), so the order of ``rows`` is of no account.
    """
    rows = _of_latest_documents(rows, kind) if kind.document else rows
    found = rows[_latest(rows, kind)]
    patches = rows.filter(pl.col("action") == PATCH)
    if patches.is_empty():
        return found
    latest_first = patches.sort([kind.version, *_TIES], descending=[True, False, False, False])
    return _patched(found, latest_first, kind).sort(list(kind.key))


def deciding(kind: RecordKind) -> list[str]:
    """The columns without which :func:`current` cannot say what counts; of others it needs none."""
    document = [kind.document] if kind.document else []
    return [*kind.key, kind.version, *document, *kind.week_of, "action", *(c.name for c in LINEAGE)]


def _latest(rows: pl.DataFrame, kind: RecordKind) -> pl.Series:
    """Places in ``rows`` of the highest version of each key that is no patch and no cancellation, by key.

    Only what decides is sorted; the other columns, which are most, are moved once.
    """
    key = list(kind.key)
    deciding = rows.select(*key, kind.version, *_TIES, "action").with_row_index(_SEEN)
    order = [*key, kind.version, *_TIES]
    ordered = deciding.filter(pl.col("action") != PATCH).sort(
        order, descending=[c == kind.version for c in order]
    )
    is_first = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in key)
    is_top = pl.int_range(pl.len()) == 0
    return ordered.filter(is_first | is_top, pl.col("action") != CANCEL)[_SEEN]


def _of_latest_documents(rows: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """Without the rows of documents that were replaced later; rows of no document stay."""
    is_replaced = (pl.col("action") == REPLACE) & pl.col(kind.document).is_not_null()
    latest = rows.filter(is_replaced).group_by(kind.document).agg(pl.col(kind.version).max().alias("_latest"))
    if latest.is_empty():
        return rows
    is_whole = pl.col("action") != CANCEL
    joined = rows.join(latest, on=kind.document, how="left", maintain_order="left")
    return joined.filter(
        ((pl.col(kind.version) < pl.col("_latest")) & is_whole).fill_null(False).not_()
    ).drop("_latest")


def replacing(rows: pl.DataFrame, others: pl.LazyFrame, kind: RecordKind) -> pl.LazyFrame:
    """Those of ``others`` by which a document of ``rows`` is replaced; they end rows which they do not repeat."""
    documents = rows[kind.document].drop_nulls().unique() if kind.document else pl.Series(dtype=pl.String)
    if documents.is_empty():
        return rows.clear().lazy()
    return others.filter(pl.col("action") == REPLACE, pl.col(kind.document).is_in(documents.implode()))


def _patched(records: pl.DataFrame, patches: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """Records with what later patches say in place of their own; ``patches`` are ordered, the latest first."""
    key = list(kind.key)
    said = [c for c in kind.schema if c in records.columns and c not in (*key, "action")]
    bases = records.select(*key, pl.col(kind.version).alias("_base"))
    later = patches.join(bases, on=key, how="inner", nulls_equal=True, maintain_order="left")
    changes = (
        later.filter(pl.col(kind.version) > pl.col("_base"))
        .group_by(key, maintain_order=True)
        .agg(pl.col(c).drop_nulls().first().alias(f"_{c}") for c in said)
    )
    joined = records.join(changes, on=key, how="left", nulls_equal=True, maintain_order="left")
    patched = joined.with_columns(pl.coalesce(f"_{c}", c).alias(c) for c in said).select(records.columns)
    return patched.with_columns(iso_week=kind.iso_week()) if "iso_week" in records.columns else patched


def stored(rows: Frame, kind: RecordKind, snapshot: int) -> Frame:
    """Fresh rows as the lake will hold them: model columns, then lineage with ``snapshot`` and ISO week."""
    names = [*kind.schema, *(c.name for c in LINEAGE)]
    lineage = {"snapshot": pl.lit(snapshot, dtype=pl.Int64), "iso_week": kind.iso_week()}
    return rows.with_columns(**lineage).select(names)
