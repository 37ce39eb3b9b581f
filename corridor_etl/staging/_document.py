"""Writes docs/sources.md: every format, and the canonical columns each record kind ends up with.

Run it with ``python -m corridor_etl.staging._document > docs/sources.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

from corridor_etl.model import KINDS, RecordKind
from corridor_etl.sources import sources
from corridor_etl.sources._reasons import OF_FILES, OF_ROWS

_HEAD = """# Sources
Written from the code by `python -m corridor_etl.staging._document`.

A file belongs to the sender whose pattern in `corridor.toml` matches its path below the inbox; the sender's formats are
tried by content. A file that no sender claims is tried against all formats. Exactly one must claim it.

Every format has a count of its records that shares no code with its parser; the two must agree, or the file is
rejected. Counts and references of an interchange that do not add up are reported and lose nothing. ZIP and gzip are
read file by file, one level deep.
"""


def render_sources() -> str:
    """The whole page."""
    formats = [
        f"| `{s.name}` | {s.meaning} | [{s.record_kind}](#{s.record_kind}) |" for s in sources().values()
    ]
    table = "\n".join(["| Format | Meaning | Record kind |", "|---|---|---|", *formats])
    sections = "\n".join(_section(kind) for kind in KINDS.values())
    return "\n".join([_HEAD, table, "", _reasons(), sections])


def _reasons() -> str:
    files = _table("A file is rejected as a whole, with its bytes kept, for one reason", OF_FILES)
    return f"{files}\n{_table('A row that is no record goes to quarantine', OF_ROWS)}"


def _table(title: str, meanings: Mapping[str, str]) -> str:
    rows = [f"| {name} | {meaning} |" for name, meaning in meanings.items()]
    return "\n".join([f"## {title}", "", "| name | meaning |", "|---|---|", *rows, ""])


def _section(kind: RecordKind) -> str:
    rows = [
        f"| `{c.name}` | {c.meaning} | {c.unit} | {'yes' if c.is_required else ''} |" for c in kind.columns
    ]
    key = ", ".join(f"`{name}`" for name in kind.key)
    head = [
        f"## {kind.name}",
        "",
        f"{kind.meaning.capitalize()}. Key: {key}; versions by `{kind.version}`.",
        "",
    ]
    return "\n".join([*head, "| Column | Meaning | Unit | Required |", "|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    print(render_sources(), end="")
