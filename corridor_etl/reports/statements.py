"""What an issue says of itself and of the data behind it: revision, what is missing, what became of every row."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from corridor_etl.reports import formats
from corridor_etl.reports.counts import counted, part_of
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import tr, tr_n

Figures = Mapping[str, Figure]


def notice(corrected: str, *, is_final: bool) -> str:
    """What the masthead says: the sentence on a correction, and that figures are provisional."""
    marked = "" if is_final else tr("Figures marked p are provisional and will be revised.")
    return " ".join(s for s in (corrected, marked) if s)


def undeclared(numbers: Figures, least_pct: float) -> str:
    """That fewer containers than ``least_pct`` are declared, as shown; else nothing."""
    declared = numbers["match.declared_pct"]
    if declared.value is None or formats.rounded(declared.value, 1) >= Decimal(str(least_pct)):
        return ""
    return tr(
        "%(declared)s of loaded containers have a customs declaration, %(least)s are expected. "
        "Trade figures are incomplete.",
        declared=formats.per_cent(declared.text),
        least=formats.per_cent(formats.plain(least_pct)),
    )


def match(numbers: Figures) -> str:
    """How many loaded containers are matched to a declaration."""
    declared, laden, rate = (numbers[f"match.{n}"] for n in ("declared_boxes", "laden_boxes", "declared_pct"))
    if rate.value is None:
        return tr("No loaded container departed, so none is matched to a customs declaration.")
    boxes = part_of(declared.value or 0, laden.value or 0, "loaded container")
    return tr("Matched to a customs declaration: %(boxes)s (%(share)s).", boxes=boxes,
              share=formats.per_cent(rate.text))  # fmt: skip


def balance(
    *,
    files_read: int,
    files_rejected: int,
    rows_read: int,
    rows_loaded: int,
    rows_quarantined: int,
    rows_duplicate: int,
) -> str:
    """What became of every row received so far; the sum is a constraint of the ledger, not of this sentence."""
    if not files_read and not files_rejected:
        return tr("No delivery is recorded.")
    rows = tr(
        "All deliveries: %(read)s read in %(files)s = %(loaded)s loaded + %(held)s held back + %(duplicate)s duplicate",
        read=counted(rows_read, "row"), files=counted(files_read, "file"), loaded=formats.number(rows_loaded),
        held=formats.number(rows_quarantined), duplicate=formats.number(rows_duplicate),
    )  # fmt: skip
    if files_rejected:
        rows = tr_n(
            "%(fact)s; %(count)s file rejected as a whole",
            "%(fact)s; %(count)s files rejected as a whole",
            files_rejected,
            fact=rows,
        )
    return formats.closed(rows)
