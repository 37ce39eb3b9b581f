"""Moves of containers at ports, terminals and borders: EDIFACT codes and terminal lists to one event record."""

from __future__ import annotations

from functools import lru_cache, partial

import polars as pl

from corridor_etl.reference import place, size_type
from corridor_etl.sources import Finding, RawFile
from corridor_etl.staging import _casts, _times
from corridor_etl.staging._instants import instants
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext, mapped

TEXT = pl.String()
KG, TEU, CELSIUS = pl.Decimal(18, 3), pl.Decimal(6, 2), pl.Decimal(6, 2)

# EDIFACT 8169 and the words of terminal lists; part loads and the rest stay unknown rather than full.
_FULL_EMPTY = {
    "4": "E",
    "5": "F",
    "7": "F",
    "8": "F",
    "E": "E",
    "F": "F",
    "EMPTY": "E",
    "FULL": "F",
    "LADEN": "F",
}
_TRADE_STATUS = {"1": "continental", "2": "export", "3": "import", "6": "transhipment"}
_METHODS = {"SM1": "SM1", "SM2": "SM2", "1": "SM1", "2": "SM2"}
# EDIFACT 8067.
_MODES = {
    "1": "sea", "2": "rail", "3": "road", "4": "air", "8": "inland water", "VESSEL": "sea", "RAIL": "rail",
    "TRUCK": "road", "BARGE": "inland water",
}  # fmt: skip
_OFFSET = "(Z|[+-][0-9]{2}:?[0-9]{2})$"

_PASSED_ON = ("terminal_code", "conveyance_name", "voyage_no", "vessel_imo", "wagon_no", "booking_no", "bl_no",
              "message_ref", "event_ref", "function_code", "document_key")  # fmt: skip
_SEVERAL = r"[;,、，；|\s]"


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Events with UTC instant, local clock and zone; uncastable cells and ambiguous hours cost their row."""
    desk = Desk(raw, context)
    for name in _PASSED_ON:
        desk.put(name, desk.cell(name))
    _put_container(desk)
    _put_codes(desk)
    _put_weights(desk)
    _put_place(desk)
    _put_time(desk)
    return desk.staged("port_event")


def _put_container(desk: Desk) -> None:
    desk.put("container_no", _casts.container(desk.cell("container_no")))
    sizes = mapped(desk.cell("size_type"), size_type.canonical, TEXT)
    desk.put("size_type", sizes)
    desk.put("teu", mapped(sizes, size_type.teu, TEU))
    for name in ("seal_nos", "un_nos", "imo_classes"):
        desk.put(name, _identifiers(desk.cell(name)))


def _identifiers(cells: pl.Series) -> pl.Series:
    """Identifiers separated by one blank; only cells that hold more than one are looked at singly."""
    several = cells.str.contains(_SEVERAL).fill_null(False)
    if not several.any():
        return cells
    return mapped(cells.set(~several, None), _casts.identifiers, TEXT).zip_with(several, cells)


def _put_codes(desk: Desk) -> None:
    desk.put("event_code", mapped(desk.cell("event_code"), _code, TEXT))
    desk.put("classifier", desk.cell("classifier").fill_null("ACT"))
    desk.put("full_empty", mapped(desk.cell("full_empty"), lambda text: _FULL_EMPTY.get(_code(text)), TEXT))
    desk.note_unknown("full_empty", "full_empty")
    desk.put("trade_status", mapped(desk.cell("trade_status"), _TRADE_STATUS.get, TEXT))
    desk.put("dialect", desk.cell("dialect").fill_null(desk.raw.dialect.split()[0]))
    desk.put("version", mapped(desk.cell("version").fill_null("1"), _version, pl.Int64()))
    desk.put("action", desk.cell("action").fill_null("insert"))
    modes = mapped(desk.cell("transport_mode"), _MODES.get, TEXT)
    if "transport_mode" not in desk.raw.frame.columns:  # a terminal list knows trains only
        is_train = desk.cell("conveyance_name").is_not_null()
        modes = modes.set(is_train, "rail")
    desk.put("transport_mode", modes)


# Small files have the same few codes over and over, and a column of one cell costs as much as one of thousands.
@lru_cache(maxsize=4096)
def _code(text: str) -> str:
    return str(_casts.code(pl.Series([text], dtype=TEXT))[0])


@lru_cache(maxsize=4096)
def _version(text: str) -> int | None:
    return _casts.count(pl.Series([text], dtype=TEXT))[0]


def _put_weights(desk: Desk) -> None:
    dtypes = {"gross_gross_kg": KG, "vgm_kg": KG, "tare_kg": KG, "temperature_c": CELSIUS}
    for name, dtype in dtypes.items():
        cast = partial(_number, dtype=dtype, decimal_mark=desk.raw.decimal_mark)
        desk.put_cast(name, name, cast, _casts.NUMBER_RULE, _casts.NUMBER_EXPECTED)
    desk.put("vgm_method", mapped(desk.cell("vgm_method"), lambda text: _METHODS.get(_code(text)), TEXT))
    desk.note_unknown("vgm_method", "vgm_method")


def _number(cells: pl.Series, dtype: pl.Decimal, decimal_mark: str) -> pl.Series:
    """:func:`_casts.number`, at once for a column in which every number is a plain one."""
    plain = rf"^[0-9]{{1,{dtype.precision - dtype.scale}}}(?:\.[0-9]{{1,{dtype.scale}}})?$"
    if decimal_mark == "." and cells.str.contains(plain).all():
        return cells.cast(dtype)
    return _casts.number(cells, dtype, decimal_mark)


def _put_place(desk: Desk) -> None:
    codes = mapped(desk.cell("facility_code"), str.upper, TEXT)
    desk.put("facility_code", codes)
    desk.put("facility_node", mapped(codes, place.node_of, TEXT))


def _put_time(desk: Desk) -> None:
    cells = desk.cell("event_time")
    if "event_time_format" not in desk.raw.frame.columns and cells.str.contains(_OFFSET).any():
        _put_instants(desk)
        return
    is_edifact = "event_time_format" in desk.raw.frame.columns
    formats = desk.cell("event_time_format")
    clock = (
        _times.edifact(cells, formats)
        if is_edifact
        else _times.local(cells, is_day_first=desk.raw.is_day_first)
    )
    desk.fault(
        cells.is_not_null() & clock.is_null(),
        _times.LOCAL_RULE,
        "event_at_local",
        cells,
        _times.LOCAL_EXPECTED,
    )
    zones, how = _zones(desk, cells, formats)
    instant = _times.to_utc(clock, zones)
    desk.fault(clock.is_not_null() & instant.is_null(), _times.AMBIGUOUS_RULE, "event_at_utc", cells,
               _times.AMBIGUOUS_EXPECTED)  # fmt: skip
    desk.put("event_at_utc", instant)
    desk.put("event_at_local", clock)
    desk.put("event_on_local", clock.dt.date())
    desk.put("timezone", zones)
    desk.put("timezone_source", how)


def _put_instants(desk: Desk) -> None:
    """Times that carry their own offset."""
    read = instants(desk, "event_time", "event_at_utc", desk.typed["facility_code"])
    desk.put("event_at_utc", read.utc)
    desk.put("event_at_local", read.local)
    desk.put("event_on_local", read.local.dt.date())
    desk.put("timezone", read.zone)
    desk.put("timezone_source", read.source)


def _zones(desk: Desk, cells: pl.Series, formats: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Zone of each row and how it is known: written, the sender's, the place's, or assumed to be UTC."""
    is_zoned = formats.is_in(_times.ZONED_FORMATS).fill_null(False)
    written = mapped(cells.set(~is_zoned, None), _times.zone_of_suffix, TEXT)
    sender = desk.context.sender
    own = sender.timezone if sender else None
    codes = desk.typed["facility_code"]
    frame = pl.DataFrame({
        "written": written, "own": pl.Series([own] * len(codes), dtype=TEXT),
        "place": mapped(codes, lambda c: place.zone_of(c)[0], TEXT),
        "how": mapped(codes, lambda c: place.zone_of(c)[1], TEXT),
        "is_zoned": is_zoned,
    })  # fmt: skip
    known = frame.select(
        zone=pl.when("is_zoned").then("written").otherwise(pl.coalesce("own", "place", pl.lit("UTC"))),
        how=pl.when("is_zoned").then(pl.lit("explicit")).when(pl.col("own").is_not_null()).then(pl.lit("profile"))
        .when(pl.col("place").is_not_null()).then("how").otherwise(pl.lit("assumed_utc")),
    )  # fmt: skip
    _note_assumed(desk, known["how"], codes)
    return known["zone"], known["how"]


def _note_assumed(desk: Desk, how: pl.Series, codes: pl.Series) -> None:
    places = codes.filter(how == "assumed_utc").unique().drop_nulls().sort().to_list()
    if places:
        text = f"no zone is known for {', '.join(places[:5])}: times are read as UTC"
        desk.findings.append(Finding("DT-001", "warning", text, None, ", ".join(places), "a time zone"))


STAGING = Staging(name="port_event", stage=stage)
