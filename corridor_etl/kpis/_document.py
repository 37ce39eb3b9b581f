"""The KPI dictionary, docs/kpis.md, written from the KPIs themselves so that it cannot say anything else."""

from __future__ import annotations

from corridor_etl.kpis import Kpi, kpis

_HEAD = """# KPI dictionary

Each figure is defined once, in `corridor_etl/kpis/<name>.py`; this page is generated from those files
(`python -m corridor_etl.kpis._document > docs/kpis.md`). Weeks are ISO 8601 weeks. Marts hold whole numbers:
grams, fen and cents, hundredths of a TEU, seconds. A group without records has no row; it is never a zero.
"""


def render_dictionary() -> str:
    """The whole page: a table of all KPIs, then one section each."""
    listed = kpis().values()
    rows = [f"| [{k.name}](#{k.name}) | {k.title} | {k.unit} | `{k.mart}` |" for k in listed]
    table = "\n".join(["| KPI | Title | Unit | Mart |", "|---|---|---|---|", *rows])
    return "\n".join([_HEAD, table, "", *(_section(k) for k in listed)])


def _section(kpi: Kpi) -> str:
    facts = (
        ("Formula", kpi.formula),
        ("Unit", kpi.unit),
        ("Basis", kpi.basis),
        ("Week", kpi.week_date),
        ("Adds up over weeks and groups", "yes, except as the caveat says" if kpi.is_additive else "no"),
        ("Caveat", kpi.caveat),
        ("Small numbers", kpi.small_number_rule),
        ("Mart", f"`{kpi.mart}`" if kpi.compute else f"derived from `{kpi.mart}` and others"),
        ("Dimensions", _code(kpi.dimensions)),
        ("Columns", _code(kpi.columns)),
    )
    lines = [f"* **{label}**: {value.removesuffix('.')}." for label, value in facts]
    return "\n".join([f"## {kpi.name}", "", f"{kpi.title}.", "", *lines, ""])


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{n}`" for n in names)


if __name__ == "__main__":
    print(render_dictionary(), end="")
