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

import polars as pl

from corridor_etl.errors import UsageError
from corridor_etl.facts.corridor import Facts, corridor_facts
from corridor_etl.facts.departures import TRAIN
from corridor_etl.marts.contributions import FACT_OF, contributions
from corridor_etl.model import KINDS
from corridor_etl.reports.explanation import definition, parts, value_of
from corridor_etl.reports.measures import BY_ADDRESS, Measure
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_ADDRESS = re.compile(
    r"(?P<edition>\w+)/(?P<week>\d{4}-W\d\d)(/r(?P<revision>\d+))?(/\w+)?#(?P<figure>[\w.]+)"
)
_KINDS = {
    "trips": ("manifest_container", "port_event"),
    "departures": ("manifest_container", "port_event"),
    "trade_lines": ("declaration_item",),
    "booked_departures": ("booking",),
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
        self._facts = corridor_facts({kind: self._then.current(kind) for kind in KINDS}, settings)

    def explain(self, measure: Measure) -> Explanation:
        """One figure."""
        service = self._settings.live_service.id
        made = contributions(measure.mart, self._facts, self._settings, service_id=service, week=self.week)
        counted = _labelled(parts(measure, made), measure)
        lines = _with_files(_lines(counted, measure, self._facts, self._then), self._then)
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
            corrections=_corrections(lines, self.week, self._then),
            held_back=_held_back(measure, self.week, self._then),
        )


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


_RECORD = {
    "trips": ("train_no", "departure_on_local", "container_no"),
    "departures": ("train_no", "departure_on_local"),
    "trade_lines": ("regime", "declaration_no", "item_no"),
    "booked_departures": ("train_no", "departure_on_local"),
}


def _labelled(counted: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    names = [pl.col(name).cast(pl.String) for name in _RECORD[FACT_OF[measure.mart]]]
    return counted.with_columns(pl.concat_str(names, separator=" ").alias("record"))


def _lines(counted: pl.DataFrame, measure: Measure, facts: Facts, then: Warehouse) -> pl.DataFrame:
    """The lines each part rests on; columns :data:`LINE`."""
    fact = FACT_OF[measure.mart]
    if fact == "trade_lines":
        return _of_lines(counted, "declaration")
    if fact == "departures":
        counted = counted.select("record", *TRAIN).join(facts.trips, on=TRAIN)
    found = [_of_lines(counted, "loading list"), _events_of(counted, then)]
    if measure.mart == _MATCH:
        links = facts.declared_containers.select("trip_id", "delivery_id", "line_no").drop_nulls()
        found.append(_of_lines(counted.select("record", "trip_id").join(links, on="trip_id"), "declaration"))
    return pl.concat(found).unique().sort("record", "what", "delivery_id", "line_no")


def _of_lines(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    return rows.select("record", "delivery_id", "line_no", what=pl.lit(what)).select(
        pl.col(name).cast(dtype) for name, dtype in LINE.items()
    )


def _events_of(trips: pl.DataFrame, then: Warehouse) -> pl.DataFrame:
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
    events = then.current("port_event").filter(classifier="ACT")
    told = events.select("container_no", "event_at_utc", "event_code", "delivery_id", "line_no")
    joined = seen.join(told, on=["container_no", "event_at_utc"])
    return joined.select(
        "record", what=pl.lit("event ") + pl.col("event_code"), delivery_id="delivery_id", line_no="line_no"
    ).unique()


def _with_files(lines: pl.DataFrame, then: Warehouse) -> pl.DataFrame:
    files = then.deliveries().filter(status="loaded").select("delivery_id", "file_name")
    remarks = then.findings().filter(pl.col("line_no").is_not_null())
    rules = remarks.group_by("delivery_id", "line_no").agg(
        pl.col("rule_id").unique().sort().str.join(" ").alias("rules")
    )
    told = lines.join(files.unique("delivery_id"), on="delivery_id", how="left").join(
        rules, on=["delivery_id", "line_no"], how="left"
    )
    names = ("record", "what", "file_name", "line_no", "rules", "delivery_id")
    is_event = pl.col("what").str.starts_with("event ")
    return told.select(names).sort("record", is_event, "what", "file_name", "line_no")


def _corrections(lines: pl.DataFrame, week: str, then: Warehouse) -> pl.DataFrame:
    effects = then.correction_effects(week=week).filter(guard_outcome="passed")
    return effects.join(lines.select("delivery_id").unique(), on="delivery_id", how="semi").select(
        "correction_id", "record_kind", "action", "rows", "delivery_id", "first_line_no"
    )


def _held_back(measure: Measure, week: str, then: Warehouse) -> pl.DataFrame:
    """Rows of the record kinds the figure rests on that were in quarantine, of this week or of none that is known."""
    kinds = _KINDS[FACT_OF[measure.mart]]
    rows = then.quarantine(state="open").filter(
        pl.col("record_kind").is_in(kinds), (pl.col("iso_week") == week) | pl.col("iso_week").is_null()
    )
    weights = [json.loads(cells or "{}").get("cargo_gross_kg") for cells in rows["raw_json"]]
    files = then.deliveries().select("delivery_id", "file_name").unique("delivery_id")
    told = rows.with_columns(pl.Series("cargo_gross_kg", weights, dtype=pl.String))
    return told.join(files, on="delivery_id", how="left", suffix="_of_delivery").select(
        "record_kind", "file_name", "line_no", "rule_ids", "iso_week", "cargo_gross_kg"
    )
