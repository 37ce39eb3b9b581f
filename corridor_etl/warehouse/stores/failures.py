"""What an object store, or the libraries that talk to it, say when they fail, as errors of the platform."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from polars.exceptions import PolarsError

from corridor_etl.errors import CorridorError, TerminalError, TransientError
from corridor_etl.warehouse.stores.bucket import URL, Bucket

_NO_BUCKET = ("NO_SUCH_BUCKET", "NoSuchBucket")
# Arrow's names, then those of the protocol itself, which Polars passes on.
_DENIED = (
    "ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "INVALID_CLIENT_TOKEN_ID", "EXPIRED_TOKEN",
    "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "403 Forbidden", "HTTP status 403",
)  # fmt: skip
_FROM_THE_STORE = ("AWS Error", "object-store error", "Generic S3 error")
_SHOWN_CHARACTERS = 300


@contextmanager
def explained(address: str, bucket: Bucket) -> Iterator[None]:
    """Raises errors of the store within the block as ``TransientError`` or ``TerminalError``; others pass."""
    try:
        yield
    except (OSError, PolarsError) as error:
        said = translated(error, address, bucket)
        if said is None:
            raise
        raise said from error


def translated(error: Exception, address: str, bucket: Bucket) -> CorridorError | None:
    """What a failure of Arrow, pyiceberg or Polars means, None if it is not the store's."""
    text = str(error)
    if any(word in text for word in _NO_BUCKET):
        return no_bucket(bucket)
    if isinstance(error, PermissionError) or any(word in text for word in _DENIED):
        return _denied(address)
    if isinstance(error, FileNotFoundError):
        return TerminalError(
            f"a file is missing in {address}: {_shown(text, bucket)}",
            expected="every file that the warehouse refers to",
            fix="Restore it from a backup; 'corridor db check' lists all that are missing.",
        )
    if any(word in text for word in _FROM_THE_STORE):
        return TransientError(
            f"the store {address} did not answer as it should: {_shown(text, bucket)}",
            expected="a server that takes the request",
            fix="Try again; if it lasts, look whether the server of AWS_ENDPOINT_URL runs and can be reached.",
        )
    return None


def no_bucket(bucket: Bucket) -> TerminalError:
    """The error for a bucket that does not exist."""
    return TerminalError(
        f"there is no bucket {bucket.name}" + (f" at {bucket.endpoint}" if bucket.endpoint else ""),
        expected=f"the bucket that {URL} names",
        fix=f"Create it, or correct {URL}, AWS_REGION or AWS_ENDPOINT_URL.",
    )


def _denied(address: str) -> TerminalError:
    return TerminalError(
        f"the store {address} refuses these keys",
        expected="keys that may list, read, write and delete below it",
        fix="Correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the policy of the bucket.",
    )


def _shown(text: str, bucket: Bucket) -> str:
    for secret in (bucket.secret_access_key, bucket.session_token, bucket.access_key_id):
        text = text.replace(secret, "***") if secret and len(secret) > 3 else text
    return " ".join(text.split())[:_SHOWN_CHARACTERS]
