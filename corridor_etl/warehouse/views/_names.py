"""English names of the codes in facts and marts, for people who read a chart."""

from __future__ import annotations

DIRECTIONS = {"W": "westbound", "E": "eastbound"}
FLOWS = {
    "EXPORT_DOMESTIC": "export of Chinese goods",
    "RE_EXPORT": "re-export of foreign goods",
    "IMPORT": "import of foreign goods",
    "RE_IMPORT": "re-import of Chinese goods",
    "TRANSIT": "transit through the country",
    "DOMESTIC": "within one country",
    "EMPTY": "empty container",
    "UNDECLARED": "no declaration found",
}
EMPTY_KINDS = {"EMPTY_RETURN": "return of an empty box", "EMPTY_POSITIONING": "empty box for new cargo"}
FULL_EMPTY = {"F": "laden", "E": "empty", "?": "unknown"}
MEASURES = {
    "door_to_door": "door to door",
    "border": "at the border, delivered or not",
    "leg_origin": "from the door of origin to the train",
    "leg_to_border": "from departure to the border",
    "leg_border": "at the border, delivered trips",
    "leg_from_border": "from the border to the destination",
    "leg_delivery": "from the destination to the door",
}
