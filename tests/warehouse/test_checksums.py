"""Whoever reads a data file checks its content, once per process and file, and says how to restore a bad one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from corridor_etl.errors import TerminalError
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.stores import checked

everywhere = pytest.mark.parametrize("database", ["sqlite", "sqlite+s3"], indirect=True)


@pytest.fixture
def published(warehouse: Warehouse, make: SimpleNamespace) -> Warehouse:
    warehouse.publish(make.batch("a"), {}, base=0)
    return warehouse


def first_file(warehouse: Warehouse) -> str:
    with reading(warehouse.engine) as connection:
        return warehouse.lake.files(connection, "booking")[0].name


@everywhere
def test_a_damaged_data_file_is_named_with_its_hash_and_its_cure(published: Warehouse) -> None:
    name, store = first_file(published), published.lake.store
    content = store.read(name)
    store.put(name, content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(TerminalError, match=f"{name}.* has changed.*expected the SHA-256.*Restore it"):
        published.rows("booking")
    assert [name in said for said in published.damaged_files("booking")] == [True]
    store.put(name, content)
    assert published.rows("booking").height == 8
    assert published.damaged_files("booking") == []


@everywhere
def test_a_missing_data_file_is_named_with_its_cure(published: Warehouse) -> None:
    name, store = first_file(published), published.lake.store
    content = store.read(name)
    store.remove(name)
    with pytest.raises(TerminalError, match=f"{name} is missing.*Restore it from a backup"):
        published.rows("booking")
    assert [name in said for said in published.damaged_files("booking")] == [True]
    store.put(name, content)
    assert published.rows("booking").height == 8


def test_a_file_is_hashed_once_until_it_changes(
    published: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    store = published.lake.store
    count = type(store).sha256
    monkeypatch.setattr(checked, "_known", set())
    monkeypatch.setattr(type(store), "sha256", lambda self, name: (hashed.append(name), count(self, name))[1])
    published.rows("booking")
    published.rows("booking")
    assert len(hashed) == len(set(hashed)) == 4
    store.put(hashed[0], store.read(hashed[0]))
    published.rows("booking")
    assert hashed[4:] == hashed[:1]
    assert published.damaged_files("booking") == []
    assert len(hashed) == 9, "a whole check looks at every file again"
