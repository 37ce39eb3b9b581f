"""The link by which a recipient leaves the list: a token that only who has the key can make, and no address in it.

It is made anew from the address whenever it is needed, so nothing about it is stored. Without a key it is the hash of
the address, which anybody can make: then only a person of the desk acts on it. What happens behind the link belongs to
``jobs.unsubscribe``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

from pydantic import SecretStr

from corridor_etl.settings import unsubscribe_keys

PATH = "/unsubscribe/"
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""Name and value that a mail program posts (RFC 8058); so does the button of the page."""
_TOKEN = re.compile("[0-9a-f]{32}")


def link(host: str, address: str) -> str:
    """The address in ``List-Unsubscribe`` of mails to ``address``."""
    keys = unsubscribe_keys()
    return f"https://{host}{PATH}{token(address, keys[0]) if keys else recipient_hash(address)}"


def token(address: str, key: SecretStr) -> str:
    """128 bits that stand for an address, as 32 hexadecimal digits."""
    made = hmac.new(key.get_secret_value().encode(), address.casefold().encode(), hashlib.sha256)
    return made.hexdigest()[:32]


def recipient_hash(address: str) -> str:
    """Ten hexadecimal digits that stand for an address in file names and identifiers; no secret."""
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:10]


def is_token(text: str) -> bool:
    """Whether a text may be a token at all, so that others need no look-up."""
    return _TOKEN.fullmatch(text) is not None


def owner(text: str, addresses: Iterable[str], keys: Sequence[SecretStr]) -> str | None:
    """Whose token a text is, by any of the keys; None for nobody's."""
    found = None
    for address in addresses:
        for key in keys:
            if hmac.compare_digest(token(address, key), text):
                found = address
    return found
