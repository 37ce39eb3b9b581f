"""The container groups of one piece as raw rows of the port event layout, by column.

Which places and times an event may have is in ``_event_codes``, where columns stand in ``_equipment_fields``. What is
refused and what is only reported is decided in ``_equipment``.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor_etl.sources import _equipment_fields as layout
from corridor_etl.sources._edifact_envelope import Messages
from corridor_etl.sources._edifact_text import column, view
from corridor_etl.sources._edifact_tokens import Indices, Spans, Tokens, packed
from corridor_etl.sources._equipment_messages import MessageTable
from corridor_etl.sources._event_codes import ANNOUNCED, FAR_END, FULL, NEAR_END, At, Codes
from corridor_etl.sources._layout import Cells, Field, Groups
from corridor_etl.sources._mass import converted

COLUMNS = (
    "event_code", "classifier", "container_no", "size_type", "full_empty", "trade_status", "facility_code",
    "terminal_code", "transport_mode", "conveyance_name", "voyage_no", "vessel_imo", "gross_gross_kg", "vgm_kg",
    "vgm_method", "tare_kg", "un_nos", "imo_classes", "temperature_c", "seal_nos", "booking_no", "bl_no", "event_time",
    "event_time_format", "message_ref", "function_code", "dialect", "version", "action",
    "document_key",
)  # fmt: skip
_GATES = ("GTIN", "GTOT")
_RAIL = np.uint64(packed("2"))
_MEASURES = {"gross_gross_kg": "KGM", "vgm_kg": "KGM", "tare_kg": "KGM", "temperature_c": "CEL"}
_OF_MESSAGE = {"message_ref": "reference", "function_code": "function_code", "dialect": "dialect",
               "version": "row_version", "action": "action", "classifier": "classifier",
               "document_key": "document_key"}  # fmt: skip
_BY_COLUMN = ("container_no", "size_type", "trade_status", "full_empty", "vgm_method")


class Rows:
    """The rows of one piece; ``events`` is the event of each row as an index into ``event_names``.

    The index behind the last name is no event.
    """

    def __init__(self, tokens: Tokens, found: Messages, codes: Codes) -> None:
        self.tokens = tokens
        self.groups = Groups(tokens, found)
        self.messages = MessageTable(self.groups, codes)
        self._codes = codes
        self._of = self.groups.messages
        self.event_names, of_message = self.messages.event_index()
        self.events = of_message[self._of] if len(of_message) else np.empty(0, dtype=np.int64)
        self._cells: dict[str, Cells] = {}
        for wanted in layout.GROUP:
            self._cells |= self.groups.fields(wanted)
        self._shared: dict[str, Cells] = {}
        for wanted in layout.SHARED:
            self._shared |= {n: c.of(self._of) for n, c in self.groups.fields(wanted).items()}
        self._located: dict[At, dict[str, Cells]] = {}
        self._announce()

    def _announce(self) -> None:
        """Announced boxes whose document does not say which way: full for export comes in, full import goes out."""
        kinds, of_message = self.messages.kind_index
        none = len(self.event_names)
        for kind, status, event in ANNOUNCED:
            rows = self.events == none
            rows &= of_message[self._of] == kinds.index(kind) if kind in kinds else False
            if not rows.any():
                continue
            for name, code in (("trade_status", status), ("full_empty", FULL)):
                cells = self._cells[name]
                rows &= self.tokens.codes(cells.segments, cells.spans) == np.uint64(packed(code))
            if rows.any():
                self._set_event(rows, event)

    def _set_event(self, rows: NDArray[np.bool_], event: str) -> None:
        none = len(self.event_names)
        if event not in self.event_names:
            self.event_names = [*self.event_names, event]
            self.events = np.where(self.events == none, none + 1, self.events)
        self.events = np.where(rows, self.event_names.index(event), self.events)

    @property
    def has_event(self) -> NDArray[np.bool_]:
        """Rows that say what happened."""
        return self.events < len(self.event_names)

    def __len__(self) -> int:
        return len(self.groups.rows)

    def frame(self, line_nos: Indices) -> pl.DataFrame:
        """All rows with their line numbers, :data:`COLUMNS` and ``raw_text``."""
        made = {name: self.text(self._cells[name]) for name in _BY_COLUMN}
        made |= {name: self._measured(name, unit) for name, unit in _MEASURES.items()}
        made |= {wanted.column: self.groups.listed(wanted) for wanted in layout.LISTS}
        made |= {n: self.text(self._cells[n].or_else(self._shared[n])) for n in ("booking_no", "bl_no")}
        made |= {n: self.messages.column(c).gather(self._of) for n, c in _OF_MESSAGE.items()}
        made |= self._transport()
        made |= {n: self.text(c) for n, c in self.place.items()}
        made |= {n: self.text(c) for n, c in self._time.items()}
        made["event_code"] = pl.Series([*self.event_names, None], dtype=pl.String).gather(self.events)
        columns = [made[name].alias(name) for name in COLUMNS]
        return pl.DataFrame(
            [pl.Series("line_no", line_nos, dtype=pl.Int64), *columns, self.raw_text.alias("raw_text")]
        )

    def text(self, cells: Cells) -> pl.Series:
        """A column of cells as text."""
        return column(self.tokens, cells.segments, cells.spans)

    def _measured(self, name: str, usual: str) -> pl.Series:
        values, units = self._cells[name], self._cells[f"{name}:unit"]
        codes = self.tokens.codes(units.segments, units.spans)
        is_usual = (codes == np.uint64(packed(usual))) | ~values.is_filled
        unit_texts = (
            pl.Series([None], dtype=pl.String).new_from_index(0, len(self))
            if is_usual.all()
            else self.text(units)
        )
        return converted(self.text(values), unit_texts, codes, usual)

    def _transport(self) -> dict[str, pl.Series]:
        """Gates: the mode of the vehicle at the gate, and its number if it is a train; else the vessel's."""
        cells, shared = self._cells, self._shared
        vessel = {n: cells[n].or_else(shared[n]) for n in ("voyage_no", "vessel_id", "vessel_id_list")}
        name = cells["vessel_name"].or_else(shared["vessel_name"]).or_else(vessel["vessel_id"])
        is_gate = self.is_event(*_GATES)
        has_own = is_gate & (cells["vehicle_mode"].segments >= 0)
        mode = cells["vehicle_mode"].only(has_own)
        mode = mode.or_else(shared["vehicle_mode"], is_gate & ~has_own)
        mode = mode.or_else(cells["mode"].or_else(shared["mode"]), ~has_own)
        vehicle = cells["vehicle_id"].only(has_own).or_else(shared["vehicle_id"], is_gate & ~has_own)
        by_rail = self.tokens.codes(mode.segments, mode.spans) == _RAIL
        train = vehicle.only(is_gate & by_rail)
        return {
            "transport_mode": self.text(mode),
            "conveyance_name": self.text(train.or_else(name)),
            "voyage_no": self.text(vessel["voyage_no"].only(~train.is_filled)),
            "vessel_imo": _imo(self.text(vessel["vessel_id"]), self.text(vessel["vessel_id_list"])),
        }

    def is_event(self, *names: str) -> NDArray[np.bool_]:
        """Rows whose event is one of these."""
        wanted = [i for i, name in enumerate(self.event_names) if name in names]
        return np.isin(self.events, wanted) if wanted else np.zeros(len(self), dtype=bool)

    @cached_property
    def place(self) -> dict[str, Cells]:
        """Where each event took place: the first LOC its event and message allow, else who reports it."""
        tried = self._first_of(self._codes.places, layout.located, ("facility_code", "terminal_code"))
        tried["facility_code"] = tried["facility_code"].or_else(self._shared["reporter"])
        return tried

    @cached_property
    def _time(self) -> dict[str, Cells]:
        return self._first_of(self._codes.times, layout.dated, ("event_time", "event_time_format"))

    def _first_of(self, options, field_of, names: tuple[str, ...]) -> dict[str, Cells]:  # type: ignore[no-untyped-def]
        """For each row the first field that is filled, in the order of its message and event."""
        found = {name: Cells.none(len(self)) for name in names}
        for kind, event, rows in self._kinds():
            for level, qualifier in options(kind, event):
                missing = rows & ~found[names[0]].is_filled
                if not missing.any():
                    break
                cells = self.at(field_of(level, qualifier))
                take = missing & cells[names[0]].is_filled
                if take.any():
                    found = {n: found[n].only(~take).or_else(cells[n], take) for n in names}
        return found

    def _kinds(self):  # type: ignore[no-untyped-def]
        kinds, of_message = self.messages.kind_index
        pairs = of_message[self._of] * (len(self.event_names) + 1) + self.events
        for pair in np.unique(pairs):
            kind, event = divmod(int(pair), len(self.event_names) + 1)
            if event < len(self.event_names):
                yield kinds[kind], self.event_names[event], pairs == pair

    def at(self, wanted: Field) -> dict[str, Cells]:
        """A field as one value for each row, whichever level it stands at."""
        key = (wanted.level, f"{wanted.tag}{wanted.qualifiers[0]}")
        if key not in self._located:
            cells = self.groups.fields(wanted)
            if wanted.level == "header":
                cells = {name: c.of(self._of) for name, c in cells.items()}
            self._located[key] = cells
        return self._located[key]

    def may_be_far(self) -> NDArray[np.bool_]:
        """Rows whose place may be the port at the other end: no other row has the same text for both."""
        facility, far = self.place["facility_code"], self._end(FAR_END)
        are_there = facility.is_filled & far.is_filled
        if not are_there.any() or self.tokens.has_wide_blanks:
            return are_there
        codes = (self.tokens.codes(cells.segments, cells.spans) for cells in (facility, far))
        return are_there & np.equal(*codes)

    def far_end(self) -> pl.Series:
        """The port at the other end of the voyage, for loadings and discharges."""
        return self.text(self._end(FAR_END))

    def near_end(self) -> pl.Series:
        """The port at this end of the voyage as the container's own LOC says, for loadings and discharges."""
        return self.text(self._end(NEAR_END))

    def status(self) -> pl.Series:
        """EQD 8249 of each container."""
        return self.text(self._cells["trade_status"])

    def _end(self, qualifiers: dict[str, str]) -> Cells:
        found = Cells.none(len(self))
        for event, qualifier in qualifiers.items():
            if event in self.event_names:
                cells = self.at(layout.located("group", qualifier))["facility_code"]
                found = found.or_else(cells, self.is_event(event))
        return found

    @cached_property
    def raw_text(self) -> pl.Series:
        """The segments of each container as received, without the CNT that may follow them."""
        ends = self.groups.ends()
        start = self.tokens.starts[self.groups.rows]
        texts = view(self.tokens, Spans(start, self.tokens.ends[ends - 1] + 1 - start))
        odd = self.groups.scattered(ends)
        if not len(odd):
            return texts
        return texts.scatter(odd, pl.Series([self.groups.joined(int(i)) for i in odd], dtype=pl.String))


def _imo(ids: pl.Series, lists: pl.Series) -> pl.Series:
    """Seven digits of a ship number: where the list is 146 (ship numbers) or none, or the letters IMO are written."""
    if ids.null_count() == len(ids):
        return ids
    frame = pl.DataFrame({"id": ids.str.to_uppercase().str.replace_all(" ", "", literal=True), "list": lists})
    is_listed = pl.col("list").is_null() | (pl.col("list") == "146")
    is_number = pl.col("id").str.contains("^IMO[0-9]{7}$") | (
        pl.col("id").str.contains("^[0-9]{7}$") & is_listed
    )
    return frame.select(id=pl.when(is_number).then(pl.col("id").str.tail(7)))["id"]
