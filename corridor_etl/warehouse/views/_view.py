"""What a view is: its query, what it is for, and what each of its columns means.

Where the two databases say a thing differently, the difference is here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corridor_etl.warehouse.schema import METADATA


@dataclass(frozen=True)
class Said:
    """What a column means, and in which unit it is."""

    meaning: str
    unit: str = ""

    @property
    def comment(self) -> str:
        """As tables say it: the meaning, then the unit in brackets."""
        return f"{self.meaning} [{self.unit}]" if self.unit else self.meaning


@dataclass(frozen=True)
class Words:
    """What the databases say differently: patterns in which ``a`` is the earlier and ``b`` the later instant."""

    seconds: str
    now: str
    rules_of_row: str
    listed: str

    def hours(self, earlier: str, later: str) -> str:
        """Hours between two columns of instants, whole seconds counted; null where one is null."""
        return f"ROUND({self.seconds.format(a=earlier, b=later)}) / 3600.0"

    def days_since(self, instant: str) -> str:
        """Days from a column of instants until the query is run."""
        return f"ROUND({self.seconds.format(a=instant, b=self.now)}) / 86400.0"


WORDS = {
    "sqlite": Words(
        seconds="(julianday({b}) - julianday({a})) * 86400.0",
        now="'now'",
        rules_of_row="json_each('[\"' || replace(q.rule_ids, ',', '\",\"') || '\"]') AS rule",
        listed="group_concat({column}, ', ')",
    ),
    "postgresql": Words(
        seconds="CAST(EXTRACT(EPOCH FROM ({b} - {a})) AS DOUBLE PRECISION)",
        now="now()",
        rules_of_row="unnest(string_to_array(q.rule_ids, ',')) AS rule(value)",
        listed="string_agg({column}, ', ' ORDER BY {column})",
    ),
}


@dataclass(frozen=True)
class View:
    """One view. ``sql`` gives the query in the words of a database; ``columns`` are in the query's order."""

    name: str
    comment: str
    sql: Callable[[Words], str]
    columns: Mapping[str, Said]


def same(table: str, names: str) -> dict[str, Said]:
    """Columns that are those of a table, by its own words; ``name:other`` calls column ``name`` ``other``."""
    found = {}
    for pair in names.split():
        name, _, called = pair.partition(":")
        info = METADATA.tables[table].c[name].info
        found[called or name] = Said(info["meaning"], info["unit"])
    return found


def scaled(column: str, divisor: int) -> str:
    """A whole number in a larger unit, as a floating-point number on both databases."""
    return f"CAST({column} AS DOUBLE PRECISION) / {divisor}"


def named(column: str, names: Mapping[str, str]) -> str:
    """The English name of a code; the code itself where it has none."""
    cases = " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in names.items())
    return f"CASE {column} {cases} ELSE {column} END"
