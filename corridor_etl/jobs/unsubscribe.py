"""What a link to leave the list does: a look changes nothing, a click suspends the address in the ledger.

Whose link it is, is found among those who were ever sent a mail and those of ``corridor.toml``. Tokens belong to
``delivery.unsubscribe``, words to ``reports.unsubscribe_page``, HTTP to the command line.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus

from corridor_etl.delivery.unsubscribe import is_token, owner
from corridor_etl.errors import CorridorError
from corridor_etl.reports.unsubscribe_page import Kind, first_spoken, unsubscribe_page
from corridor_etl.settings import Settings, load_settings, unsubscribe_keys
from corridor_etl.warehouse import Mails, Warehouse

BY = "unsubscribe link"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """An answer to a browser or a mail program; ``is_known`` unless the link is nobody's."""

    status: HTTPStatus
    page: bytes

    @property
    def is_known(self) -> bool:
        """Whether the link was somebody's."""
        return self.status is not HTTPStatus.NOT_FOUND


def look(token: str, accepted: str) -> Reply:
    """The page that asks, in the recipient's language; ``accepted`` is what the browser speaks. Nothing is changed."""
    return _reply(token, accepted, is_click=False)


def leave(token: str, accepted: str) -> Reply:
    """Suspends the address of the link, once; the page that says so."""
    return _reply(token, accepted, is_click=True)


def _reply(token: str, accepted: str, *, is_click: bool) -> Reply:
    settings, language = load_settings(), first_spoken(accepted)
    if not (keys := unsubscribe_keys()) or not is_token(token):
        return _said("unknown", settings, language)
    try:
        with Warehouse.open(settings=settings) as warehouse:
            mails = warehouse.mails
            address = owner(token, {*mails.addresses(), *(r.address for r in settings.recipients)}, keys)
            if address is None:
                return _said("unknown", settings, language)
            kind: Kind = "done" if _is_suspended(mails, address, is_click=is_click) else "ask"
    except CorridorError as error:
        log.error("an unsubscribe link could not be followed: %s", error)
        return _said("busy", settings, language)
    return _said(kind, settings, _language_of(address, settings) or language, address)


def _is_suspended(mails: Mails, address: str, *, is_click: bool) -> bool:
    if is_click:
        mails.leave(address, by=BY)
    return mails.is_suspended(address)


def _language_of(address: str, settings: Settings) -> str:
    mine = (r.language for r in settings.recipients if r.address.lower() == address.lower())
    return next(mine, "")


_STATUS = {
    "ask": HTTPStatus.OK,
    "done": HTTPStatus.OK,
    "unknown": HTTPStatus.NOT_FOUND,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}


def _said(kind: Kind, settings: Settings, language: str, address: str = "") -> Reply:
    return Reply(_STATUS[kind], unsubscribe_page(kind, settings.corridor, language, address))
