"""A message as the groups its segments form: declared as levels, grown segment by segment.

Which levels a message has is for its format; what the segments of a group mean is for ``_message_cells``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from corridor_etl.sources._edifact import Segment

MESSAGE = "message"


@dataclass(frozen=True)
class Trigger:
    """Which segment begins a group: its tag and, where it has any, the first component of its first element.

    ``is_numbered`` asks for any value there, ``after`` for a segment (tag, first value) earlier in the message.
    """

    tag: str
    qualifiers: tuple[str, ...] = ()
    is_numbered: bool = False
    after: tuple[str, str] | None = None

    def fits(self, tag: str, first: str, passed: set[tuple[str, str]]) -> bool:
        """Whether a segment begins the group, given the (tag, first value) pairs that went before it."""
        if tag != self.tag or (self.qualifiers and first not in self.qualifiers):
            return False
        return bool(first or not self.is_numbered) and (self.after is None or self.after in passed)


@dataclass(frozen=True)
class Level:
    """A kind of group: ``depth`` 1 lies directly in the message; a group closes all that are as deep or deeper."""

    name: str
    depth: int
    triggers: tuple[Trigger, ...]


@dataclass
class Node:
    """One group: its own segments, and the groups in it."""

    level: str
    depth: int
    parent: Node | None = None
    segments: list[Segment] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    anchor: Segment | None = None

    @property
    def head(self) -> Segment:
        """The segment that makes the group one: the first, unless its ``anchor`` stands further down."""
        return self.anchor or self.segments[0]

    @cached_property
    def by_tag(self) -> dict[str, list[Segment]]:
        """The group's own segments by tag, once it is whole."""
        found: dict[str, list[Segment]] = {}
        for segment in self.segments:
            found.setdefault(segment.tag, []).append(segment)
        return found

    @property
    def text(self) -> str:
        """The group's own segments as received."""
        return "".join(segment.text for segment in self.segments)

    def above(self, level: str) -> Node | None:
        """The group itself or the nearest one around it that is of a level."""
        node: Node | None = self
        while node is not None and node.level != level:
            node = node.parent
        return node

    def walk(self) -> Iterator[Node]:
        """The group and all in it, in the order of the message."""
        yield self
        for child in self.children:
            yield from child.walk()


def grown(header: Segment, body: Sequence[Segment], levels: Sequence[Level]) -> Node:
    """The message as a tree; its root holds UNH and what belongs to no group."""
    root = Node(MESSAGE, 0, None, [header])
    current, passed = root, set[tuple[str, str]]()
    for segment in body:
        first = segment.value(1)
        level = next((g for g in levels if any(t.fits(segment.tag, first, passed) for t in g.triggers)), None)
        passed.add((segment.tag, first))
        if level is not None:
            current = _opened(current, level)
        current.segments.append(segment)
    return root


def _opened(current: Node, level: Level) -> Node:
    parent = current
    while parent.depth >= level.depth and parent.parent is not None:
        parent = parent.parent
    node = Node(level.name, level.depth, parent)
    parent.children.append(node)
    return node
