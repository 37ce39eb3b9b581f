"""The envelope of an interchange over columns of segments, piece by piece: the same findings as ``_interchange``.

Messages that add up are checked all at once; only what does not is looked at one by one. A message or interchange
that another one cuts short is refused with its reason, and everything else of the file is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor_etl.sources._edifact_survey import Survey
from corridor_etl.sources._edifact_text import column
from corridor_etl.sources._edifact_tokens import Codes, Indices, Tokens, packed
from corridor_etl.sources._interchange import cut_off, same_number
from corridor_etl.sources._source import Finding

UNB, UNZ, UNH, UNT = (np.uint64(packed(tag)) for tag in ("UNB", "UNZ", "UNH", "UNT"))
_GROUPS = tuple(np.uint64(packed(tag)) for tag in ("UNG", "UNE"))
_SENT = ((4, 0), (4, 1), (2, 0), (3, 0), (5, 0))
"""Element and component of what the UNB says of all its messages."""

_SERVICE = (UNB, UNZ, UNH, UNT, *_GROUPS)

NOT_CLOSED = "NOT_CLOSED"
"""The rule of rows in a message or interchange that another one cuts short."""


_MOST_STRAYS = 100


@dataclass(frozen=True)
class Messages:
    """The messages of one piece: segment of each UNH, end of each body, and the message of every body segment.

    ``of_segment`` is -1 outside a message, ``strays`` are the segments there that are no part of the envelope.
    ``refused`` says of which messages no row may load: what was seen and what was expected. ``sent`` holds date,
    time, sender, recipient and reference of the UNB of each message. ``is_open``: the last message goes on in the next
    piece.
    """

    heads: Indices
    ends: Indices
    of_segment: Indices
    strays: Indices
    refused: dict[int, tuple[str, str]]
    sent: tuple[pl.Series, ...]
    is_open: bool


class ColumnEnvelope:
    """Goes through the pieces of one file; :meth:`take_findings` gives what did not add up since it was asked last."""

    def __init__(self, found: Survey) -> None:
        self._found = found
        self._findings: list[tuple[int, Finding]] = []
        self._read = 0  # segments of the file before this piece
        self._replayed = 0
        self._interchange: str | None = None
        self._sent = [""] * len(_SENT)
        self._message: str | None = None
        self._head = 0  # number of the UNH of the open message
        self._groups_inside = 0
        self._in_interchange = self._interchanges = self._messages = self._strays = 0
        self._references: set[tuple[str, str]] = set()
        self._steps = {
            int(UNB): self._open, int(UNZ): self._close, int(UNH): self._begin, int(UNT): self._end,
            **{int(group): self._pass_over for group in _GROUPS},
        }  # fmt: skip

    def numbers(self, rows: Indices) -> Indices:
        """Numbers in the file, from 1, of segments of the piece taken last."""
        return rows + (self._read - self._replayed + 1)

    def take(self, tokens: Tokens, replayed: int) -> Messages:
        """The messages of the next piece, whose first ``replayed`` segments are the head of the open message again."""
        self._tokens, self._replayed = tokens, replayed
        at = np.flatnonzero(np.isin(tokens.tags, _SERVICE))
        kinds = tokens.tags[at]
        messages = self._table(at, kinds, replayed)
        self._walk(at, kinds, 1 if replayed else 0)
        self._note_strays(messages.strays)
        self._findings.sort(key=lambda found: found[0])
        return replace(messages, is_open=self._message is not None)

    def passed(self) -> None:
        """The piece taken last is done with."""
        self._read += len(self._tokens) - self._replayed

    def take_findings(self) -> list[Finding]:
        """What did not add up since this was called last, in the order of the file."""
        found, self._findings = [finding for _, finding in self._findings], []
        return found

    def finish(self) -> None:
        """``FileRejected`` TRUNCATED where the file ends within a message or an interchange."""
        if not self._read:
            raise cut_off("the service string", "UNB", "the end of the file")
        if self._message is not None:
            raise cut_off(f"message {self._message}", "UNT", "the end of the file")
        if self._interchange is not None:
            raise cut_off(f"interchange {self._interchange}", "UNZ", "the end of the file")
        if self._strays > _MOST_STRAYS:
            text = f"{self._strays - _MOST_STRAYS} more segments stand outside a message"
            self._findings.append((0, Finding("ST-001", "warning", text)))

    def _table(self, at: Indices, kinds: Codes, replayed: int) -> Messages:
        size = len(self._tokens)
        is_bound = ~np.isin(kinds, _GROUPS)
        bounds, bound_kinds = at[is_bound], kinds[is_bound]
        is_head = bound_kinds == UNH
        heads = bounds[is_head]
        ends = np.append(bounds, size)[1:][is_head]
        steps = np.zeros(size + 1, dtype=np.int64)
        steps[heads] += 1
        np.subtract.at(steps, ends, 1)
        is_inside = np.cumsum(steps[:-1]) > 0
        order = np.zeros(size, dtype=np.int64)
        order[heads] = 1
        of_segment = np.where(is_inside, np.cumsum(order) - 1, -1)
        is_stray = ~is_inside
        is_stray[at] = False
        of_segment[at[~is_bound]] = -1
        interchange = np.cumsum(bound_kinds == UNB)[is_head]
        refused = self._refusals(interchange, self._messages - (1 if replayed else 0))
        sent = self._sent_by(bounds[bound_kinds == UNB], interchange)
        return Messages(heads, ends, of_segment, np.flatnonzero(is_stray), refused, sent, is_open=False)

    def _refusals(self, interchange: Indices, first: int) -> dict[int, tuple[str, str]]:
        found = self._found
        if not (found.open_messages or found.open_interchanges):
            return {}
        refused = {}
        for i, ordinal in enumerate(interchange):
            if first + i in found.open_messages:
                refused[i] = ("a message without UNT", "UNT before the next message")
            elif self._interchanges + int(ordinal) - 1 in found.open_interchanges:
                refused[i] = ("an interchange without UNZ", "UNZ before the next interchange")
        return refused

    def _sent_by(self, opened: Indices, interchange: Indices) -> tuple[pl.Series, ...]:
        tokens, texts = self._tokens, []
        for i, place in enumerate(_SENT):
            here = column(tokens, opened, tokens.value(opened, *place))
            texts.append(pl.concat([pl.Series([self._sent[i]], dtype=pl.String), here]))
        self._sent = [text[-1] or "" for text in texts]
        return tuple(text.gather(interchange) for text in texts)

    def _walk(self, at: Indices, kinds: Codes, first: int) -> None:
        """Takes every segment of the envelope; those of messages that add up all at once."""
        odd = np.flatnonzero(~self._add_up(at, kinds, first))
        for k in odd[odd >= first]:
            self._take_whole(at[first:k:2])
            self._steps[int(kinds[k])](int(at[k]))
            first = int(k) + 1
        self._take_whole(at[first::2])

    def _add_up(self, at: Indices, kinds: Codes, first: int) -> NDArray[np.bool_]:
        """Which segments of the envelope are a UNH or UNT whose count and reference are right."""
        is_right = np.zeros(len(at), dtype=bool)
        k = np.flatnonzero((kinds[:-1] == UNH) & (kinds[1:] == UNT))
        k = k[k >= first]
        if len(k):
            heads, ends, tokens = at[k], at[k + 1], self._tokens
            stated = column(tokens, ends, tokens.value(ends, 1)).str.strip_chars_start("0")
            counted = pl.Series(ends - heads + 1).cast(pl.String)
            named = column(tokens, ends, tokens.value(ends, 2))
            good = (stated == counted) & (named == column(tokens, heads, tokens.value(heads, 1)))
            k = k[good.fill_null(False).to_numpy()]
            is_right[k] = is_right[k + 1] = True
        return is_right

    def _take_whole(self, heads: Indices) -> None:
        if not len(heads):
            return
        self._leave_message(int(heads[0]), "UNH")
        if self._interchange is None:
            for head in heads:
                self._note_outside(int(head))
        self._in_interchange += len(heads)
        self._messages += len(heads)

    def _open(self, i: int) -> None:
        self._leave_message(i, "UNB")
        if self._interchange is not None:
            what = f"interchange {self._interchange}"
            self._refuse(i, self._interchanges - 1 in self._found.open_interchanges, what, "UNZ", "UNB")
        self._interchange, self._in_interchange = self._value(i, 5), 0
        self._interchanges += 1
        key = (self._value(i, 2), self._interchange)
        if key in self._references and self._interchange:
            self._findings.append((i, Finding(
                "DUPLICATE_INTERCHANGE", "warning",
                f"interchange {self._interchange} stands in the file more than once",
                self._line(i), self._interchange, "another reference in each interchange of a sender",
            )))  # fmt: skip
        self._references.add(key)

    def _close(self, i: int) -> None:
        self._leave_message(i, "UNZ")
        if self._interchange is None:
            self._found_at(i, "UNZ closes an interchange that no UNB opened", "UNZ", "UNB before it")
            return
        self._compare(i, "UNZ count of messages", self._value(i, 1), str(self._in_interchange))
        self._compare(i, "UNZ reference", self._value(i, 2), self._interchange)
        self._interchange = None

    def _begin(self, i: int) -> None:
        self._leave_message(i, "UNH")
        if self._interchange is None:
            self._note_outside(i)
        self._message, self._head, self._groups_inside = self._value(i, 1), self._number(i), 0
        self._in_interchange += 1
        self._messages += 1

    def _end(self, i: int) -> None:
        message, self._message = self._message, None
        if message is None:
            self._found_at(i, "UNT closes a message that no UNH opened", "UNT", "UNH before it")
            return
        counted = self._number(i) - self._head + 1 - self._groups_inside
        self._compare(i, "UNT count of segments", self._value(i, 1), str(counted))
        self._compare(i, "UNT reference", self._value(i, 2), message)

    def _pass_over(self, i: int) -> None:
        """Functional groups add nothing a record needs."""
        self._groups_inside += 1

    def _leave_message(self, i: int, tag: str) -> None:
        if self._message is not None:
            is_known = self._messages - 1 in self._found.open_messages
            self._refuse(i, is_known, f"message {self._message}", "UNT", tag)
            self._message = None

    def _refuse(self, i: int, is_known: bool, what: str, missing: str, tag: str) -> None:
        where = f"{tag} (line {self._line(i)})"
        if not is_known:  # its rows may be out already
            raise cut_off(what, missing, where)
        text = f"{what} is not closed before {where}"
        self._findings.append((i, Finding(NOT_CLOSED, "warning", text, self._line(i), tag, missing)))

    def _note_strays(self, strays: Indices) -> None:
        for i in strays[: max(0, _MOST_STRAYS - self._strays)]:
            text = self._tokens.segment(int(i))
            tag = self._value(int(i), 0)
            self._found_at(int(i), f"segment {tag} stands outside a message", text[:80], "UNH before it")
        self._strays += len(strays)

    def _note_outside(self, i: int) -> None:
        text = f"message {self._value(i, 1)} stands outside an interchange"
        self._found_at(i, text, "UNH", "UNB before it")

    def _compare(self, i: int, what: str, stated: str, actual: str) -> None:
        if not same_number(stated, actual):
            text = f"{what} is {stated or 'absent'}, counted or opened {actual}"
            self._found_at(i, text, stated, actual)

    def _found_at(self, i: int, text: str, observed: str, expected: str) -> None:
        self._findings.append((i, Finding("ST-001", "warning", text, self._line(i), observed, expected)))

    def _number(self, i: int) -> int:
        return i + self._read - self._replayed + 1

    def _line(self, i: int) -> int:
        return int(self._tokens.line_nos(np.array([i]))[0])

    def _value(self, i: int, element: int) -> str:
        rows = np.array([i])
        return self._tokens.plain(self._tokens.value(rows, element), 0)
