"""The archive keeps bytes as received, once, and notices when they change."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.warehouse.archive import Archive, store


def stored(home: Path, sha256: str) -> Path:
    return home / "archive" / sha256


def test_bytes_come_back_as_received(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10
    sha256 = store(tmp_path, content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert Archive.of(tmp_path).read(sha256) == content


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    archive = Archive.of(tmp_path)
    first = archive.put(b"UNB+UNOA")
    inode = stored(tmp_path, first).stat().st_ino
    assert archive.put(b"UNB+UNOA") == first
    assert stored(tmp_path, first).stat().st_ino == inode
    assert [p.name for p in (tmp_path / "archive").iterdir()] == [first]


def test_a_flipped_bit_is_noticed_and_a_new_delivery_heals_it(tmp_path: Path) -> None:
    archive = Archive.of(tmp_path)
    sha256 = archive.put(b"UNB+UNOA")
    stored(tmp_path, sha256).chmod(0o644)
    stored(tmp_path, sha256).write_bytes(b"UNB+UNOC")
    with pytest.raises(TerminalError, match="has changed"):
        archive.read(sha256)
    archive.put(b"UNB+UNOA")
    assert archive.read(sha256) == b"UNB+UNOA"


def test_unknown_bytes_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Deliver the file again"):
        Archive.of(tmp_path).read("0" * 64)
