"""The link to leave the list over real HTTP: a look changes nothing, one click suspends, a wrong link says so."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import html5lib
import pytest
from pydantic import SecretStr

from corridor_etl.cli import _unsubscribe_door as door
from corridor_etl.cli._site_server import server
from corridor_etl.delivery.unsubscribe import PATH, link, owner, recipient_hash, token
from corridor_etl.errors import SettingsError
from corridor_etl.reports.unsubscribe_page import WORDS, first_spoken, unsubscribe_page
from corridor_etl.settings import load_settings, unsubscribe_keys
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import writing
from tests.delivery import outboxes
from tests.delivery.outboxes import address, message_id

KEY = "0123456789abcdef0123456789abcdef"
OLD = "an older key that was used before it"[:32].replace(" ", "-")
CLICK = "List-Unsubscribe=One-Click"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with nine messages in its outbox; each test has a reader of its own."""
    home = tmp_path_factory.mktemp("unsubscribe") / "home"
    with Warehouse.open(home) as warehouse, writing(warehouse.engine) as connection:
        outboxes.put(connection, home, 9)
    return home


@pytest.fixture
def home(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same as the one that is served, with a key."""
    monkeypatch.setenv("CORRIDOR_HOME", str(made))
    monkeypatch.setenv("CORRIDOR_NOW", outboxes.NOW)
    monkeypatch.setenv("CORRIDOR_UNSUBSCRIBE_KEY", KEY)
    return made


@pytest.fixture
def port(home: Path) -> Iterator[int]:
    with server(home, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=partial(running.serve_forever, poll_interval=0.05))
        thread.start()
        yield running.server_address[1]
        running.shutdown()
        thread.join()


def asked(
    port: int, path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}


def suspended(home: Path, number: int) -> list[tuple[str, str]]:
    with Warehouse.open(home) as warehouse:
        found = warehouse.mails.suspensions().filter(address=address(number))
    return found.select("reason", "suspended_by").rows()


def of(reader: str) -> str:
    return PATH + token(reader, SecretStr(KEY))


def test_a_look_changes_nothing_and_one_click_suspends_the_address(home: Path, port: int) -> None:
    status, page, headers = asked(port, of(address(1)))
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<form method="post">' in page
    assert "r…@corridor.example" in page
    assert address(1) not in page
    assert "form-action 'self'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert asked(port, of(address(1)), "HEAD")[:2] == (200, "")
    assert suspended(home, 1) == []

    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    assert "&".join(f"{name}={value}" for name, value in fields) == CLICK
    for _ in range(2):
        status, page, _headers = asked(port, of(address(1)), "POST", CLICK)
        assert status == 200
        assert "No more reports are mailed to r…@corridor.example." in page
    assert suspended(home, 1) == [("unsubscribed", "unsubscribe link")]
    assert "<form" not in asked(port, of(address(1)))[1]
    with Warehouse.open(home) as warehouse:
        assert message_id(1) not in warehouse.mails.due()["message_id"].to_list()


def test_who_leaves_while_the_relay_refuses_the_address_is_not_forgotten(home: Path, port: int) -> None:
    with Warehouse.open(home) as warehouse:
        warehouse.mails.suspend(address(7), by="sender", reason="550 no such user")
    for _ in range(2):
        assert asked(port, of(address(7)), "POST", CLICK)[0] == 200
    assert suspended(home, 7) == [("550 no such user; unsubscribed by unsubscribe link", "sender")]


def test_a_mail_program_may_post_a_form_of_parts(home: Path, port: int) -> None:
    body = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert asked(port, of(address(2)), "POST", body, **kind)[0] == 200
    assert len(suspended(home, 2)) == 1


BUTTONS = {"en": "Unsubscribe", "zh": "退订", "ru": "Отписаться", "kk": "Жазылудан бас тарту"}


def test_the_page_is_in_the_recipients_language_or_else_in_that_of_the_browser(port: int) -> None:
    settings = load_settings()
    known = settings.recipients[0]
    assert f'<html lang="{known.language}">' in asked(port, of(known.address), **{"Accept-Language": "kk"})[1]
    for language, button in BUTTONS.items():
        _, page, _ = asked(port, of(address(3)), **{"Accept-Language": f"xx, {language}-AA;q=0.9, en;q=0.1"})
        assert f'<html lang="{language}">' in page
        assert f'<button type="submit">{button}</button>' in page
        for kind in WORDS:
            parser = html5lib.HTMLParser(strict=False)
            parser.parse(unsubscribe_page(kind, settings.corridor, language, address(3)).decode())
            assert [error for _, error, _ in parser.errors] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "0" * 32,
        recipient_hash(address(4)),
        token(address(4), SecretStr(KEY))[:-1],
        token(address(4), SecretStr(KEY)).upper(),
        token(address(4), SecretStr("another key of the same length!!")),
        "",
        "../index.html",
        "%00",
    ],
)
def test_a_wrong_link_is_a_clear_404_whatever_is_asked(home: Path, port: int, wrong: str) -> None:
    for method, body in (("GET", None), ("POST", CLICK)):
        status, page, _ = asked(port, PATH + wrong, method, body)
        assert status == 404
        assert "This link is not valid" in page
    assert suspended(home, 4) == []


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("", {}, 400),
        ("confirm=yes", {}, 400),
        (CLICK + "&" + "x" * door.MOST_BYTES, {}, 413),
        (None, {"Content-Length": "999999999999"}, 411),
        (None, {"Content-Length": "-1"}, 411),
        (None, {"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_what_is_no_click_is_refused(
    home: Path, port: int, body: str | None, headers: dict[str, str], status: int
) -> None:
    assert asked(port, of(address(5)), "POST", body, **headers)[0] == status
    assert suspended(home, 5) == []


def test_who_guesses_links_is_not_heard_for_a_while(
    home: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "WRONG_LINKS", 3)
    assert [asked(port, f"{PATH}{n:032}")[0] for n in range(5)] == [404, 404, 404, 429, 429]
    assert asked(port, "/nothing.html")[0] == 404  # the pages themselves are as before
    monkeypatch.setattr(door, "SPAN_SECONDS", 0.0)
    assert asked(port, of(address(6)), "POST", CLICK)[0] == 200


def test_a_ledger_that_cannot_be_asked_is_no_success(
    home: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    status, page, headers = asked(port, of(address(1)), "POST", CLICK)
    assert (status, headers["retry-after"]) == (503, "300")
    assert "nothing was changed" in page


def test_the_log_has_no_token(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    asked(port, of(address(1)), "POST", CLICK)
    logged = capfd.readouterr().err
    assert f'"POST {PATH}..." 200' in logged
    assert token(address(1), SecretStr(KEY)) not in logged


def test_links_are_made_by_the_first_key_and_taken_by_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_UNSUBSCRIBE_KEY", f"{KEY} {OLD}")
    keys: Any = unsubscribe_keys()
    assert (
        link("corridor.example", "A@b.example")
        == f"https://corridor.example{PATH}{token('a@B.example', keys[0])}"
    )
    for key in keys:
        assert owner(token(address(2), key), [address(1), address(2)], keys) == address(2)
    assert owner(token(address(2), keys[1]), [address(1), address(2)], keys[:1]) is None
    assert KEY not in repr(keys)
    monkeypatch.delenv("CORRIDOR_UNSUBSCRIBE_KEY")
    assert link("corridor.example", "a@b.example").endswith(recipient_hash("a@b.example"))


def test_a_key_that_can_be_guessed_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_UNSUBSCRIBE_KEY", "secret")
    with pytest.raises(SettingsError, match="can be guessed") as error:
        unsubscribe_keys()
    assert "secret " not in error.value.message.replace("import secrets", "")


def test_a_browser_that_speaks_none_of_the_languages_gets_english() -> None:
    assert first_spoken("fr-FR,de;q=0.5") == "en"
    assert first_spoken("") == "en"
