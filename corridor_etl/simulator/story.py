"""The parameters of the story: which trains run, how long each part of the way takes, what a train is worth.

One table per service and direction. The Almaty service follows what its operator made public: the first train on
2025-02-28 at 17:11 with twenty boxes of ceramics for about seven million CNY, just over three hundred boxes and
about 280 million CNY by the end of June. All other parameters are estimates that look like a corridor of this kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from corridor_etl.simulator.goods import EAST_ALMATY, EAST_EUROPE, WEST_ALMATY, WEST_EUROPE, Mix

STORY_STARTS = "2025-W09"
LOOKAHEAD_WEEKS = 4  # gate-ins, bookings and declarations come before their train

Hours = tuple[float, float]


@dataclass(frozen=True)
class Route:
    """One service in one direction. Hours are (least, most); ``train_numbers`` is the first number, then every other.

    ``consists`` gives per story week the (forty-foot boxes, wagons with two twenty-foot boxes) of each train, and
    ``departs`` the weekdays (0 is Monday) and local times of the timetable in turn.
    """

    service_id: str
    direction: str
    train_numbers: int
    departs: tuple[tuple[int, int, int], ...]
    mix: Mix
    gate_before: Hours
    to_border: Hours
    border: Hours
    border_congested: Hours
    congested_every: int
    from_border: Hours
    delivery: Hours
    currencies: tuple[tuple[str, int], ...]
    empty_pct: int
    booked_before_days: tuple[int, int]
    feeder: bool
    cny_per_forty_foot: Decimal | None


ALMATY_WEST = Route(
    "YIN-ALA", "W", 9001, ((4, 17, 0), (4, 17, 0), (5, 9, 30), (4, 20, 15)), WEST_ALMATY,
    gate_before=(93, 110), to_border=(2.4, 4.5), border=(10, 18), border_congested=(20, 40), congested_every=6,
    from_border=(8, 12), delivery=(5, 17), currencies=(("USD", 7), ("CNY", 3)), empty_pct=0,
    booked_before_days=(11, 19), feeder=True, cny_per_forty_foot=Decimal("1026300"),
)  # fmt: skip
ALMATY_EAST = Route(
    "YIN-ALA", "E", 9002, ((1, 14, 30), (2, 10, 0)), EAST_ALMATY,
    gate_before=(20, 70), to_border=(8, 12), border=(10, 19), border_congested=(22, 38), congested_every=7,
    from_border=(2.4, 4.5), delivery=(92, 118), currencies=(("USD", 8), ("KZT", 2)), empty_pct=15,
    booked_before_days=(7, 14), feeder=True, cny_per_forty_foot=None,
)  # fmt: skip
EUROPE_WEST = Route(
    "YIU-EU", "W", 8001, ((2, 11, 0), (3, 15, 40)), WEST_EUROPE,
    gate_before=(16, 80), to_border=(110, 135), border=(30, 62), border_congested=(62, 90), congested_every=3,
    from_border=(205, 262), delivery=(14, 46), currencies=(("CNY", 5), ("USD", 4), ("EUR", 2)), empty_pct=0,
    booked_before_days=(9, 18), feeder=False, cny_per_forty_foot=None,
)  # fmt: skip
EUROPE_EAST = Route(
    "YIU-EU", "E", 8002, ((5, 6, 20),), EAST_EUROPE,
    gate_before=(16, 60), to_border=(205, 262), border=(30, 60), border_congested=(60, 88), congested_every=4,
    from_border=(110, 135), delivery=(10, 40), currencies=(("EUR", 1),), empty_pct=12,
    booked_before_days=(8, 15), feeder=False, cny_per_forty_foot=None,
)  # fmt: skip
ROUTES = (ALMATY_WEST, ALMATY_EAST, EUROPE_WEST, EUROPE_EAST)

# Forties and double-twenty wagons of the Almaty trains of the first 18 weeks: 306 boxes on 14 trains.
_FIRST_WEEKS: dict[int, tuple[int, int]] = {
    0: (20, 0), 2: (18, 2), 4: (16, 4), 5: (20, 0), 7: (18, 2), 8: (16, 4), 10: (22, 0), 11: (20, 2), 12: (20, 0),
    13: (20, 2), 14: (18, 2), 15: (18, 1), 16: (20, 1), 17: (20, 0),
}  # fmt: skip
FIRST_TRAIN_AT = (17, 11)
FIRST_TRAIN_CNY = Decimal("7000000")
AFTER_MIDNIGHT_WEEK = (
    7  # planned on Sunday 23:10, left Monday 02:30: the week of the train is not that of its list
)
PER_USD = {"USD": Decimal(1), "CNY": Decimal("7.23"), "EUR": Decimal("0.90"), "KZT": Decimal(512)}

LATE_MINUTES = (((-12, 45), 55), ((46, 115), 25), ((125, 420), 20))  # range, weight
LEFT_BEHIND_PCT = 3  # boxes that wait at the border for the next shunt
LEFT_BEHIND_HOURS = (14.0, 26.0)
STUFFED_BEFORE_HOURS = (6.0, 24.0)  # before the gate
FEEDER_ARRIVES_BEFORE_HOURS = (8.0, 14.0)  # at the train's origin, before the train
FEEDER_LEAVES_AFTER_HOURS = (5.0, 9.0)  # the train's destination, after the train
FEEDER_TAKES_HOURS = (62.0, 76.0)
EMPTY_AFTER_HOURS = (4.0, 16.0)  # handed back, after the last gate
# when a train leaves the near side and comes to the far one, in per cent of its time at the border
BORDER_SIDES_PCT = {"before_lift": (25, 33), "after_lift": (82, 90)}
UNREPORTED_PCT = 5  # of what happens to a box between its milestones
UNDECLARED_PCT = 3  # lots in transit, which no declaration names
SHARED_BOX_PCT = 18  # single boxes that hold two traders' goods under two declarations
SECOND_ITEM_PCT = 30
EARLY_DECLARED_PCT = 25  # exports declared in the week before the train
RESENT_PCT = 50  # declarations released in a later week that are sent when declared and again when released


def consists(route: Route, week: int) -> tuple[tuple[int, int], ...]:
    """The trains of a story week (0 is 2025-W09): (forties, double-twenty wagons) of each."""
    if route.service_id == "YIU-EU":
        return _europe(route.direction, week)
    if route.direction == "E":
        return ((10 + (week * 5) % 7, week % 3),) if week >= 3 and (week % 2 == 1 or week > 12) else ()
    if week < 18:
        return (_FIRST_WEEKS[week],) if week in _FIRST_WEEKS else ()
    return _growing(week)


def _europe(direction: str, week: int) -> tuple[tuple[int, int], ...]:
    if direction == "W":
        return ((30 + (week * 7) % 12, 0),)
    return ((20 + (week * 3) % 8, 0),) if week % 2 == 1 else ()


def _growing(week: int) -> tuple[tuple[int, int], ...]:
    """After the first summer: a second train ever more often, fewer around the Spring Festival."""
    season = (week + 8) % 52  # weeks since New Year
    one = (18 + (week * 3) % 5, week % 3)
    is_quiet = 4 <= season <= 7
    has_second = not is_quiet and week * 100 // 104 > (week * 37) % 100
    return (one, (16 + week % 4, 2)) if has_second else (one,)
