"""Faults of whole files: sent twice, overlapping, corrected, contradicting, counted wrongly, cut or unreadable.

A file that must be rejected is always a further file: the good version of what it holds is delivered beside it, so
that the truth stays plain. Faults inside a row are in ``fault_rows``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from corridor_etl.simulator.fault_places import Injected, Places
from corridor_etl.simulator.records import Document, Event, ListedBox, Row

OVERLAP_ROWS = 6
EXTRA_GROSS_G = 750_000
LETTER = (
    "To the corridor operations desk\n\nPlease note that our office is closed on Friday. Lists will follow on"
    " Monday.\n\nKind regards\nTrain planning\n"
)


def _beside(document: Document, ending: str) -> str:
    """The path of a further file that sorts after the document."""
    path = PurePosixPath(document.path)
    return str(path.with_name(f"{path.stem}_{ending}{path.suffix}"))


def _wrong_counts(places: Places) -> Iterator[Injected]:
    table = (
        ("unt_count", "codeco", "unt", "ST-001", "segment count in UNT is one too high"),
        ("container_count", "coarri", "cnt", "ST-002", "CNT+16 counts one container too many"),
    )
    for name, layout, mark, rule_id, note in table:
        document = places.document(layout)
        if document is not None:
            document.marks |= {mark: "1", "newline": "\n"}
            yield Injected(name, document, None, "warning", rule_id, note)


def _wrong_total(places: Places) -> Iterator[Injected]:
    document = places.document("manifest_xlsx")
    if document is not None:
        boxes = [r.record for r in document.rows if isinstance(r.record, ListedBox)]
        document.marks["total Packages"] = str(sum(b.packages or 0 for b in boxes) + 100)
        yield Injected(
            "totals_row", document, None, "warning", "ST-008", "packages in the totals row are not the sum"
        )


def _airport_code(places: Places) -> Iterator[Injected]:
    document = places.document("codeco", lambda d: d.marks["place"] == "CNNGB")
    if document is not None:
        yield Injected(
            "airport_code", document, None, "info", "ID-032", "the airport's code for the sea port"
        )


def _repeated_row(places: Places) -> Iterator[Injected]:
    document = places.document("terminal_csv", lambda d: len(d.rows) > 10)
    if document is not None:
        again = Row(document.rows[7].record, fate="duplicate")
        document.rows.insert(9, again)
        yield Injected("repeated_row", document, again, "duplicate", "", "the same row twice in one file")


def _resent_file(places: Places) -> Iterator[Injected]:
    document = places.document("booking_csv")
    if document is not None:
        again = replace(
            document, path=_beside(document, "resent"), status="duplicate", reason="DUPLICATE_FILE"
        )
        places.add(again)
        yield Injected(
            "resent_file", again, None, "duplicate", "DUPLICATE_FILE", "the same bytes under another name"
        )


def _overlap(places: Places) -> Iterator[Injected]:
    pair = places.neighbours("terminal_csv")
    if pair is not None:
        earlier, later = pair
        again = [Row(r.record, fate="duplicate") for r in earlier.rows[-OVERLAP_ROWS:]]
        later.rows[:0] = again
        note = f"the last {OVERLAP_ROWS} events of the week before are delivered again"
        yield Injected("overlap", later, again[0], "duplicate", "", note)


def _contradiction(places: Places) -> Iterator[Injected]:
    pair = places.neighbours("terminal_csv")
    if pair is not None:
        earlier, later = pair
        event = next(
            r.record for r in earlier.rows if isinstance(r.record, Event) and r.record.full_empty == "F"
        )
        row = Row(replace(event, gross_gross_g=event.gross_gross_g + EXTRA_GROSS_G), fate="quarantined")
        later.rows.insert(3, row)
        note = "the event of the week before with another weight; the first one stays"
        yield Injected("contradiction", later, row, "quarantined", "CONFLICT", note)


def _corrected_list(places: Places) -> Iterator[Injected]:
    yield from _second_version(
        places, "corrected_list", "manifest_xlsx", _heavier, "a weight corrected in version 2"
    )


def _cancelled_row(places: Places) -> Iterator[Injected]:
    yield from _second_version(
        places, "cancelled_row", "manifest_csv", _cancelled, "a box cancelled in version 2"
    )


def _heavier(box: ListedBox) -> ListedBox:
    return replace(box, gross_g=(box.gross_g or 0) + EXTRA_GROSS_G)


def _cancelled(box: ListedBox) -> ListedBox:
    return replace(box, status="cancelled")


def _second_version(
    places: Places, name: str, layout: str, change: Callable[[ListedBox], ListedBox], note: str
) -> Iterator[Injected]:
    document = places.document(layout)
    if document is None:
        return
    boxes = [r.record for r in document.rows if isinstance(r.record, ListedBox)]
    rows = [Row(replace(b, version=2, status="corrected")) for b in boxes]
    chosen = next(r for r, b in zip(rows, boxes, strict=True) if b.full_empty == "F")
    assert isinstance(chosen.record, ListedBox)
    chosen.record = change(chosen.record)
    second = places.add(Document(_beside(document, "v2"), document.week, layout, rows))
    yield Injected(name, second, chosen, "loaded", "", note)


def _rejected(places: Places) -> Iterator[Injected]:
    """Copies of good files that are cut or unreadable, and files that hold no records at all."""
    copies = (
        (
            "cut_declarations",
            "declaration_cn_csv",
            {"damage": "cut_line"},
            "TRUNCATED",
            "cut inside the last line",
        ),
        ("cut_interchange", "codeco", {"damage": "cut_unz", "newline": "\n"}, "TRUNCATED", "cut before UNZ"),
        (
            "mixed_encodings",
            "declaration_cn_csv",
            {"damage": "mix_encodings"},
            "ENCODING",
            "two encodings in one file",
        ),
    )
    for name, layout, marks, reason, note in copies:
        document = places.document(layout, lambda d: len(d.rows) > 3)
        if document is not None:
            rows = [Row(r.record) for r in document.rows]
            bad = Document(
                _beside(document, "part"), document.week, layout, rows, {**document.marks, **marks}
            )
            yield _refused(places, name, bad, reason, note)


def _not_records(places: Places) -> Iterator[Injected]:
    week = places.documents[len(places.documents) // 2].week
    files = (
        (
            "empty_file",
            f"rail_terminals/terminal_{week}_late.csv",
            b"",
            "EMPTY_FILE",
            "a file without a byte",
        ),
        (
            "letter",
            f"train_operator/letter_{week}.txt",
            LETTER.encode(),
            "UNKNOWN_FORMAT",
            "a letter, not a list",
        ),
    )
    for name, path, data, reason, note in files:
        yield _refused(places, name, Document(path, week, "", [], data=data), reason, note)


def _refused(places: Places, name: str, document: Document, reason: str, note: str) -> Injected:
    document.status, document.reason = "rejected", reason
    return Injected(name, places.add(document), None, "rejected", reason, note)


FILE_FAULTS: tuple[Callable[[Places], Iterator[Injected]], ...] = (
    _wrong_counts,
    _wrong_total,
    _airport_code,
    _overlap,
    _contradiction,
    _repeated_row,
    _resent_file,
    _corrected_list,
    _cancelled_row,
    _rejected,
    _not_records,
)
