"""What the head of a file says about it as XML, to recognise a format by; never used as data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PASSED = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_TAG = re.compile(r"""<([^\s<>/!?"']+)((?:\s[^<>]*)?)>""")
_NAMESPACE = re.compile(r"""\sxmlns(?::([^\s=]+))?\s*=\s*["']([^"']*)["']""")
_WORD = re.compile(r"<(?:[^\s<>/:!?]+:)?([^\s<>/:!?]+)[^<>]*>\s*([^<>]{1,40}?)\s*</")


@dataclass(frozen=True)
class Head:
    """``root`` without prefix, its ``namespace``, every element ``names`` and first ``words`` (lower-case names)."""

    root: str
    namespace: str
    names: frozenset[str]
    words: dict[str, str] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        """Whether all these elements begin in the head."""
        return {name.lower() for name in names} <= self.names

    def word(self, name: str) -> str:
        """The text of the first element of this name in the head, or ""."""
        return self.words.get(name.lower(), "")


@lru_cache(maxsize=4)
def head_of(head: bytes) -> Head | None:
    """The head of an XML file, or None where it does not begin like one."""
    text = _text(head)
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    bare = _PASSED.sub(" ", text)
    tags = [(m[1], m[2]) for m in _TAG.finditer(bare)]
    if not tags or not bare.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    first, attributes = tags[0]
    prefix, _, local = first.rpartition(":")
    spaces = {m[1] or "": m[2] for m in _NAMESPACE.finditer(attributes)}
    words: dict[str, str] = {}
    for found in _WORD.finditer(bare):
        words.setdefault(found[1].lower(), found[2])
    names = frozenset(tag.rpartition(":")[2].lower() for tag, _ in tags)
    return Head(local, spaces.get(prefix, ""), names, words)


def _text(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "ignore")
    try:
        return head.decode("utf-8", "ignore") if not head.isascii() else head.decode("ascii")
    except UnicodeDecodeError:
        return head.decode("latin-1")
