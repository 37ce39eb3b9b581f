"""Containers on trains, from loading lists: which service, which way, which wagon, what weight."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl

from corridor_etl.reference import country, place, size_type
from corridor_etl.settings import Service, Settings
from corridor_etl.sources import RawFile
from corridor_etl.staging import _casts, _times
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext, mapped

TEXT, TEU = pl.String(), pl.Decimal(6, 2)
KG = pl.Decimal(18, 3)
_PASSED_ON = ("train_no", "wagon_no", "package_type", "goods_description", "consignor_name", "consignee_name",
              "booking_no", "consignment_note_no", "origin_station_code", "destination_station_code")  # fmt: skip
_NON_ISO = r"(?i)^([0-9]{8})\s*[(（]?\s*(?:non[\s-]?iso|не[\s-]?(?:iso|исо)|非\s?iso\s?箱?)\s*[)）]?$"
"""A rail container's own number with the remark that it is none of ISO 6346."""
_MARKS = {
    "1": True, "TRUE": True, "Y": True, "YES": True, "X": True, "ДА": True, "是": True,
    "0": False, "FALSE": False, "N": False, "NO": False, "НЕТ": False, "否": False,
}  # fmt: skip
_WEIGHTS = ("cargo_gross_kg", "cargo_net_kg", "tare_kg")
_FULL_EMPTY = {
    "重": "F", "重箱": "F", "F": "F", "FULL": "F", "LADEN": "F", "ГРУЖЕНЫЙ": "F", "ГРУЖЁНЫЙ": "F",
    "ГРУЖ": "F", "ГРУЖ.": "F", "ГР": "F", "重柜": "F", "5": "F",
    "空": "E", "空箱": "E", "E": "E", "EMPTY": "E", "ПОРОЖНИЙ": "E",
    "ПОРОЖ": "E", "ПОРОЖ.": "E", "ПОР": "E", "空柜": "E", "MT": "E", "4": "E",
}  # fmt: skip
_STATUSES = {
    "draft": "draft", "final": "final", "corrected": "corrected", "cancelled": "cancelled", "canceled": "cancelled",
    "草稿": "draft", "最终": "final", "更正": "corrected", "修改": "corrected", "撤销": "cancelled",
    "черновик": "draft", "окончательный": "final", "исправлен": "corrected", "отменен": "cancelled",
    "отменён": "cancelled", "取消": "cancelled", "作废": "cancelled",
}  # fmt: skip
_WESTBOUND_ROLES = ("door_origin", "origin", "border_in", "border_out", "destination", "door_destination")


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Containers of a loading list; a train of no service, or stations off its service, cost the row."""
    desk = Desk(raw, context)
    for name in _PASSED_ON:
        desk.put(name, desk.cell(name))
    desk.put_cast(
        "departure_on_local", "departure_date", _day_of(desk), _casts.DATE_RULE, _casts.DATE_EXPECTED
    )
    _put_service(desk)
    _put_planned(desk)
    _put_box(desk)
    _put_goods(desk)
    _put_version(desk)
    return desk.staged("manifest_container")


def _day_of(desk: Desk) -> Callable[[pl.Series], pl.Series]:
    return lambda cells: _casts.day(cells, is_day_first=desk.raw.is_day_first)


def _put_service(desk: Desk) -> None:
    trains = desk.cell("train_no")
    services = mapped(trains, desk.context.settings.service_of_train, TEXT)
    desk.put("service_id", services)
    desk.fault(trains.is_not_null() & services.is_null(), "SV-001", "train_no", trains,
               "a train number that belongs to a service of corridor.toml")  # fmt: skip
    _put_node(desk, "origin_node", "origin_station")
    _put_node(desk, "destination_node", "destination_station")
    ends = pl.DataFrame([services.alias("s"), desk.typed["origin_node"], desk.typed["destination_node"]])
    directions = [_direction(desk.context.settings, *row) for row in ends.iter_rows()]
    desk.put("direction", pl.Series(directions, dtype=TEXT))
    is_off = (
        desk.typed["direction"].is_null() & ends.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    )
    route = desk.cell("origin_station") + " - " + desk.cell("destination_station")
    desk.fault(is_off, "SV-002", "direction", route, "two different stations of the train's service")


def _put_node(desk: Desk, name: str, source: str) -> None:
    desk.put_cast(name, source, lambda c: mapped(c, place.node_of, TEXT), "ID-031",
                  "a station or place of corridor_nodes or location_alias")  # fmt: skip


def _direction(
    settings: Settings, service_id: str | None, origin: str | None, destination: str | None
) -> str | None:
    """W where the train runs in the order of its service's nodes, E against it, None off the service."""
    if service_id is None:
        return None
    order = _order(settings.service(service_id))
    if origin not in order or destination not in order or origin == destination:
        return None
    return "W" if order.index(origin) < order.index(destination) else "E"


def _order(service: Service) -> list[str]:
    return list(dict.fromkeys(getattr(service, role) for role in _WESTBOUND_ROLES))


def _put_planned(desk: Desk) -> None:
    cells = desk.cell("planned_departure")
    clock = _times.local(cells, is_day_first=desk.raw.is_day_first)
    desk.fault(cells.is_not_null() & clock.is_null(), _times.LOCAL_RULE, "planned_departure_at_utc", cells,
               _times.LOCAL_EXPECTED)  # fmt: skip
    zones = mapped(desk.typed["origin_node"], lambda node: place.zone_of(node)[0], TEXT)
    instant = _times.to_utc(clock, zones)
    desk.fault(clock.is_not_null() & zones.is_not_null() & instant.is_null(), _times.AMBIGUOUS_RULE,
               "planned_departure_at_utc", cells, _times.AMBIGUOUS_EXPECTED)  # fmt: skip
    desk.put("planned_departure_at_utc", instant)


def _put_box(desk: Desk) -> None:
    _put_number(desk)
    sizes = mapped(desk.cell("size_type"), size_type.canonical, TEXT)
    desk.put("size_type", sizes)
    desk.put("teu", mapped(sizes, size_type.teu, TEU))
    desk.put("full_empty", mapped(desk.cell("full_empty").str.to_uppercase(), _FULL_EMPTY.get, TEXT))
    desk.note_unknown("full_empty", "full_empty")
    desk.put("seal_nos", mapped(desk.cell("seal_nos"), _casts.identifiers, TEXT))
    for name in ("declaration_nos", "un_nos", "imo_classes"):
        desk.put(name, mapped(desk.cell(name), _casts.identifiers, TEXT))
    desk.put("train_index", _casts.train_index(desk.cell("train_index")))
    desk.put("wagon_seq", _wagon_positions(desk))


def _put_number(desk: Desk) -> None:
    """The number of the box, and whether the list says that it is not one of ISO 6346."""
    cells = desk.cell("container_no")
    own = cells.str.extract(_NON_ISO, 1)
    desk.put("container_no", _casts.container(own.zip_with(own.is_not_null(), cells)))
    marks = mapped(desk.cell("is_non_iso_container").str.to_uppercase(), _MARKS.get, pl.Boolean())
    desk.put("is_non_iso_container", marks)
    desk.note_unknown("is_non_iso_container", "is_non_iso_container", rule_id="ID-007")
    desk.put("is_non_iso_container", marks.set(own.is_not_null(), True))


def _wagon_positions(desk: Desk) -> pl.Series:
    """Position of the wagon in its train: the order in which the list first names it."""
    names = ["train_no", "departure_on_local", "wagon_no"]
    frame = pl.DataFrame([desk.typed[n] for n in names]).with_row_index("at")
    first = frame.drop_nulls("wagon_no").group_by(names).agg(pl.col("at").min().alias("first"))
    seen = first.with_columns(pl.col("first").rank("dense").over(names[:2]).cast(pl.Int64).alias("seq"))
    placed = frame.join(seen, on=names, how="left", nulls_equal=True, maintain_order="left")
    return placed["seq"]


def _put_goods(desk: Desk) -> None:
    for name in _WEIGHTS:
        desk.put_cast(name, name, lambda c: _casts.number(c, KG, desk.raw.decimal_mark),
                      _casts.NUMBER_RULE, _casts.NUMBER_EXPECTED)  # fmt: skip
    packages = partial(_casts.count, decimal_mark=desk.raw.decimal_mark)
    desk.put_cast("packages", "packages", packages, _casts.NUMBER_RULE, "a whole number")
    desk.put("hs_code", _casts.code(desk.cell("hs_code")))
    desk.put("origin_country", mapped(desk.cell("origin_country"), country.alpha2, TEXT))


def _put_version(desk: Desk) -> None:
    cells = desk.cell("list_version").fill_null("1")
    versions = _casts.version(cells)
    desk.fault(versions.is_null(), _casts.NUMBER_RULE, "version", cells, _casts.VERSION_EXPECTED)
    status = mapped(desk.cell("list_status").str.to_lowercase(), lambda s: _STATUSES.get(s, s), TEXT)
    desk.put("list_status", status)
    # A correction without a version of its own still comes after the list it is about.
    is_changed = status.is_in(["corrected", "cancelled"]).fill_null(False)
    versions = versions.set(is_changed & (versions == 1).fill_null(False), 2)
    desk.put("version", versions)
    names = zip(status, versions, strict=True)
    actions = ["cancel" if s == "cancelled" else "replace" if (v or 1) > 1 else "insert" for s, v in names]
    desk.put("action", pl.Series(actions, dtype=TEXT))


STAGING = Staging(name="manifest_container", stage=stage)
