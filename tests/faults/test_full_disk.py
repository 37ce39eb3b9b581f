"""A disk that is really full: said in one line with what to do, nothing half done, and all well once there is room."""

from __future__ import annotations

import pytest

from tests.faults import full_disk


def test_a_full_disk_is_told_and_the_next_run_with_room_is_clean() -> None:
    found = full_disk.outcome()
    if "refused" in found:
        pytest.skip(f"a small file system cannot be mounted here: {found['refused']}")
    for what, (kind, message) in found["said"].items():
        assert kind == "DiskFailed", f"{what}: {kind} {message}"
        assert "Nothing half done is visible. Make room" in message, what
    assert found["unchanged"]
    assert (found["snapshot"], found["rows"]) == (2, 8 + 20_000)
    assert found["left"] == []
