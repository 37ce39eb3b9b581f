"""Documents of Great Expectations as HTML that loads nothing: our templates and style instead of the stock ones.

The stock templates fetch style, scripts, fonts and a logo from public servers, and print what they are given without
escaping it. Here everything is escaped, and a document that is unknown to the templates is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from corridor_etl.settings import checkout

LOOKS = ("mark", "note", "critical", "warning", "info")
_PLACE = re.compile(r"\$\$|\$\{(?P<braced>\w+)\}|\$(?P<plain>\w+)")
_OWN_LINK = re.compile(r"(?:\.\./)*[A-Za-z0-9_#][A-Za-z0-9_./#-]*")
_CONTROLS = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f]")
# Marks that turn the direction of the text after them, also beyond the cell they came in.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class OfflinePageView(DefaultJinjaPageView):
    """Renders any document (suite, results, index) with ``templates/validation``."""

    _template: ClassVar[str] = "page.html"

    def __init__(self, custom_styles_directory: Any = None, custom_views_directory: Any = None) -> None:
        super().__init__()
        self.env = Environment(
            loader=FileSystemLoader(checkout() / "templates" / "validation"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.env.filters["words"] = self.render_string_template
        self.env.filters["inert"] = inert

    def render_string_template(self, template: Mapping[str, Any]) -> Markup:
        """A string template with its parameters, everything escaped; parameters with a style are set apart."""
        styling = template.get("styling") or {}
        params = template.get("params") or {}
        text, parts, end = str(template.get("template", "")), [], 0
        for place in _PLACE.finditer(text):
            name = place["braced"] or place["plain"]
            parts += [_lines(text[end : place.start()]), _filled(place[0], name, params, styling)]
            end = place.end()
        return Markup("").join([*parts, _lines(text[end:])])


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(inert(line)) for line in text.split("\n"))


def _filled(place: str, name: str | None, params: Mapping[str, Any], styling: Mapping[str, Any]) -> Markup:
    if name is None or name not in params:
        return escape("$" if place == "$$" else place)
    value = escape(inert(params[name]))
    style = (styling.get("params") or {}).get(name) or styling.get("default")
    if not style:
        return value
    if style.get("tag") == "a":
        return _link(str((style.get("attributes") or {}).get("href", "")), value)
    looks = [name for name in style.get("classes", []) if name in LOOKS]
    if looks:
        return Markup('<span class="{}">{}</span>').format(" ".join(looks), value)
    return Markup("<code>{}</code>").format(value)


def _link(target: str, words: Markup) -> Markup:
    """A link within the site; the words alone where the target is anything else."""
    return Markup('<a href="{}">{}</a>').format(target, words) if _OWN_LINK.fullmatch(target) else words


def inert(value: Any) -> str:
    """A value as text without control characters; marks that turn the direction are shown by their number."""
    text = _CONTROLS.sub("\ufffd", str(value))
    return _TURNS.sub(lambda mark: f"[U+{ord(mark[0]):04X}]", text)
