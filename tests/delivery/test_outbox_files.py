"""The outbox: frozen files and rows that point to them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import report_samples as samples

from corridor_etl.delivery import outbox
from corridor_etl.delivery.message import build_message


@pytest.fixture(scope="module")
def issue() -> Any:
    return samples.built()


def messages(issue: Any) -> list[tuple[Any, bytes]]:
    context, rendered, _ = issue
    settings = samples.settings()
    return [(r, build_message(rendered, context, r, settings)) for r in settings.recipients]


def test_every_recipient_has_a_file_and_a_row(issue: Any, tmp_path: Path) -> None:
    rows, paths = outbox.put(messages(issue), issue[0], tmp_path)
    assert [r.recipient for r in rows] == ["managers@corridor.example", "operations@corridor.example"]
    assert [r.state for r in rows] == ["queued", "queued"]
    for row, path in zip(rows, paths, strict=True):
        assert path == tmp_path / row.eml_path
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row.content_sha256
        assert row.report_key == "weekly/2025-W46/r0/en"
        assert row.message_id.encode() in path.read_bytes()
        assert row.recipient not in row.eml_path


def test_putting_again_changes_nothing(issue: Any, tmp_path: Path) -> None:
    _, paths = outbox.put(messages(issue), issue[0], tmp_path)
    before = [p.stat().st_mtime_ns for p in paths]
    outbox.put(messages(issue), issue[0], tmp_path)
    assert [p.stat().st_mtime_ns for p in paths] == before
    assert len(list(tmp_path.rglob("*"))) == len(
        {*paths, *(f for p in paths for f in p.parents if tmp_path in f.parents)}
    )


def test_another_content_is_another_file(issue: Any, tmp_path: Path) -> None:
    (first, message), *_ = messages(issue)
    _, [one] = outbox.put([(first, message)], issue[0], tmp_path)
    _, [other] = outbox.put([(first, message + b"\r\n")], issue[0], tmp_path)
    assert one != other
    assert one.read_bytes() == message


def test_a_message_of_the_sandbox_has_a_row_that_says_so(issue: Any, tmp_path: Path) -> None:
    context, rendered, _ = issue
    settings = samples.settings()
    boxed = settings.model_copy(
        update={"mail": settings.mail.model_copy(update={"sandbox": "box@corridor.example"})}
    )
    (one, *_), _ = outbox.put(
        [(r, build_message(rendered, context, r, boxed)) for r in boxed.recipients], context, tmp_path
    )
    assert (one.recipient, one.sandbox_recipient) == ("managers@corridor.example", "box@corridor.example")
    assert outbox.put(messages(issue), context, tmp_path)[0][0].sandbox_recipient is None
