"""What became of files nobody here wrote: a line for each, or their counts by folder for docs/conformance.md.

Run with the folder of samples: `python scripts/conformance_table.py FOLDER [--counts]`. The files themselves are never
part of the project.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from corridor_etl.jobs.intake import read_deliveries
from corridor_etl.jobs.reading import Reading

SET_ASIDE = ("FOREIGN_MESSAGE", "UNKNOWN_FORMAT")
_INTRO = """# Conformance
Files from public repositories, of every family the corridor receives, are read by the tests where they are at hand
(`CORRIDOR_SAMPLES`); what each must contain is known and checked in `tests/conformance/`. This page counts what becomes
of them: `python scripts/conformance_table.py FOLDER --counts > docs/conformance.md`.

*read*: every record is a row, or held back by name. *set aside*: not a document of the corridor, and said so.
*refused*: a document of the corridor that cannot be trusted, with one reason.
"""

_HEAD = (
    "| family | files | read | set aside | refused | rows read | of them no records |\n"
    "|---|---|---|---|---|---|---|"
)


class Line(NamedTuple):
    """One file: its folder and name, what became of it, and its rows."""

    folder: str
    name: str
    outcome: str
    how: str
    rows: int
    unreadable: int


def lines(folder: Path) -> list[Line]:
    """One line for each delivery of each file below ``folder``, in the order of their names."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.parent != folder)
    return [_line(p.parent.name, r) for p in files for r in read_deliveries(p, keep=False)]


def _line(folder: str, reading: Reading) -> Line:
    name = Path(reading.name).name
    if reading.status == "read":
        how = f"{reading.format} ({reading.dialect})"
        return Line(folder, name, "read", how, reading.rows_read, reading.unreadable_rows)
    outcome = "set aside" if reading.reason in SET_ASIDE else "refused"
    return Line(folder, name, outcome, reading.reason or "", 0, 0)


def table(found: Iterable[Line]) -> str:
    """The lines, aligned."""
    rows = [
        ("folder", "file", "outcome", "how or why", "rows", "unreadable"),
        *(tuple(map(str, f)) for f in found),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def counts(found: Iterable[Line]) -> str:
    """The page docs/conformance.md."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for line in found:
        is_one = [True, *(line.outcome == o for o in ("read", "set aside", "refused"))]
        for key in (line.folder, "all"):
            totals[key] = [
                a + b for a, b in zip(totals[key], [*is_one, line.rows, line.unreadable], strict=True)
            ]
    names = [*sorted(totals.keys() - {"all"}), "all"]
    rows = [f"| {name} | " + " | ".join(f"{n:,}" for n in totals[name]) + " |" for name in names]
    return "\n".join([_INTRO, _HEAD, *rows]) + "\n"


def main() -> None:
    """Prints the table or the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--counts", action="store_true")
    options = parser.parse_args()
    found = lines(options.folder)
    print(counts(found) if options.counts else table(found), end="" if options.counts else "\n")


if __name__ == "__main__":
    main()
