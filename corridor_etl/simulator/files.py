"""Writes documents into an inbox: each by the writer of its layout, the same bytes every time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from corridor_etl.simulator import write_csv, write_edifact, write_manifest
from corridor_etl.simulator.records import Document

WRITERS: dict[str, Callable[[Document], bytes]] = {
    "manifest_xlsx": write_manifest.written,
    "manifest_csv": write_csv.written,
    "declaration_cn_csv": write_csv.written,
    "terminal_csv": write_csv.written,
    "booking_csv": write_csv.written,
    "rates_csv": write_csv.written,
    "codeco": write_edifact.written,
    "coarri": write_edifact.written,
}


def _cut_line(data: bytes) -> bytes:
    """Cut inside the declaration number of the last row, which is plain ASCII."""
    return data[: data.rstrip(b"\r\n").rindex(b"\n") + 13]


def _cut_unz(data: bytes) -> bytes:
    return data[: data.rindex(b"UNZ+")]


def _mix_encodings(data: bytes) -> bytes:
    """The first half as it was, the second in another encoding, and a byte that neither of them has."""
    encoding = "utf-8" if data.startswith(b"\xef\xbb\xbf") else "gb18030"
    other = "gb18030" if encoding == "utf-8" else "utf-8"
    lines = data.decode(encoding).splitlines(keepends=True)
    middle = len(lines) // 2
    return "".join(lines[:middle]).encode(encoding) + b"\xff" + "".join(lines[middle:]).encode(other)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut_line": _cut_line,
    "cut_unz": _cut_unz,
    "mix_encodings": _mix_encodings,
}


def render(documents: Sequence[Document]) -> None:
    """Gives every document its bytes (unless it has them) and every row its line."""
    for document in documents:
        if document.layout:
            whole = WRITERS[document.layout](document)
            document.data = DAMAGE[document.marks["damage"]](whole) if "damage" in document.marks else whole


def write_all(documents: Sequence[Document], inbox: Path) -> list[Path]:
    """Writes the documents below ``inbox``; a file that already has these bytes is left alone."""
    paths = []
    for document in documents:
        path = inbox / document.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != document.data:
            path.write_bytes(document.data)
        paths.append(path)
    return paths
