"""Messages with one container group per EQD to raw rows of the port event layout: CODECO, COARRI, COPINO, VERMAS.

A file is read in pieces, each of which becomes a part with its rows, faults and an own independent count. The row's
line is the physical line its EQD starts on; where lines do not tell rows apart (a file on one line) it is the number
of the segment, for the whole file.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import BinaryIO, cast

import numpy as np
import polars as pl

from corridor_etl.settings import Sender
from corridor_etl.sources._edifact_count import EquipmentCount
from corridor_etl.sources._edifact_envelope import ColumnEnvelope
from corridor_etl.sources._edifact_pieces import PIECE_BYTES, Piece, pieces
from corridor_etl.sources._edifact_survey import Survey, survey
from corridor_etl.sources._edifact_text import column
from corridor_etl.sources._edifact_tokens import Indices, Tokens, packed
from corridor_etl.sources._equipment_refusals import Refusals, refusals
from corridor_etl.sources._equipment_rows import COLUMNS, Rows
from corridor_etl.sources._event_codes import FAR_END, Codes
from corridor_etl.sources._interchange import same_number
from corridor_etl.sources._source import Finding, RawFile, RowFault, raw_frame

_MOST_FINDINGS = 1000


def read(data: bytes, sender: Sender | None = None) -> RawFile:
    """The container events of one file."""
    file = io.BytesIO(data)
    parts = list(_parts(file, _surveyed(file), sender, PIECE_BYTES))
    return replace(
        parts[-1],
        frame=pl.concat([part.frame for part in parts]),
        rows_counted=sum(part.rows_counted for part in parts),
        faults=tuple(fault for part in parts for fault in part.faults),
        raw_lines={line: text for part in parts for line, text in part.raw_lines.items()},
        references=pl.concat([part.references for part in parts]),
    )


def stream(file: BinaryIO, sender: Sender | None = None, piece_bytes: int = PIECE_BYTES) -> Iterator[RawFile]:
    """The container events of one file in parts of about ``piece_bytes``; findings are in the last one.

    ``FileRejected``: ENCODING, TRUNCATED, TOO_BIG, SERVICE_STRING, COUNT_MISMATCH; the last four may come to light
    after parts were given out.
    """
    if not file.seekable():
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the generator
        shutil.copyfileobj(file, kept)
        kept.seek(0)
        file = cast(BinaryIO, kept)
    yield from _ahead(_parts(file, _surveyed(file), sender, piece_bytes))


def _surveyed(file: BinaryIO) -> Survey:
    start = file.tell()
    found = survey(file)
    file.seek(start)
    return found


def _parts(file: BinaryIO, found: Survey, sender: Sender | None, piece_bytes: int) -> Iterator[RawFile]:
    reader, cut = _Reader(found, sender), pieces(file, found, piece_bytes)
    piece = next(cut, None)
    if piece is None:
        reader.last(None)
    while piece is not None:
        part, piece = reader.part(piece), next(cut, None)
        yield part if piece is not None else reader.last(part)
        del part


def _ahead(parts: Iterator[RawFile]) -> Iterator[RawFile]:
    """The same parts, each read while whoever asks for them is still busy with the one before."""
    with ThreadPoolExecutor(1, "edifact") as pool:
        coming = pool.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = pool.submit(next, parts, None)
            yield part


class _Reader:
    """Reads the pieces of one file in order; used once."""

    def __init__(self, found: Survey, sender: Sender | None) -> None:
        self._survey = found
        self._codes = Codes(sender)
        self._envelope = ColumnEnvelope(found)
        self._count = EquipmentCount()
        self._findings: list[Finding] = []
        self._unsaid: Counter[str] = Counter()
        self._dialect: str | None = None
        self._head = b""  # the header of the message that goes on in the next piece
        self._tally = _Tally()
        self._is_empty = True

    def part(self, piece: Piece) -> RawFile:
        """The rows of the next piece."""
        line_end = self._survey.line_end
        head = Tokens(self._head, piece.marks) if self._head else ()
        tokens = Tokens(piece.data, piece.marks, piece.first_line, line_end, before=self._head)
        messages = self._envelope.take(tokens, len(head))
        rows = Rows(tokens, messages, self._codes)
        lines = tokens.line_nos if self._survey.is_by_line else self._envelope.numbers
        refused = refusals(rows)
        part = self._raw_file(piece, rows, refused, lines)
        numbered = rows.messages.references(is_continued=len(head) > 0)
        self._note(rows, refused)
        self._keep_head(rows)
        self._envelope.passed()
        self._is_empty = self._is_empty and not len(rows) and not part.faults
        return replace(part, references=numbered)

    def last(self, part: RawFile | None) -> RawFile:
        """The last part, with what is to be said of the whole file."""
        self._envelope.finish()
        self._find(self._envelope.take_findings())
        if self._is_empty:
            self._find([Finding("NO_ROWS", "warning", "the file has no containers")])
        for rule, count in self._unsaid.items():
            self._findings.append(Finding(rule, "warning", f"{rule}: {count} more findings of this kind"))
        assert part is not None  # a file without a segment does not pass finish()
        return replace(part, findings=tuple(self._findings))

    def _raw_file(
        self, piece: Piece, rows: Rows, refused: Refusals, lines: Callable[[Indices], Indices]
    ) -> RawFile:
        row_lines = lines(rows.groups.rows)
        frame = rows.frame(row_lines) if len(rows) else raw_frame(COLUMNS, [])
        faults, raw_lines = [], {}
        for i, reason in refused.by_row.items():
            faults.append(RowFault(int(row_lines[i]), *reason))
            raw_lines[int(row_lines[i])] = str(rows.raw_text[i])
        for i in rows.groups.strays:
            text, line = rows.tokens.segment(int(i)), int(lines(np.array([i]))[0])
            faults.append(RowFault(line, "ST-001", "", text[:80], "a container group inside a message"))
            raw_lines[line] = text
        if refused.by_row:
            keep = np.ones(len(rows), dtype=bool)
            keep[list(refused.by_row)] = False
            frame = frame.filter(pl.Series(keep))
        if self._dialect is None and len(rows.messages.frame):
            self._dialect = str(rows.messages.frame["dialect"][0])
        return RawFile(
            frame=frame,
            rows_counted=self._count.take(piece.advice + piece.data),
            findings=(),
            faults=tuple(faults),
            dialect=self._dialect or "EDIFACT",
            raw_lines=raw_lines,
            is_trimmed=True,
        )

    def _keep_head(self, rows: Rows) -> None:
        found, tokens = rows.groups.found, rows.tokens
        self._head = b""
        if found.is_open:
            first = int(found.heads[-1])
            equipment = np.flatnonzero(tokens.tags[first:] == np.uint64(packed("EQD")))
            end = first + int(equipment[0]) if len(equipment) else len(tokens)
            texts = (tokens.text[tokens.starts[i] : tokens.ends[i] + 1] for i in range(first, end))
            self._head = b"".join(texts)

    def _find(self, findings: list[Finding]) -> None:
        for finding in findings:
            if sum(self._unsaid.values()) or len(self._findings) >= _MOST_FINDINGS:
                self._unsaid[finding.rule_id] += 1
            else:
                self._findings.append(finding)

    def _note(self, rows: Rows, refused: Refusals) -> None:
        """What is odd about whole messages: their own counts, other equipment, ports that look swapped."""
        messages = self._tally.take(rows, refused)
        self._find(self._envelope.take_findings())
        self._find(messages)


class _Tally:
    """Counts by message, carried over the end of a piece for the message that goes on."""

    def __init__(self) -> None:
        self._groups = 0
        self._others: Counter[str] = Counter()
        self._swapped = 0
        self._line: int | None = None  # where the message that goes on began

    def take(self, rows: Rows, refused: Refusals) -> list[Finding]:
        """The findings about the messages that end in this piece."""
        found, size = rows.groups.found, len(rows.groups.found.heads)
        if not size:
            return []
        lines = rows.tokens.line_nos(found.heads)
        lines[0] = self._line or lines[0]
        groups = np.bincount(rows.groups.messages, minlength=size)
        groups[0] += self._groups
        others = self._other_equipment(rows)
        swapped = np.bincount(rows.groups.messages[refused.swapped], minlength=size)
        swapped[0] += self._swapped
        findings = self._count_findings(rows, groups)
        done = size - 1 if found.is_open else size
        findings += [
            self._other_finding(rows, i, others[i], int(lines[i])) for i in sorted(others) if i < done
        ]
        findings += [
            self._swap_finding(rows, int(i), int(swapped[i]), int(lines[i]))
            for i in np.flatnonzero(swapped[:done])
        ]
        self._line = int(lines[-1]) if found.is_open else None
        self._groups = int(groups[-1]) if found.is_open else 0
        self._swapped = int(swapped[-1]) if found.is_open else 0
        self._others = others.get(done, Counter()) if found.is_open else Counter()
        return findings

    def _other_equipment(self, rows: Rows) -> dict[int, Counter[str]]:
        tokens, others = rows.tokens, rows.groups.others
        found: dict[int, Counter[str]] = {0: self._others} if self._others else {}
        texts = column(tokens, others, tokens.value(others, 1)).fill_null("").to_list()
        for message, kind in zip(rows.groups.found.of_segment[others].tolist(), texts, strict=True):
            found.setdefault(message, Counter())[kind] += 1
        return found

    def _count_findings(self, rows: Rows, groups: Indices) -> list[Finding]:
        tokens, found = rows.tokens, rows.groups.found
        at = np.flatnonzero(tokens.tags == np.uint64(packed("CNT")))
        at = at[found.of_segment[at] >= 0]
        at = at[tokens.codes(at, tokens.value(at, 1)) == np.uint64(packed("16"))]
        counted = groups[found.of_segment[at]]
        stated = column(tokens, at, tokens.value(at, 1, 1)).fill_null("")
        odd = (stated != pl.Series(counted).cast(pl.String)).arg_true().to_list()
        findings = []
        for i in odd:
            if not same_number(stated[i], str(counted[i])):
                reference = rows.messages.frame["reference"][int(found.of_segment[at[i]])]
                text = f"CNT+16 of message {reference} says {stated[i]} containers, it has {counted[i]}"
                line = _line(tokens, at[i])
                findings.append(Finding("ST-002", "warning", text, line, stated[i], str(counted[i])))
        return findings

    @staticmethod
    def _other_finding(rows: Rows, i: int, others: Counter[str], line: int) -> Finding:
        reference = rows.messages.frame["reference"][i]
        text = f"message {reference} has equipment that is no container: {dict(others)}"
        return Finding("OTHER_EQUIPMENT", "info", text, line)

    @staticmethod
    def _swap_finding(rows: Rows, i: int, swapped: int, line: int) -> Finding:
        message = rows.messages.frame.row(i, named=True)
        text = f"{swapped} containers of message {message['reference']}: {message['event']} at their own far port"
        expected = f"LOC+{FAR_END[message['event']]} to be another port"
        return Finding("PORT_SWAP", "warning", text, line, "", expected)


def _line(tokens: Tokens, row: int) -> int:
    return int(tokens.line_nos(np.array([row]))[0])
