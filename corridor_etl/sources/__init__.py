"""One file per format: bytes to raw rows that carry their line. What the values mean is for ``staging``."""

from __future__ import annotations

import sys
from functools import cache

from corridor_etl import discovery
from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._archive import kind_of_archive, members
from corridor_etl.sources._decode import head_line
from corridor_etl.sources._edifact import message_type
from corridor_etl.sources._source import HEAD_BYTES, Finding, RawFile, RowFault, Source
from corridor_etl.sources._xml_head import head_of

__all__ = [
    "HEAD_BYTES", "Finding", "RawFile", "RowFault", "Source", "kind_of_archive", "members", "recognise", "sources",
]  # fmt: skip


@cache
def sources() -> dict[str, Source]:
    """Every format, by name."""
    return discovery.declared(sys.modules[__name__], "SOURCE")


def recognise(data: bytes, file_name: str, sender: Sender | None) -> Source:
    """The one format that claims a file: among those its sender declares, else among all.

    ``FileRejected``: EMPTY_FILE, UNKNOWN_FORMAT (with what stands at the head) or AMBIGUOUS_FORMAT.
    """
    if not data.strip(b" \t\r\n\x0b\x0c\x1a\x00"):
        raise FileRejected(
            "EMPTY_FILE", f"{file_name} has no content", fix="Ask the sender for the file again."
        )
    known = sources()
    wanted = sender.formats if sender and sender.formats else tuple(known)
    head = data[:HEAD_BYTES]
    claimed = [name for name in wanted if known[name].claims(head, file_name)]
    if len(claimed) == 1:
        return known[claimed[0]]
    if claimed:
        raise FileRejected(
            "AMBIGUOUS_FORMAT", f"{file_name} looks like {' and '.join(claimed)}", expected="one format",
            fix="Declare the sender's `formats` in corridor.toml.", claimed=claimed,
        )  # fmt: skip
    raise FileRejected(
        "UNKNOWN_FORMAT", f"{file_name} {_seen(head)}", expected=f"one of {', '.join(wanted)}",
        fix="Send it in a known format, or correct the sender's `formats` in corridor.toml.",
    )  # fmt: skip


def _seen(head: bytes) -> str:
    if (kind := message_type(head)) is not None:
        return f"is an EDIFACT message of type {kind}"
    if (xml := head_of(head)) is not None:
        return f"is XML with the root {xml.root}{f' of {xml.namespace}' if xml.namespace else ''}"[:200]
    return f"begins with {head_line(head)[:60]!r}"
