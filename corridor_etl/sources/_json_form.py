"""JSON declarations read by the same tables of paths as XML: an object becomes an element, a key its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridor_etl.sources._json import text_of
from corridor_etl.sources._xml import Node


def element(name: str, value: Any) -> list[Node]:
    """A JSON value as elements called ``name``: one for an object or a scalar, one each for the members of an array."""
    if isinstance(value, list):
        return [node for member in value for node in element(name, member)]
    node = Node(name, {}, 0, 0)
    if isinstance(value, Mapping):
        node.children = [child for key, inner in value.items() for child in element(key, inner)]
    elif (text := text_of(value)) is not None:
        node.parts.append(text)
    return [node]


def root(objects: Sequence[Mapping[str, Any]], line_no: int) -> Node:
    """Objects around a record, outermost first, as one element; what stands beside the way to it is left out."""
    node = Node("root", {}, line_no, 0)
    inner = [*objects[1:], None]
    for one, following in zip(objects, inner, strict=True):
        for key, value in one.items():
            if following is None or not _holds(value, following):
                node.children += element(key, value)
    return node


def _holds(value: Any, wanted: Any) -> bool:
    return value is wanted or (isinstance(value, list) and any(member is wanted for member in value))
