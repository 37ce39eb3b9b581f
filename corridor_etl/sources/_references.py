"""How messages are numbered: what the sender wrote into UNB, UNH and BGM, one line per message of a file.

The readers of interchanges hand these lines over; what a gap or a repeat in them means is judged in ``quality``.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

REFERENCE_SCHEMA = {
    "interchange_sender": pl.String(),
    "interchange_recipient": pl.String(),
    "interchange_ref": pl.String(),
    "message_ref": pl.String(),
    "message_kind": pl.String(),
    "document_no": pl.String(),
    "previous_no": pl.String(),
    "function_code": pl.String(),
}
"""UNB 0004, 0010 and 0020, UNH 0062 and 0065, BGM 1004, the RFF+ACW a correction names, BGM 1225; null if unsaid."""

LONGEST = 200
"""Characters of a number that are kept; the longest field of the standard has 70."""

_CONTROL = r"[\x00-\x1f\x7f\u{202a}-\u{202e}\u{2066}-\u{2069}]"

MessageReference = tuple[str, str, str, str, str, str, str, str]


def no_references() -> pl.DataFrame:
    """What a file without messages has."""
    return pl.DataFrame(schema=REFERENCE_SCHEMA)


def references(messages: Iterable[MessageReference]) -> pl.DataFrame:
    """Lines of :data:`REFERENCE_SCHEMA`, from texts in its order; an empty text is null."""
    frame = pl.DataFrame(list(messages), schema=REFERENCE_SCHEMA, orient="row")
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def tidied(frame: pl.DataFrame) -> pl.DataFrame:
    """The lines as a ledger can hold them: control characters as a mark, and no endless numbers."""
    marked = pl.all().str.replace_all(_CONTROL, "\N{REPLACEMENT CHARACTER}").str.slice(0, LONGEST)
    return frame.with_columns(marked)
