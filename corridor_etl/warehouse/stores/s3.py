"""A bucket that speaks S3 as a store, through Arrow's file system.

One PUT is whole or not at all, and on several disks when it is answered. A large file goes up in parts that nobody
sees until the last one is there; parts of an upload that died are the bucket's to drop, by a rule of its life cycle.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow.fs import AwsStandardS3RetryStrategy, FileInfo, FileSelector, FileType, S3FileSystem
from pyiceberg.io.pyarrow import PyArrowFileIO

from corridor_etl.errors import UsageError
from corridor_etl.warehouse.stores.bucket import Bucket
from corridor_etl.warehouse.stores.failures import explained, no_bucket
from corridor_etl.warehouse.stores.interface import Entry

CONNECT_TIMEOUT_SECONDS = 5
REQUEST_TIMEOUT_SECONDS = 30
ATTEMPTS = 4
_STEP = 1 << 22


def client(bucket: Bucket) -> S3FileSystem:
    """Arrow's client of a bucket, one for the process, because its connections are worth keeping."""
    return _client(bucket, os.getpid(), REQUEST_TIMEOUT_SECONDS, ATTEMPTS)


@lru_cache(maxsize=16)
def _client(bucket: Bucket, _process: int, timeout_seconds: int, attempts: int) -> S3FileSystem:
    return S3FileSystem(
        access_key=bucket.access_key_id,
        secret_key=bucket.secret_access_key,
        session_token=bucket.session_token,
        region=bucket.region,
        endpoint_override=bucket.endpoint,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        request_timeout=timeout_seconds,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=attempts),
        allow_delayed_open=True,  # a small file is one PUT, without opening an upload in parts
    )


class SharedFileIO(PyArrowFileIO):
    """pyiceberg's way to files, over the client that the process has; without it each table opens one of its own."""

    def _initialize_s3_fs(self, netloc: str | None) -> S3FileSystem:
        given = self.properties
        return client(
            Bucket(
                name=netloc or "",
                prefix="",
                region=given["s3.region"],
                access_key_id=given["s3.access-key-id"],
                secret_access_key=given["s3.secret-access-key"],
                session_token=given.get("s3.session-token"),
                endpoint=given.get("s3.endpoint"),
            )
        )


class S3Store:
    """The objects below one prefix of a bucket."""

    def __init__(self, bucket: Bucket, part: str, spool: Path) -> None:
        self.bucket = bucket
        self.spool = spool
        self._root = "/".join(p for p in (bucket.name, bucket.prefix, part) if p)
        self.address = f"s3://{self._root}"
        self._is_bucket_seen = False

    def __repr__(self) -> str:
        return f"S3Store({self.address})"

    @property
    def iceberg(self) -> dict[str, str]:
        """Properties of pyiceberg's FileIO; they hold secrets."""
        bucket = self.bucket
        given = {
            "py-io-impl": f"{__name__}.{SharedFileIO.__name__}",
            "s3.endpoint": bucket.endpoint,
            "s3.region": bucket.region,
            "s3.access-key-id": bucket.access_key_id,
            "s3.secret-access-key": bucket.secret_access_key,
            "s3.session-token": bucket.session_token,
        }
        return {name: value for name, value in given.items() if value is not None}

    @property
    def polars(self) -> dict[str, Any]:
        """``storage_options`` of Polars; they hold secrets."""
        bucket = self.bucket
        given = {
            "aws_endpoint_url": bucket.endpoint,
            "aws_region": bucket.region,
            "aws_access_key_id": bucket.access_key_id,
            "aws_secret_access_key": bucket.secret_access_key,
            "aws_session_token": bucket.session_token,
            "aws_allow_http": "true" if (bucket.endpoint or "").startswith("http://") else None,
            "max_retries": ATTEMPTS - 1,
            "retry_timeout_ms": REQUEST_TIMEOUT_SECONDS * 1000,
            "connect_timeout": f"{CONNECT_TIMEOUT_SECONDS}s",
            # Without it a server that is silent is waited for without end; it counts a whole answer, not a pause.
            "timeout": f"{4 * REQUEST_TIMEOUT_SECONDS}s",
        }
        return {name: value for name, value in given.items() if value is not None}

    @property
    def _files(self) -> S3FileSystem:
        return client(replace(self.bucket, prefix=""))

    def put(self, name: str, content: bytes, *, is_read_only: bool = False) -> None:
        """Stores the content with one PUT. Whether it may be changed is a policy of the bucket."""
        self._upload(name, pa.py_buffer(content))

    def put_file(self, name: str, local: Path) -> None:
        """Uploads a finished file of the spool, then removes it there."""
        with pa.memory_map(str(local)) as file:
            self._upload(name, file.read_buffer())
        local.unlink()

    def _upload(self, name: str, content: pa.Buffer) -> None:
        # In one call: a stream that is left by an exception between two writes would be closed, which completes
        # the upload with what was written so far.
        with self.explained(), self._files.open_output_stream(self._path(name)) as stream:
            stream.write(content)

    def read(self, name: str) -> bytes:
        """The content; ``UsageError`` where there is no such file."""
        return b"".join(self._pieces(name))

    def sha256(self, name: str) -> str:
        """The SHA-256 of the content."""
        digest = hashlib.sha256()
        for piece in self._pieces(name):
            digest.update(piece)
        return digest.hexdigest()

    def fetch(self, name: str, local: Path) -> None:
        """Downloads a file."""
        with local.open("wb") as file:
            file.writelines(self._pieces(name))

    def _pieces(self, name: str) -> Iterator[bytes]:
        if not self.has(name):
            raise UsageError(f"there is no file {name} in {self.address}", fix="Restore it from a backup.")
        with self.explained(), self._files.open_input_stream(self._path(name)) as stream:
            while piece := stream.read(_STEP):
                yield piece

    def entry(self, name: str) -> Entry | None:
        """What a listing shows of one file, None where there is none."""
        with self.explained():
            found = self._files.get_file_info(self._path(name))
        if found.type == FileType.File:
            return self._entry(found)
        self._require_bucket()
        return None

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return self.entry(name) is not None

    def listed(self, prefix: str = "") -> Iterator[Entry]:
        """Every file below a folder, or of the whole store."""
        with self.explained():
            found = self._files.get_file_info(
                FileSelector(self._path(prefix).rstrip("/"), recursive=True, allow_not_found=True)
            )
        if not found:
            self._require_bucket()
        yield from (self._entry(info) for info in found if info.type == FileType.File)

    def remove(self, name: str) -> None:
        """Removes a file; one that is gone already is no error."""
        with self.explained():
            try:
                self._files.delete_file(self._path(name))
            except FileNotFoundError:
                self._require_bucket()

    def local(self, name: str) -> None:
        """There is no local path."""
        return

    def explained(self) -> AbstractContextManager[None]:
        """Raises what Arrow, pyiceberg and Polars say about the store as errors of the platform."""
        return explained(self.address, self.bucket)

    def _require_bucket(self) -> None:
        """An object that is not there and a bucket that is not there are answered alike; looked at once."""
        if self._is_bucket_seen:
            return
        with self.explained():
            found = self._files.get_file_info(self.bucket.name)
        if found.type == FileType.NotFound:
            raise no_bucket(self.bucket)
        self._is_bucket_seen = True

    def _entry(self, info: FileInfo) -> Entry:
        modified = datetime.fromtimestamp(info.mtime_ns / 1e9, UTC)
        return Entry(info.path.removeprefix(f"{self._root}/"), info.size, modified)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"
