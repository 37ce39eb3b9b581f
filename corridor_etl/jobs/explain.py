"""From a published figure back to the lines of files it was made of, and to what was held back and is not in it.

Everything is read as of the snapshot of the issue, whatever came later. How a figure is taken apart belongs to
``reports.explanation``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import polars as pl

from corridor_etl.errors import UsageError
from corridor_etl.facts.declared_containers import declared_containers
from corridor_etl.facts.departures import TRAIN
from corridor_etl.jobs.known_facts import known_facts
from corridor_etl.marts.contributions import FACT_OF, contributions
from corridor_etl.reports.explanation import definition, parts, value_of
from corridor_etl.reports.measures import BY_ADDRESS, Measure
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_ADDRESS = re.compile(
    r"(?P<edition>\w+)/(?P<week>\d{4}-W\d\d)(/r(?P<revision>\d+))?(/\w+)?#(?P<figure>[\w.]+)"
)
# fact -> what names a row of it, and the record kinds whose rows in quarantine could be missing
_RECORD = {
    "trips": ("train_no", "departure_on_local", "container_no"),
    "departures": ("train_no", "departure_on_local"),
    "trade_lines": ("regime", "declaration_no", "item_no"),
}
_KINDS = {
    "trips": ("manifest_container", "port_event"),
    "departures": ("manifest_container", "port_event"),
    "trade_lines": ("declaration_item",),
}
_MATCH = "mart_match_week"
LINE = {"record": pl.String(), "what": pl.String(), "delivery_id": pl.String(), "line_no": pl.Int64()}


@dataclass(frozen=True)
class Explanation:
    """Why a figure is what it is.

    ``parts``: record, direction, amount, over; ``lines``: record, what, file_name, line_no, delivery_id, rules of
    findings; ``corrections``: those applied to these files in this week; ``held_back``: rows in quarantine then that
    could be missing, with rule_ids and ``cargo_gross_kg`` where they say one.
    """

    address: str
    published: str | None
    unit: str
    snapshot: int
    value: Decimal | None
    definition: Mapping[str, str]
    parts: pl.DataFrame
    lines: pl.DataFrame
    corrections: pl.DataFrame
    held_back: pl.DataFrame

    @property
    def is_whole(self) -> bool:
        """Whether the parts come to the published value."""
        return self.value == (None if self.published is None else Decimal(self.published))


def explain(address: str, warehouse: Warehouse, settings: Settings) -> Explanation:
    """Explains ``weekly/2025-W24/r0#throughput.teu``; without ``/r0`` the newest revision is meant.

    ``UsageError`` for an address of another form, an issue that is not published, or a figure there is not.
    """
    edition, week, revision, measure = _parsed(address)
    return Explainer(edition, week, revision, warehouse, settings).explain(measure)


class Explainer:
    """One issue whose figures are explained: the facts as of its snapshot are made once.

    ``UsageError`` for an issue that is not published.
    """

    def __init__(
        self, edition: str, week: str, revision: int | None, warehouse: Warehouse, settings: Settings
    ) -> None:
        issues = warehouse.issues().filter(edition=edition, week=week).sort("revision")
        chosen = issues.tail(1) if revision is None else issues.filter(revision=revision)
        if chosen.is_empty():
            raise UsageError(f"no such issue of {edition} {week} is published", fix="corridor report list")
        issue = chosen.row(0, named=True)
        self.week, self.snapshot, self._settings = week, int(issue["snapshot"]), settings
        self.name = f"{edition}/{week}/r{issue['revision']}"
        self._figures = warehouse.issue_figures(edition, week, issue["revision"])
        self._then = warehouse.at(self.snapshot)
        self._current, self._facts = known_facts(self._then, settings)
        self._files = self._then.deliveries().select("delivery_id", "file_name").unique("delivery_id")

    def explain(self, measure: Measure) -> Explanation:
        """One figure."""
        service, fact = self._settings.live_service.id, FACT_OF[measure.mart]
        made = contributions(measure.mart, self._facts, self._settings, service_id=service, week=self.week)
        counted = _labelled(parts(measure, made), fact)
        lines = self._with_files(self._lines(counted, measure))
        published = self._figures.filter(address=measure.address)["value_text"].to_list()
        return Explanation(
            address=f"{self.name}#{measure.address}",
            published=published[0] if published else None,
            unit=measure.unit,
            snapshot=self.snapshot,
            value=value_of(measure, counted, self.week),
            definition=definition(measure),
            parts=counted.select(
                c for c in ("record", "direction", "amount", "over") if c in counted.columns
            ),
            lines=lines,
            corrections=self._corrections(lines),
            held_back=self._held_back(fact),
        )

    def _lines(self, counted: pl.DataFrame, measure: Measure) -> pl.DataFrame:
        """The lines each part rests on; columns :data:`LINE`."""
        fact = FACT_OF[measure.mart]
        if fact == "trade_lines":
            return _of_lines(counted, "declaration")
        if fact == "departures":
            counted = counted.select("record", *TRAIN).join(self._facts.trips, on=TRAIN)
        found = [_of_lines(counted, "loading list"), _events_of(counted, self._current["port_event"])]
        if measure.mart == _MATCH:
            named = self._declared.select("trip_id", "delivery_id", "line_no").drop_nulls()
            linked = counted.select("record", "trip_id").join(named, on="trip_id")
            found.append(_of_lines(linked, "declaration"))
        return pl.concat(found).unique()

    @cached_property
    def _declared(self) -> pl.DataFrame:
        return declared_containers(self._current, self._facts.trade_lines, self._facts.trips, self._settings)

    @cached_property
    def _remarks(self) -> pl.DataFrame:
        """delivery_id, line_no and the rules that remarked on the line."""
        rules = pl.col("rule_id").unique().sort().str.join(" ").alias("rules")
        found = self._then.findings().drop_nulls("line_no")
        return found.group_by("delivery_id", "line_no").agg(rules)

    def _with_files(self, lines: pl.DataFrame) -> pl.DataFrame:
        told = lines.join(self._files, on="delivery_id", how="left").join(
            self._remarks, on=["delivery_id", "line_no"], how="left"
        )
        names = ("record", "what", "file_name", "line_no", "rules", "delivery_id")
        is_event = pl.col("what").str.starts_with("event ")
        return told.select(names).sort("record", is_event, "what", "file_name", "line_no")

    def _corrections(self, lines: pl.DataFrame) -> pl.DataFrame:
        effects = self._then.correction_effects(week=self.week).filter(guard_outcome="passed")
        return effects.join(lines, on="delivery_id", how="semi").select(
            "correction_id", "record_kind", "action", "rows", "delivery_id", "first_line_no"
        )

    def _held_back(self, fact: str) -> pl.DataFrame:
        """Rows of the kinds a fact rests on that were in quarantine, of this week or of none that is known."""
        is_week = (pl.col("iso_week") == self.week) | pl.col("iso_week").is_null()
        rows = self._then.quarantine(state="open").filter(pl.col("record_kind").is_in(_KINDS[fact]), is_week)
        weights = [json.loads(cells or "{}").get("cargo_gross_kg") for cells in rows["raw_json"]]
        told = rows.with_columns(pl.Series("cargo_gross_kg", weights, dtype=pl.String))
        return told.select("record_kind", "file_name", "line_no", "rule_ids", "iso_week", "cargo_gross_kg")


def _parsed(address: str) -> tuple[str, str, int | None, Measure]:
    found = _ADDRESS.fullmatch(address.strip())
    if found is None:
        raise UsageError(
            f"'{address}' is no address of a figure", expected="one like weekly/2025-W24/r0#throughput.teu"
        )
    if found["figure"] not in BY_ADDRESS:
        raise UsageError(
            f"there is no figure '{found['figure']}'", expected=f"one of {', '.join(sorted(BY_ADDRESS))}"
        )
    revision = None if found["revision"] is None else int(found["revision"])
    return found["edition"], found["week"], revision, BY_ADDRESS[found["figure"]]


def _labelled(counted: pl.DataFrame, fact: str) -> pl.DataFrame:
    names = [pl.col(name).cast(pl.String) for name in _RECORD[fact]]
    return counted.with_columns(pl.concat_str(names, separator=" ").alias("record"))


def _of_lines(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    return rows.select("record", "delivery_id", "line_no", what=pl.lit(what)).select(
        pl.col(name).cast(dtype) for name, dtype in LINE.items()
    )


def _events_of(trips: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The events that gave the trips their instants."""
    instants = [
        name for name in trips.columns if name.endswith("_at_utc") and name != "planned_departure_at_utc"
    ]
    seen = (
        trips.select("record", "container_no", *instants)
        .unpivot(
            instants, index=["record", "container_no"], variable_name="milestone", value_name="event_at_utc"
        )
        .drop_nulls()
    )
    told = events.filter(classifier="ACT").select(
        "container_no", "event_at_utc", "event_code", "delivery_id", "line_no"
    )
    joined = seen.join(told, on=["container_no", "event_at_utc"])
    return joined.select(
        "record", what=pl.lit("event ") + pl.col("event_code"), delivery_id="delivery_id", line_no="line_no"
    ).unique()
