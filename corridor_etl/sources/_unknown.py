"""What stands at the head of a file that no format claims, in words for its rejection."""

from __future__ import annotations

import re

from corridor_etl.sources._decode import head_line
from corridor_etl.sources._edifact import message_type
from corridor_etl.sources._xml_head import head_of

_KEY = re.compile(rb'"([^"\\\r\n]{1,40})"\s*:')


def seen(head: bytes) -> str:
    """What kind of text it is and what it calls itself, or how its first line begins."""
    if (kind := message_type(head)) is not None:
        return (
            f"is an EDIFACT message of type {kind}" if kind else "is an EDIFACT interchange without a message"
        )
    if (xml := head_of(head)) is not None:
        return f"is XML with the root {xml.root}{f' of {xml.namespace}' if xml.namespace else ''}"[:200]
    if (keys := _json_keys(head)) is not None:
        return f"is JSON with the keys {', '.join(keys)}" if keys else "is JSON without keys"
    return f"begins with {head_line(head)[:60]!r}"


def _json_keys(head: bytes) -> list[str] | None:
    """The first keys of what begins like JSON, or None for anything else."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return None
    return list(dict.fromkeys(k.decode("utf-8", "backslashreplace") for k in _KEY.findall(head[:4096])))[:6]
