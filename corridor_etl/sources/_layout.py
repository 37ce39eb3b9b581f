"""Which column of a record stands where in a message, as data, and how that is carried out over columns of segments.

A layout is a list of :class:`Field`; which fields a message has is for the module of that message. Messages with one
container group per EQD can all be read this way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor_etl.sources._edifact_envelope import Messages
from corridor_etl.sources._edifact_text import column
from corridor_etl.sources._edifact_tokens import Codes, Indices, Spans, Tokens, packed

Level = Literal["header", "group"]
Place = tuple[int, int]
"""Element and component, both as the directories count them: element 1 follows the tag, component 0 is the first."""


_EQD, _CNT = np.uint64(packed("EQD")), np.uint64(packed("CNT"))


@dataclass(frozen=True)
class Field:
    """Columns taken from the first segment of a message's header, or of a container group, that fits.

    A segment fits where its first component is one of ``qualifiers`` (if any are named), the code at ``where`` is one
    of ``codes``, and the first of ``columns`` is filled in (unless ``is_always``).
    """

    level: Level
    tag: str
    columns: Mapping[str, Place]
    qualifiers: tuple[str, ...] = ()
    where: Place | None = None
    codes: tuple[str, ...] = ()
    is_always: bool = False


@dataclass(frozen=True)
class ListField:
    """One column: a component of every segment of that tag in a container group, separated by one blank."""

    tag: str
    column: str
    place: Place


@dataclass(frozen=True)
class Cells:
    """One column before it is text: the segment of each row (-1 for none) and the span in it."""

    segments: Indices
    spans: Spans

    @property
    def is_filled(self) -> NDArray[np.bool_]:
        """Rows that have a value."""
        return self.spans.length > 0

    def of(self, rows: Indices) -> Cells:
        """The cells of other rows, each named by its row here."""
        return Cells(self.segments[rows], self.spans.take(rows))

    def or_else(self, other: Cells, when: NDArray[np.bool_] | None = None) -> Cells:
        """These cells, and ``other`` where they are empty (and ``when`` is true)."""
        take = ~self.is_filled if when is None else ~self.is_filled & when
        if not take.any():
            return self
        spans = Spans(
            np.where(take, other.spans.start, self.spans.start),
            np.where(take, other.spans.length, self.spans.length),
        )
        return Cells(np.where(take, other.segments, self.segments), spans)

    def only(self, keep: NDArray[np.bool_]) -> Cells:
        """These cells, emptied where ``keep`` is false."""
        return Cells(self.segments, Spans(self.spans.start, np.where(keep, self.spans.length, 0)))

    @staticmethod
    def none(rows: int) -> Cells:
        """No value in any row."""
        return Cells(np.full(rows, -1, dtype=np.int64), Spans.none(rows))


@dataclass(frozen=True)
class _Tagged:
    """All segments of one tag inside messages: where they stand, and their owner at either level (-1 for none)."""

    tokens: Tokens
    at: Indices
    owners: dict[Level, Indices]
    _codes: dict[Place, Codes] = field(default_factory=dict)

    def codes(self, place: Place) -> Codes:
        """The code at one place of each segment."""
        if place not in self._codes:
            self._codes[place] = self.tokens.codes(self.at, self.tokens.value(self.at, *place))
        return self._codes[place]


class Groups:
    """The container groups of one piece: ``rows`` are the EQD segments, ``messages`` their message.

    ``others`` are EQD segments of other equipment. ``ends`` bounds the segments of each group.
    """

    def __init__(self, tokens: Tokens, found: Messages) -> None:
        self.tokens = tokens
        self.found = found
        self._tagged: dict[str, _Tagged] = {}
        equipment = np.flatnonzero(tokens.tags == np.uint64(packed("EQD")))
        qualifiers = tokens.codes(equipment, tokens.value(equipment, 1))
        is_container = qualifiers == np.uint64(packed("CN"))
        is_inside = found.of_segment[equipment] >= 0
        self.strays = equipment[is_container & ~is_inside]
        self._equipment = equipment[is_inside]
        self.rows = equipment[is_container & is_inside]
        self.others = equipment[~is_container & is_inside]
        self.messages = found.of_segment[self.rows]
        self._header_of, self._group_of = self._owners_of_all(is_container[is_inside])

    def fields(self, wanted: Field) -> dict[str, Cells]:
        """The columns of one field: a row for each message (header) or container group."""
        tagged = self._of_tag(wanted.tag)
        owners = tagged.owners[wanted.level]
        fits = owners >= 0
        if wanted.qualifiers:
            fits &= _is_one_of(tagged.codes((1, 0)), wanted.qualifiers)
        if wanted.where is not None:
            fits &= _is_one_of(tagged.codes(wanted.where), wanted.codes)
        if fits.all():
            return self._first(wanted, tagged.at, owners)
        chosen = np.flatnonzero(fits)
        return self._first(wanted, tagged.at[chosen], owners[chosen])

    def _first(self, wanted: Field, at: Indices, owners: Indices) -> dict[str, Cells]:
        places = list(wanted.columns.items())
        size = len(self.rows) if wanted.level == "group" else len(self.found.heads)
        if not len(at):
            return {name: Cells.none(size) for name, _ in places}
        spans = self.tokens.value(at, *places[0][1])
        if not wanted.is_always and not (filled := spans.length > 0).all():
            at, owners = at[filled], owners[filled]
            spans = Spans(spans.start[filled], spans.length[filled])
        is_first = np.ones(len(owners), dtype=bool)
        is_first[1:] = owners[1:] != owners[:-1]
        if not is_first.all():
            at, owners = at[is_first], owners[is_first]
            spans = Spans(spans.start[is_first], spans.length[is_first])
        cells = {places[0][0]: _placed(size, owners, at, spans)}
        for name, place in places[1:]:
            cells[name] = _placed(size, owners, at, self.tokens.value(at, *place))
        return cells

    def listed(self, wanted: ListField) -> pl.Series:
        """The values of every such segment in each container group, in the order of the message."""
        tagged = self._of_tag(wanted.tag)
        chosen = np.flatnonzero(tagged.owners["group"] >= 0)
        at, owners = tagged.at[chosen], tagged.owners["group"][chosen]
        spans = self.tokens.value(at, *wanted.place)
        if len(owners) == 0 or (owners[1:] != owners[:-1]).all():
            cells = _placed(len(self.rows), owners, at, spans)
            return column(self.tokens, cells.segments, cells.spans, wanted.column)
        texts = pl.DataFrame({"owner": owners, "text": column(self.tokens, at, spans)}).drop_nulls()
        joined = texts.group_by("owner", maintain_order=True).agg(pl.col("text").str.join(" "))
        every = pl.DataFrame({"owner": np.arange(len(self.rows))})
        return every.join(joined, on="owner", how="left", maintain_order="left")["text"].alias(wanted.column)

    def ends(self) -> Indices:
        """Behind the last segment of each group; a CNT ends it, because it is about the message."""
        tags, found = self.tokens.tags, self.found
        is_end = (tags == _EQD) | (tags == _CNT) | (found.of_segment < 0)
        is_end[found.heads] = True
        bounds = np.append(np.flatnonzero(is_end), len(tags))
        return bounds[np.searchsorted(bounds, self.rows, side="right")]

    def scattered(self, ends: Indices) -> Indices:
        """Groups that do not stand in the buffer as one: blanks between their segments, or more behind a CNT."""
        tokens, of = self.tokens, self.found.of_segment
        gaps = np.append(0, np.cumsum(tokens.starts[1:] != tokens.ends[:-1] + 1))
        behind = np.minimum(ends + 1, len(tokens) - 1)
        goes_on = (tokens.tags[behind - 1] == _CNT) & (of[behind] == self.messages) & (behind > ends)
        goes_on &= ~np.isin(tokens.tags[behind], (_EQD, _CNT))
        return np.flatnonzero(goes_on | (gaps[ends - 1] != gaps[self.rows]))

    def joined(self, row: int) -> str:
        """All segments of one group."""
        tokens, first = self.tokens, int(self.rows[row])
        texts = [tokens.segment(first)]
        for i in range(first + 1, len(tokens)):
            if tokens.tags[i] == _EQD or self.found.of_segment[i] != self.messages[row]:
                break
            if tokens.tags[i] != _CNT:
                texts.append(tokens.segment(i))
        return "".join(texts)

    def of_places(self, at: Indices) -> tuple[Indices, Indices]:
        """Messages whose header, and rows whose group, hold these places of the buffer."""
        segments = np.unique(np.searchsorted(self.tokens.ends, at))
        segments = segments[segments < len(self.tokens)]
        segments = segments[self.found.of_segment[segments] >= 0]
        owners = self._owners(segments)
        return tuple(np.unique(o[o >= 0]) for o in (owners["header"], owners["group"]))  # type: ignore[return-value]

    def _owners_of_all(self, is_container: NDArray[np.bool_]) -> tuple[Indices, Indices]:
        """For every segment the message whose header it is in, and the row whose group it is in; -1 for neither."""
        size, found = len(self.tokens), self.found
        lengths = np.diff(self._equipment, prepend=0, append=size)
        row_of = np.full(len(self._equipment) + 1, -1, dtype=np.int64)
        row_of[1:][is_container] = np.arange(len(self.rows))
        last = np.repeat(np.append(-1, self._equipment), lengths)
        head = np.append(found.heads, 0)[found.of_segment]
        is_inside = found.of_segment >= 0
        is_header = is_inside & (last < head)
        group = np.where(is_inside & ~is_header, np.repeat(row_of, lengths), -1)
        return np.where(is_header, found.of_segment, -1), group

    def _of_tag(self, tag: str) -> _Tagged:
        if tag not in self._tagged:
            tokens, found = self.tokens, self.found
            at = np.flatnonzero(tokens.tags == np.uint64(packed(tag)))
            at = at[found.of_segment[at] >= 0]
            owners = self._owners(at)
            self._tagged[tag] = _Tagged(tokens, at, owners)
        return self._tagged[tag]

    def _owners(self, at: Indices) -> dict[Level, Indices]:
        """The message whose header, and the group, each segment belongs to."""
        return {"header": self._header_of[at], "group": self._group_of[at]}


def _placed(size: int, owners: Indices, at: Indices, spans: Spans) -> Cells:
    if len(owners) == size:
        return Cells(at, spans)
    cells = Cells.none(size)
    cells.segments[owners] = at
    cells.spans.start[owners] = spans.start
    cells.spans.length[owners] = spans.length
    return cells


def _is_one_of(codes: Codes, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    fits = codes == np.uint64(packed(wanted[0]))
    for code in wanted[1:]:
        fits |= codes == np.uint64(packed(code))
    return fits
