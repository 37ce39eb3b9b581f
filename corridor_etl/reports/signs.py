"""Words by which the checks know what a headline, verdict or title says, in each language.

Each is part of the messages that say it and of no other; a test holds the translations to that.
"""

from __future__ import annotations

from corridor_etl.reports.language import NP_, tr_in

_SIGNS = {
    "above": NP_("sign", "above"),
    "below": NP_("sign", "below"),
    "slowed": NP_("sign", "slowed"),
    "sped up": NP_("sign", "sped up"),
    "target": NP_("sign", "target"),
    "missed": NP_("sign", "missed"),
    "over target": NP_("sign", "Door-to-door time is over"),
}
NAMES = tuple(_SIGNS)


def sign(name: str) -> str:
    """The word for one of :data:`NAMES` in the language spoken."""
    return tr_in("sign", _SIGNS[name])
