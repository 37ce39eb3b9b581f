"""Which bucket holds archive and lake, and how it is reached: ``CORRIDOR_STORE_URL`` and the ``AWS_*`` environment.

The names are those every S3 client knows. Values of keys never get into a message.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from corridor_etl.errors import SettingsError

URL = "CORRIDOR_STORE_URL"
_WANTED = "s3://bucket or s3://bucket/prefix, of letters, digits and . _ - /"
_ADDRESS = re.compile(
    r"s3://(?P<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[\w.-]+(?:/[\w.-]+)*))?/?"
)


@dataclass(frozen=True)
class Bucket:
    """A bucket, the prefix below which everything lies, and how to reach it."""

    name: str
    prefix: str
    region: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False, default=None)
    endpoint: str | None = None
    """Address of a server that is not Amazon's."""


def bucket_of(environ: Mapping[str, str] = os.environ) -> Bucket | None:
    """The bucket the environment names, None if it names none; ``SettingsError`` says what is wrong or missing."""
    url = environ.get(URL)
    if not url:
        return None
    found = _ADDRESS.fullmatch(url)
    if found is None:
        shown = f" is '{url}'" if "@" not in url else " holds a user or a key"
        raise SettingsError(
            f"{URL}{shown}",
            expected=_WANTED,
            fix="Name a bucket, or unset it to keep everything in the home folder. Keys belong into AWS_*.",
        )
    endpoint = _endpoint(environ)
    return Bucket(
        name=found["name"],
        prefix=found["prefix"] or "",
        region=_region(environ, has_endpoint=endpoint is not None),
        access_key_id=_key(environ, "AWS_ACCESS_KEY_ID"),
        secret_access_key=_key(environ, "AWS_SECRET_ACCESS_KEY"),
        session_token=environ.get("AWS_SESSION_TOKEN") or None,
        endpoint=endpoint,
    )


def _key(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value or value != value.strip():
        raise SettingsError(
            f"{name} {'has blanks around it' if value else 'is not set'}",
            expected=f"a key, because {URL} names a bucket",
            fix="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN if the keys are for a time.",
        )
    return value


def _region(environ: Mapping[str, str], *, has_endpoint: bool) -> str:
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if not region and not has_endpoint:
        raise SettingsError(
            "AWS_REGION is not set",
            expected="the region of the bucket, or the address of another server",
            fix="Set AWS_REGION, or AWS_ENDPOINT_URL for a server that is not Amazon's.",
        )
    return region or "us-east-1"


def _endpoint(environ: Mapping[str, str]) -> str | None:
    name = next((n for n in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") if environ.get(n)), None)
    if name is None:
        return None
    endpoint = environ[name].rstrip("/")
    if not re.fullmatch(r"https?://[\w.:\[\]-]+", endpoint):
        raise SettingsError(
            f"{name} is not the address of a server",
            expected="http:// or https://, a host and perhaps a port, without user or path",
            fix=f"Correct or unset {name}.",
        )
    return endpoint
