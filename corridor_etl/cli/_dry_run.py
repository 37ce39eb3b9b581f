"""What ``corridor ingest --dry-run`` says of a file: how it is read, how many rows, the first of them, findings and
corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor_etl.cli._output import say, show

if TYPE_CHECKING:
    import polars as pl

    from corridor_etl.jobs.reading import Reading

FIRST_ROWS = 3
SHOWN_CHARS = 40
SHOWN_FAULTS = 10
SHOWN = ("name", "status", "format", "dialect", "rows_read", "unreadable_rows", "findings", "message")


def described(reading: Reading, corrections: list[dict[str, Any]]) -> dict[str, Any]:
    """A reading as plain values: counts, first rows by record kind, faults, findings, and effects of corrections."""
    return {
        "name": reading.name,
        "status": reading.status,
        "sender_id": reading.sender_id,
        "format": reading.format,
        "dialect": reading.dialect,
        "rows_read": reading.rows_read,
        "unreadable_rows": reading.unreadable_rows,
        "rows": {kind: frame.height for kind, frame in reading.frames.items()},
        "first_rows": {kind: _first(frame) for kind, frame in reading.frames.items() if frame.height},
        "faults": [f for faults in reading.faults.values() for f in _faults(faults)][:SHOWN_FAULTS],
        "findings": [
            {"rule_id": f.rule_id, "severity": f.severity, "line_no": f.line_no, "message": f.message}
            for f in reading.findings
        ],
        "corrections": corrections,
        "reason": reading.reason,
        "message": reading.message,
    }


def _first(frame: pl.DataFrame) -> list[dict[str, str]]:
    """The first rows, the cells that say something, as text."""
    rows = frame.head(FIRST_ROWS).drop("raw_text", "delivery_id").iter_rows(named=True)
    return [{name: str(value) for name, value in row.items() if value is not None} for row in rows]


def _faults(faults: pl.DataFrame) -> list[dict[str, Any]]:
    names = ("line_no", "rule_id", "column", "observed", "expected")
    return faults.head(SHOWN_FAULTS).select(names).to_dicts()


def print_reading(said: dict[str, Any]) -> None:
    """One file for a person to read; the first rows stand side by side, a line for each cell."""
    say(f"{said['name']}: {said['status']}")
    if said["message"]:
        say(f"  {said['message']}")
        return
    counts = " + ".join(f"{n:,} {kind}" for kind, n in said["rows"].items() if n)
    say(
        f"  format {said['format']} ({said['dialect']}), sender {said['sender_id'] or 'not in corridor.toml'}"
    )
    say(
        f"  {said['rows_read']:,} rows = {counts or 'no records'} + {said['unreadable_rows']:,} that are no records"
    )
    for kind, rows in said["first_rows"].items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines = [{kind: name, **_cells(name, rows)} for name in names]
        show(lines, as_json=False, columns=tuple(lines[0]), empty="")
    for f in said["faults"]:
        say(
            f"  line {f['line_no']} {f['rule_id']} {f['column']}: {f['observed']!r}, expected {f['expected']}"
        )
    for c in said["corrections"]:
        say(f"  correction {c['correction_id']}: {_would(c)}")
    for f in said["findings"]:
        say(f"  {f['severity']} {f['rule_id']}: {f['message']}")


def _would(effect: dict[str, Any]) -> str:
    rows = (
        f"{effect['rows']:,} {'row' if effect['rows'] == 1 else 'rows'} of {effect['iso_week'] or 'no week'}"
    )
    if effect["guard_outcome"] != "passed":
        return f"would not be applied ({effect['guard_outcome']}), {rows} matched"
    change = f", the first {effect['old_text']} -> {effect['new_text']}" if effect["new_text"] else ""
    return f"would {effect['action']} {rows}{change}"


def _cells(name: str, rows: list[dict[str, str]]) -> dict[str, str]:
    """One cell of each row, cut to what fits beside the others."""
    cells = [row.get(name, "") for row in rows]
    return {f"row {i}": c if len(c) <= SHOWN_CHARS else f"{c[:SHOWN_CHARS]}…" for i, c in enumerate(cells, 1)}
