"""Expectations about codes of customs lists: China's, the Eurasian union's, and those all administrations share."""

from __future__ import annotations

from corridor_etl.quality.checks import customs
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(customs.in_customs_list)
class ExpectCustomsCode(RowExpectation):
    """Codes belong to one of China's customs lists."""

    map_metric = "code.customs_list"
    sentence = "Where {first} is CN, {others}, if filled, must be in China's customs list {customs_list}."
    customs_list: str


@judged_by(customs.in_union_list)
class ExpectUnionCode(RowExpectation):
    """Codes belong to one of the Eurasian union's lists."""

    map_metric = "code.union_list"
    sentence = "Where {first} is EAEU, {others}, if filled, must be in the union's list {union_list}."
    union_list: str


@judged_by(customs.are_union_unit_codes)
class ExpectUnionUnitShape(RowExpectation):
    """Units of the Eurasian union have three digits."""

    map_metric = "code.union_unit_shape"
    sentence = "Where {first} is EAEU, {others}, if filled, must be three digits."


@judged_by(customs.are_known_union_units)
class ExpectUnionUnitKnown(RowExpectation):
    """Units of the Eurasian union are ones its declarations use."""

    map_metric = "code.union_unit_known"
    sentence = "Where {first} is EAEU, {others}, if three digits, should be units that declarations use."


@judged_by(customs.is_delivery_term)
class ExpectDeliveryTerm(RowExpectation):
    """Delivery terms are those of Incoterms."""

    map_metric = "code.delivery_term"
    sentence = "{first}, where filled, must be {terms}."
    terms: list[str]


@judged_by(customs.is_current_term)
class ExpectCurrentTerm(RowExpectation):
    """Delivery terms are those of the edition in force."""

    map_metric = "code.current_term"
    sentence = "{first} should be of the edition in force, not {older_terms}."
    older_terms: list[str]


@judged_by(customs.is_corridor_mode)
class ExpectCorridorMode(RowExpectation):
    """What goes by train or in a container declares a mode of the corridor."""

    map_metric = "code.corridor_mode"
    sentence = (
        "{first} of a {regime} declaration should be {rail_modes} with a train, and with containers alone also"
        " {port_modes}."
    )
    regime: str
    rail_modes: list[str]
    port_modes: list[str]
