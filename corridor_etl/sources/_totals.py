"""What a totals row is, and how stated totals compare with the rows they speak of (rule ST-008)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from corridor_etl.sources._headers import folded
from corridor_etl.sources._source import Finding

MIN_CELLS = 5
"""A row without its identifier but with this many cells is a damaged record, not a note."""

SUMMED = ("packages", "cargo_gross_kg", "cargo_net_kg")
COUNTED = "container_no"

ABOVE = {
    "总件数": "packages", "合计件数": "packages", "总毛重": "cargo_gross_kg", "总毛重(KG)": "cargo_gross_kg",
    "总净重": "cargo_net_kg", "总净重(KG)": "cargo_net_kg", "总箱数": COUNTED, "箱量": COUNTED, "箱数合计": COUNTED,
    "Total packages": "packages", "Total gross weight": "cargo_gross_kg", "Total gross weight, kg": "cargo_gross_kg",
    "Total net weight": "cargo_net_kg", "Total containers": COUNTED, "Number of containers": COUNTED,
    "Всего мест": "packages", "Общее количество мест": "packages", "Общий вес брутто": "cargo_gross_kg",
    "Общая масса брутто": "cargo_gross_kg", "Общий вес нетто": "cargo_net_kg", "Всего контейнеров": COUNTED,
    "Количество контейнеров": COUNTED,
}  # fmt: skip
"""Labels of control totals that stand above a list -> what they are the total of."""

_WORDS = ("合计", "总计", "总数", "小计", "共计", "累计", "本页合计", "total", "subtotal", "sub-total", "sub total",
          "grand total", "итого", "всего", "подытог", "промежуточный итог", "общий итог")  # fmt: skip
_STARTS = frozenset(word[:2] for word in _WORDS if word.isascii())
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ ,\u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")


def is_total(cell: str) -> bool:
    """Whether a row that has this text in a leading cell is a totals row."""
    if cell.isascii() and cell.lstrip()[:2].lower() not in _STARTS:
        return False
    text = folded(cell)
    return text.startswith(_WORDS) or text.replace(" ", "").startswith(_WORDS[:7])


def sums(rows: Iterable[Mapping[str, str | None]]) -> dict[str, Decimal]:
    """What a totals row over ``rows`` must say: the sum of each weight and package column, the number of boxes."""
    found = dict.fromkeys((*SUMMED, COUNTED), Decimal(0))
    for row in rows:
        found[COUNTED] += 1
        for name in SUMMED:
            found[name] += number(row.get(name)) or 0
    return found


def compared(
    stated: Mapping[str, str | None],
    candidates: Sequence[Mapping[str, Decimal]],
    line_no: int | None,
    where: str,
) -> list[Finding]:
    """A finding for each stated total that none of the ``candidates`` (see :func:`sums`) has."""
    said = {name: number(stated.get(name)) for name in (*SUMMED, COUNTED)}
    return [
        Finding("ST-008", "warning", f"{where} says {value:f} for {name}, the rows have {candidates[0][name]:f}",
                line_no, f"{value:f}", f"{candidates[0][name]:f}")
        for name, value in said.items()
        if value is not None and all(value != candidate[name] for candidate in candidates)
    ]  # fmt: skip


def number(text: str | None) -> Decimal | None:
    """A number as a sheet shows it (blanks or commas between thousands), None for anything else."""
    if not text:
        return None
    plain = re.sub(r"[ ,\u00a0\u202f]", "", text) if _GROUPED.fullmatch(text) else text
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
