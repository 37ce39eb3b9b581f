"""A local folder and a bucket keep files alike; what goes wrong with a bucket is said, without its secrets."""

from __future__ import annotations

import hashlib
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.errors import CorridorError, SettingsError, TerminalError, TransientError, UsageError
from corridor_etl.warehouse import Warehouse, durable
from corridor_etl.warehouse.archive import Archive
from corridor_etl.warehouse.stores import Store, bucket, opened
from corridor_etl.warehouse.stores import s3 as s3_store

LARGE = 16 << 20
SECRETS = ("a-secret-that-no-message-may-show", "AKIATESTTESTTESTTEST")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        request.getfixturevalue("s3")
    return opened(tmp_path, "lake")


def spooled(store: Store, content: bytes) -> Path:
    path = durable.make_folder(store.spool) / "finished"
    durable.write(path, content)
    return path


def test_a_file_is_as_it_was_put(store: Store) -> None:
    store.put("booking/data/iso_week=2025-W10/a.parquet", b"one")
    name = "booking/data/iso_week=2025-W10/a.parquet"
    assert store.has(name)
    assert store.read(name) == b"one"
    assert store.sha256(name) == hashlib.sha256(b"one").hexdigest()
    store.put(name, b"two!")
    found = store.entry(name)
    assert store.read(name) == b"two!"
    assert found is not None
    assert (found.name, found.size_bytes) == (name, 4)


def test_an_empty_file_is_a_file(store: Store) -> None:
    store.put("a/empty", b"")
    assert store.read("a/empty") == b""


def test_a_finished_file_is_taken_over_from_the_spool(store: Store) -> None:
    content = bytes(range(256)) * (LARGE // 256)
    local = spooled(store, content)
    store.put_file("a/large", local)
    assert not local.exists()
    assert store.sha256("a/large") == hashlib.sha256(content).hexdigest()


def test_files_are_listed_below_a_folder(store: Store) -> None:
    for name in ("a/x", "a/b/y", "ab/z"):
        store.put(name, name.encode())
    assert sorted(e.name for e in store.listed("a")) == ["a/b/y", "a/x"]
    assert sorted((e.name, e.size_bytes) for e in store.listed()) == [("a/b/y", 5), ("a/x", 3), ("ab/z", 4)]
    assert list(store.listed("none")) == []


def test_a_removed_file_is_gone_and_may_be_removed_again(store: Store) -> None:
    store.put("a/x", b"x")
    store.remove("a/x")
    store.remove("a/x")
    assert not store.has("a/x")
    assert list(store.listed()) == []


def test_a_file_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(UsageError, match="a/none"):
        store.read("a/none")
    assert store.entry("a/none") is None


def test_a_folder_of_files_is_no_file(store: Store) -> None:
    store.put("a/x", b"x")
    assert not store.has("a")


def test_a_large_delivery_is_archived_and_read_again(store: Store, tmp_path: Path) -> None:
    content = b"row\n" * (LARGE // 4)
    sha256 = hashlib.sha256(content).hexdigest()
    source = tmp_path / "large.csv"
    source.write_bytes(content)
    archive = Archive.of(tmp_path)
    archive.put_file(source, sha256)
    with archive.file(sha256) as path:
        assert path.read_bytes() == content
    assert not list(store.spool.iterdir())


def test_a_changed_archived_file_is_noticed(store: Store, tmp_path: Path) -> None:
    archive = Archive.of(tmp_path)
    sha256 = archive.put(b"UNB+UNOA")
    archive.store.put(sha256, b"UNB+UNOC")
    for look in (archive.read, archive.check, lambda name: archive.file(name).__enter__()):
        with pytest.raises(TerminalError, match=f"{sha256}.* has changed.*Deliver the original file again"):
            look(sha256)
    archive.put(b"UNB+UNOA")
    assert archive.read(sha256) == b"UNB+UNOA"


def test_an_upload_that_dies_midway_leaves_nothing_visible(
    s3: str, s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_store, "REQUEST_TIMEOUT_SECONDS", 5)  # it tries again, and again in vain
    monkeypatch.setattr(s3_store, "ATTEMPTS", 2)
    store = opened(tmp_path, "lake")
    store.put("before", b"there")
    with cut_after(12 << 20, s3_server) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        broken = opened(tmp_path, "lake")
        with pytest.raises(TransientError, match="Try again"):
            broken.put_file("large", spooled(broken, bytes(LARGE)))
    assert [e.name for e in store.listed()] == ["before"]
    assert (store.spool / "finished").stat().st_size == LARGE, (
        "the finished file is kept for the next attempt"
    )


@contextmanager
def cut_after(bytes_up: int, server: str) -> Iterator[str]:
    """An address that leads to ``server`` until so many bytes went there, then nowhere."""
    host, port = server.removeprefix("http://").split(":")
    listening = socket.create_server(("127.0.0.1", 0))
    pairs: list[socket.socket] = []
    left = [bytes_up]

    def carry(source: socket.socket, target: socket.socket, *, counts: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                left[0] -= len(piece) if counts else 0
                if left[0] < 0:
                    break
                target.sendall(piece)
        for end in (source, target):
            end.close()
        if left[0] < 0:
            listening.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection((host, int(port)))
                pairs.extend((near, far))
                threading.Thread(target=carry, args=(near, far), kwargs={"counts": True}, daemon=True).start()
                threading.Thread(
                    target=carry, args=(far, near), kwargs={"counts": False}, daemon=True
                ).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    for end in (listening, *pairs):
        end.close()


def refused(call: Callable[[], object], *words: str) -> CorridorError:
    with pytest.raises(CorridorError) as caught:
        call()
    assert all(word in caught.value.message for word in words), caught.value.message
    assert not any(secret in caught.value.message for secret in SECRETS)
    return caught.value


def test_a_missing_bucket_is_named(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_STORE_URL", "s3://no-such-bucket/x")
    store = opened(tmp_path, "lake")
    for call in (
        lambda: store.put("a", b"a"),
        lambda: store.read("a"),
        lambda: store.has("a"),
        lambda: list(store.listed()),
        lambda: Warehouse.open(tmp_path),
    ):
        error = refused(call, "no bucket no-such-bucket", "Create it")
        assert not error.is_transient


def calls(store: Store) -> list[Callable[[], object]]:
    def scan() -> object:
        with store.explained():
            return pl.scan_parquet(f"{store.address}/a", storage_options=store.polars).collect()

    return [
        lambda: store.put("a", b"a"),
        lambda: store.read("a"),
        lambda: store.has("a"),
        lambda: list(store.listed()),
        lambda: store.remove("a"),
        scan,
    ]


def test_refused_keys_are_said_and_not_shown(s3: str, s3_server: str, tmp_path: Path) -> None:
    store = opened(tmp_path, "lake")
    store.put("a", b"a")
    answer_all(s3_server, "0")
    try:
        for call in calls(store):
            assert not refused(call, "refuses these keys", "AWS_SECRET_ACCESS_KEY").is_transient
    finally:
        answer_all(s3_server, "inf")


def answer_all(server: str, requests: str) -> None:
    """After so many requests the server looks at the keys, and knows none."""
    asked = urllib.request.Request(
        f"{server}/moto-api/reset-auth",
        data=requests.encode(),
        method="POST",
        headers={"Content-Type": "text/plain"},
    )
    urllib.request.urlopen(asked).close()


@dataclass
class Failing:
    address: str
    is_quick: bool


@pytest.fixture(params=["unreachable", "silent", "busy"])
def failing_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Failing]:
    """A port nobody listens on, a server that never answers, and one that always asks to come later."""
    monkeypatch.setattr(s3_store, "REQUEST_TIMEOUT_SECONDS", 1)
    monkeypatch.setattr(s3_store, "ATTEMPTS", 2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if request.param == "unreachable":
            listening.close()
        if request.param == "busy":
            threading.Thread(target=ask_to_come_later, args=(listening,), daemon=True).start()
        yield Failing(address, request.param != "silent")


def ask_to_come_later(listening: socket.socket) -> None:
    body = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
    head = f"HTTP/1.1 503 Slow Down\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with connection:
                asked = connection.recv(1 << 16)
                connection.sendall(head if asked.startswith(b"HEAD") else head + body)


def test_a_store_that_does_not_answer_may_answer_later(
    s3: str, failing_server: Failing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", failing_server.address)
    every = calls(opened(tmp_path, "lake"))
    for call in every if failing_server.is_quick else (every[2], every[5]):  # a silent one takes its time
        error = refused(call, "did not answer as it should", "Try again")
        assert (error.is_transient, error.exit_code) == (True, 4)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CORRIDOR_STORE_URL", "gs://bucket", "s3://bucket/prefix"),
        ("CORRIDOR_STORE_URL", "s3://Bucket_", "s3://bucket/prefix"),
        ("CORRIDOR_STORE_URL", "s3://bucket/a%20b", "s3://bucket/prefix"),
        ("CORRIDOR_STORE_URL", f"s3://key:{SECRETS[0]}@bucket", "Keys belong into AWS_"),
        ("AWS_ACCESS_KEY_ID", "", "AWS_ACCESS_KEY_ID is not set"),
        ("AWS_SECRET_ACCESS_KEY", "", "AWS_SECRET_ACCESS_KEY is not set"),
        ("AWS_SECRET_ACCESS_KEY", f"{SECRETS[0]}\n", "has blanks around it"),
        ("AWS_ENDPOINT_URL", "localhost:9000", "http:// or https://"),
        ("AWS_ENDPOINT_URL_S3", f"http://user:{SECRETS[0]}@host", "AWS_ENDPOINT_URL_S3 is not the address"),
    ],
)
def test_a_wrong_setting_says_what_to_set(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    assert isinstance(refused(lambda: opened(tmp_path, "lake"), says), SettingsError)


def test_a_bucket_of_amazon_needs_its_region(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.delenv("AWS_REGION")
    refused(lambda: opened(tmp_path, "lake"), "AWS_REGION")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert opened(tmp_path, "lake").address == f"{s3}/lake"


def test_secrets_are_not_shown_by_what_holds_them(s3: str, tmp_path: Path) -> None:
    held = bucket.bucket_of()
    shown = f"{held!r} {opened(tmp_path, 'lake')!r}"
    assert not any(secret in shown for secret in SECRETS)


def test_without_a_bucket_everything_lies_in_the_home(tmp_path: Path) -> None:
    assert opened(tmp_path, "archive").local("a") == tmp_path / "archive" / "a"
