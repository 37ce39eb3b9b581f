"""How a rule is put in words: the sentence of its class with columns, members and numbers in their places.

``{first}``, ``{second}``, ``{third}``, ``{others}`` (all but the first) and ``{columns}`` are columns; every threshold
has the place of its name. The outcome is a template of Great Expectations, so that pages can set the values apart.
"""

from __future__ import annotations

from datetime import datetime
from string import Template
from typing import Any

_PLACES = {
    "columns": slice(None),
    "first": slice(0, 1),
    "second": slice(1, 2),
    "third": slice(2, 3),
    "others": slice(1, None),
}
_ALL_OF = {"columns", "others", "bases", "regimes", "free_modes"}
_OF_THE_RUN = {
    "latest_at_utc": "the time of the check plus the permitted days",
    "rate_max_age_days": "the permitted number of",
    "invoice_tolerance_share": "the permitted share",
    "charges_max_share": "the permitted share",
    "train_gross_max_t": "the permitted number of",
    "train_wagons_max": "the permitted number of",
    "owner_prefixes": "the prefixes of the operator's list",
}


def worded(sentence: str, kwargs: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The sentence as a ``$``-template, and the values that fill it."""
    columns = kwargs.get("column_list") or []
    given = {name: columns[place] for name, place in _PLACES.items()}
    given |= {name: value for name, value in kwargs.items() if name != "column_list"}
    params: dict[str, str] = {}
    places = {name: _place(name, value, params) for name, value in given.items()}
    return sentence.format(**places), params


def plain(template: str, params: dict[str, str]) -> str:
    """The template with its values, as text."""
    return Template(template).substitute(params)


def _place(name: str, value: Any, params: dict[str, str]) -> str:
    if isinstance(value, dict):
        parameter = str(value.get("$PARAMETER", ""))
        return _OF_THE_RUN.get(parameter, f"the run's {parameter.replace('_', ' ')}")
    members = value if isinstance(value, list | tuple) else [value]
    keys = [f"{name}_{i}" for i in range(len(members))]
    params |= {key: _shown(name, member) for key, member in zip(keys, members, strict=True)}
    places = [f"${{{key}}}" for key in keys]
    last = " and " if name in _ALL_OF else " or "
    return last.join([", ".join(places[:-1]), places[-1]]) if len(places) > 1 else "".join(places)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value * 100:.10g} %" if name.endswith("share") else f"{value:,.14g}"
    return _moment(value) if name.endswith("_at_utc") else str(value)


def _moment(value: Any) -> str:
    try:
        return datetime.fromisoformat(str(value)).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return str(value)
