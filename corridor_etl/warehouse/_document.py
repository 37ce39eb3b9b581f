"""The page of the warehouse, docs/warehouse.md, written from tables, views and example queries themselves.

``python -m corridor_etl.warehouse._document > docs/warehouse.md``
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from corridor_etl.settings import checkout
from corridor_etl.warehouse.schema import DIMENSIONS, FACTS, MARTS, METADATA
from corridor_etl.warehouse.views import VIEWS

_HEAD = """# The warehouse for analysts

One SQL database, SQLite or PostgreSQL, that a BI tool connects to. This page is generated from the tables and views
(`python -m corridor_etl.warehouse._document > docs/warehouse.md`). The same words are in the database: as comments on
PostgreSQL, and in `dim_column` on both.

* Begin with the views `bi_*`: names beside codes, TEU, tonnes, CNY and hours. Tables hold whole numbers of small units
  (0.01 TEU, g, 0.01 CNY, s), so that sums are exact and do not depend on order.
* Distinct counts, medians, percentiles and shares cannot be added; the column says so.
* Weeks are ISO 8601 weeks, and dates (`_on_local`) those of the calendar of the place; instants (`_at_utc`) are UTC.
* `snapshot` is the batch in which the rows of a week last changed. Everything a batch writes becomes visible at once.
* A warehouse of a version without `fct_container_trip` or `fct_reconciliation` gets their rows with the next batch.

## A quick look
```
corridor sql "select * from bi_departure_week" --limit 20
corridor sql - --csv < docs/queries/teu_by_week_and_direction.sql
```
It can only read: SQLite is opened read-only and may do nothing but read; on PostgreSQL the text is the query of a
cursor in a read-only transaction. `--json` prints JSON, `--timeout` gives more than 30 seconds. In CSV, a text that a
spreadsheet might take for a formula begins with an apostrophe.

## Readers on PostgreSQL
```
corridor db grant-read analyst
```
lets a role read every table and view, also future ones, and write nothing. A role that is missing is made with the
password in `CORRIDOR_READER_PASSWORD`. Rows in quarantine are kept as received, names of firms included: grant it to
people who may see them. On SQLite give readers the file without write permission, and let their tool open it with
`mode=ro`. Views are made anew when their text changes; views of your own that read them belong in another schema, and
have to be dropped for that time.
"""
_RELATIONS = (
    ("dim_service", "fct_container_trip", "service_id"),
    ("dim_iso_week", "fct_container_trip", "departure_week"),
    ("dim_date", "fct_container_trip", "departed_on_local"),
    ("dim_size_type", "fct_container_trip", "size_type"),
    ("dim_hs", "fct_container_trip", "hs_chapter"),
    ("dim_country", "fct_container_trip", "origin_country"),
    ("delivery", "fct_container_trip", "delivery_id"),
    ("dim_iso_week", "fct_reconciliation", "iso_week"),
    ("delivery", "fct_reconciliation", "list_delivery_id"),
    ("dim_sender", "delivery", "sender_id"),
    ("dim_node", "dim_service", "origin"),
    ("dim_node", "dim_service", "destination"),
    ("dim_node", "dim_leg", "from_node"),
    ("dim_node", "dim_leg", "to_node"),
    ("dim_iso_week", "dim_date", "iso_week"),
    ("dim_date", "dim_holiday", "date_on"),
    *((dimension, mart, column) for mart in MARTS
      for dimension, column in (("dim_service", "service_id"), ("dim_iso_week", "iso_week"))
      if column in MARTS[mart].c),
)  # fmt: skip


def render_warehouse() -> str:
    """The whole page."""
    others = [name for name in sorted(METADATA.tables) if name not in {*DIMENSIONS, *FACTS, *MARTS}]
    parts = [
        _HEAD,
        "## The star",
        "Of the codes only `service_id` is a foreign key: a code that no table knows must not stop a batch. The "
        "other\n"
        "lines are joins by code, for which the views use LEFT JOIN.",
        _diagram(),
        "## Example queries",
        "The same text on both databases; tests run them.",
        "\n".join(_queries()),
        "## Views",
        *(_view(name) for name in VIEWS),
        "## Facts",
        *(_table(name) for name in FACTS),
        "## Marts",
        *(_table(name) for name in MARTS),
        "## Dimensions",
        *(_table(name) for name in DIMENSIONS),
        "## Ledger and the rest",
        *(_table(name) for name in others),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _diagram() -> str:
    shown = list(dict.fromkeys(name for pair in _RELATIONS for name in pair[:2]))
    lines = [f'    {one} ||--o{{ {many} : "{_known(many, column)}"' for one, many, column in _RELATIONS]
    for name in shown:
        keys = ", ".join(c.name for c in METADATA.tables[name].primary_key)
        lines.append(f"    {name} {{\n        key {keys.replace(', ', '__')}\n    }}")
    return "\n".join(["```mermaid", "erDiagram", *lines, "```"])


def _known(table: str, column: str) -> str:
    return str(METADATA.tables[table].c[column].name)


def _queries() -> Iterator[str]:
    for path in sorted((checkout() / "docs" / "queries").glob("*.sql")):
        said = path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("-- ")
        yield f"* [{path.stem.replace('_', ' ')}](queries/{path.name}): {said}"
    yield "* [totals](queries/totals/README.md): every figure of every mart by another road, in DuckDB."


def _view(name: str) -> str:
    view = VIEWS[name]
    columns = ((column, said.unit, said.meaning) for column, said in view.columns.items())
    return _section(name, view.comment, columns)


def _table(name: str) -> str:
    table = METADATA.tables[name]
    columns = (
        (c.name, c.info.get("unit", ""), c.info.get("meaning", c.comment or "")) for c in table.columns
    )
    return _section(name, table.comment or "", columns)


def _section(name: str, comment: str, columns: Iterable[tuple[str, str, str]]) -> str:
    rows = [f"| `{column}` | {unit} | {_cell(meaning)} |" for column, unit, meaning in columns]
    return "\n".join([f"### {name}", comment, "", "| column | unit | meaning |", "|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(render_warehouse(), end="")
