"""One file per format: bytes to raw rows that carry their line. What the values mean is for ``staging``."""

from __future__ import annotations

import sys
from functools import cache

from corridor_etl import discovery
from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._archive import kind_of_archive, members
from corridor_etl.sources._edifact import message_type
from corridor_etl.sources._message_foreign import named
from corridor_etl.sources._references import REFERENCE_SCHEMA, no_references, tidied
from corridor_etl.sources._source import HEAD_BYTES, Finding, RawFile, RowFault, Source
from corridor_etl.sources._unknown import seen

__all__ = [
    "HEAD_BYTES", "REFERENCE_SCHEMA", "Finding", "RawFile", "RowFault", "Source", "kind_of_archive", "members",
    "no_references", "recognise", "sources", "tidied",
]  # fmt: skip


LISTED_FORMATS = 12


@cache
def sources() -> dict[str, Source]:
    """Every format, by name."""
    return discovery.declared(sys.modules[__name__], "SOURCE")


def recognise(data: bytes, file_name: str, sender: Sender | None) -> Source:
    """The one format that claims a file: among those its sender declares, else among all.

    ``FileRejected``: EMPTY_FILE, UNKNOWN_FORMAT (with what stands at the head), FOREIGN_MESSAGE for an EDIFACT message
    that no format reads, or AMBIGUOUS_FORMAT.
    """
    if not data.strip(b" \t\r\n\x0b\x0c\x1a\x00"):
        raise FileRejected(
            "EMPTY_FILE", f"{file_name} has no content", fix="Ask the sender for the file again."
        )
    known = sources()
    wanted = sender.formats if sender and sender.formats else tuple(known)
    head = data[:HEAD_BYTES]
    claimed = [n for n in wanted if known[n].claims(data if known[n].needs_whole_file else head, file_name)]
    if not claimed and sender and sender.dialect.header_names and len(wanted) == 1:
        return known[wanted[0]]  # only the sender's own header names tell its file
    if len(claimed) == 1:
        return known[claimed[0]]
    if claimed:
        raise FileRejected(
            "AMBIGUOUS_FORMAT", f"{file_name} looks like {' and '.join(claimed)}", expected="one format",
            fix="Declare the sender's `formats` in corridor.toml.", claimed=claimed,
        )  # fmt: skip
    if (foreign := message_type(head)) and not any(
        source.claims(head, file_name) for source in known.values()
    ):
        raise FileRejected(
            "FOREIGN_MESSAGE",
            f"{file_name} is an EDIFACT message of type {named(foreign)}, which no record of the corridor comes from;"
            " it is set aside",
            expected="a message that docs/sources.md names", fix="Nothing, unless the sender meant something else.",
            message_type=foreign,
        )  # fmt: skip
    raise FileRejected(
        "UNKNOWN_FORMAT", f"{file_name} {seen(head)}", expected=_listed(wanted),
        fix="Send it in a known format, or correct the sender's `formats` in corridor.toml.",
    )  # fmt: skip


def _listed(formats: tuple[str, ...]) -> str:
    """The formats that were tried, by name while they can be read at a glance."""
    if len(formats) > LISTED_FORMATS:
        return f"one of the {len(formats)} formats of docs/sources.md"
    return f"one of {', '.join(formats)}"
