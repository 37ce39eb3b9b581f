"""The KPI dictionary, docs/kpis.md, written from the KPIs themselves so that it cannot say anything else."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from corridor_etl.kpis import Kpi, kpis
from corridor_etl.kpis._example import Example
from corridor_etl.kpis._kpi import LANGUAGES

_HEAD = """# KPI dictionary

Each figure is defined once, in `corridor_etl/kpis/<name>.py`; this page is generated from those files
(`python -m corridor_etl.kpis._document > docs/kpis.md`). Weeks are ISO 8601 weeks. Marts hold whole numbers:
grams, fen and cents, hundredths of a TEU, seconds. A group without records has no row; it is never a zero.
Every example is run as a test; columns of the facts it does not name are empty.
"""
_NAMES = {"en": "English", "zh": "中文", "ru": "Русский", "kk": "Қазақша"}


def render_dictionary() -> str:
    """The whole page: a table of all KPIs, then one section each."""
    listed = kpis().values()
    rows = [f"| [{k.name}](#{k.name}) | {k.title.en} | {k.unit} | {_mart(k)} |" for k in listed]
    table = "\n".join(["| KPI | Title | Unit | Mart |", "|---|---|---|---|", *rows])
    return "\n".join([_HEAD, table, "", *(_section(k) for k in listed)])


def _section(kpi: Kpi) -> str:
    facts = (
        ("Formula", kpi.formula),
        ("Not available", kpi.unavailable),
        ("Unit", kpi.unit),
        ("Basis", kpi.basis),
        ("Week", kpi.week_date),
        ("Clock", kpi.zone),
        ("Adds up over weeks and groups", _sums(kpi)),
        ("Small numbers", kpi.small_number_rule),
        ("Mart", _mart(kpi)),
        ("Dimensions", _code(kpi.dimensions)),
        ("Columns", _code(kpi.columns)),
    )
    lines = [f"* **{label}**: {value.removesuffix('.')}." for label, value in facts if value]
    parts = [f"## {kpi.name}", "", f"{kpi.title.en}.", "", *lines, "", *_languages(kpi)]
    if kpi.example is not None:
        parts += [*_source(kpi), *_example(kpi, kpi.example)]
    return "\n".join(parts)


def _mart(kpi: Kpi) -> str:
    if not kpi.mart:
        return "none"
    return f"`{kpi.mart}`" if kpi.compute else f"derived from `{kpi.mart}`"


def _sums(kpi: Kpi) -> str:
    if not kpi.is_additive:
        return "no"
    return f"yes, but not {_code(kpi.unsummed)}" if kpi.unsummed else "yes"


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def _languages(kpi: Kpi) -> list[str]:
    rows = [f"| {_NAMES[tag]} | {kpi.title.into(tag)} | {kpi.caveat.into(tag)} |" for tag in LANGUAGES]
    return ["| Language | Title | Caveat |", "|---|---|---|", *rows, ""]


def _source(kpi: Kpi) -> list[str]:
    functions: list[Callable[..., Any]] = [
        f for f in (kpi.compute, kpi.derive, *kpi.helpers) if f is not None
    ]
    code = "\n\n\n".join(textwrap.dedent(inspect.getsource(f)).rstrip() for f in functions)
    return ["In Polars:", "", "```python", code, "```", ""]


def _example(kpi: Kpi, example: Example) -> list[str]:
    parts = ["Example:", ""]
    for name, rows in example.given.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        parts += [f"From `{name}`", "", *_table(columns, ([row.get(c) for c in columns] for row in rows))]
    return [*parts, "follows", "", *_table([*kpi.dimensions, *kpi.columns], example.figures)]


def _table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    head = list(columns)
    cells = [
        "| " + " | ".join("" if v is None else str(v).removesuffix("+00:00") for v in row) + " |"
        for row in rows
    ]
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *cells, ""]


if __name__ == "__main__":
    print(render_dictionary(), end="")
