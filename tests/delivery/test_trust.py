"""Whom mail is handed to: certificates, encryption that must not be missing, signing in; and that no secret is told."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from corridor_etl.delivery.smtp import Relay, clean
from corridor_etl.errors import CorridorError, RelayDown, RelayRefused, SettingsError
from corridor_etl.settings import Credentials, credentials, load_settings, mail_in_force, parse_settings
from tests.delivery.outboxes import CONTACT, address, content, mail
from tests.delivery.relay import Plan, relay, signs_in

PASSWORD = "PW-canary-7f3a"
SIGNING_IN = Credentials("corridor", SecretStr(PASSWORD))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def tls(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def opened(port: int, who: Credentials | None = None, **overrides: Any) -> str:
    """The relay's answer to a message, after whatever opening the connection takes."""
    with Relay(mail(port, **overrides), who or Credentials(), "corridor.example") as connection:
        connection.open()
        return connection.send(CONTACT, address(1), content(1)).line()


def refusal(kind: type[CorridorError], open_it: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        open_it()
    assert PASSWORD not in f"{caught.value!r} {caught.value.facts} {caught.value.__cause__!r}"
    return caught.value.message


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_relay_with_a_valid_certificate_gets_the_mail_encrypted(
    authority: trustme.CA, ca_file: str, security: str
) -> None:
    plan, context = Plan(), tls(authority)
    how = {"tls": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    with relay(plan, **how) as port:
        assert opened(port, security=security, ca_file=ca_file).startswith("250")
    assert plan.accepted == [(address(1), content(1))]


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", ["unknown authority", "another name"])
def test_a_relay_with_a_wrong_certificate_gets_nothing(
    authority: trustme.CA, ca_file: str, security: str, wrong: str
) -> None:
    plan = Plan()
    context = tls(authority, "mail.elsewhere.example") if wrong == "another name" else tls(trustme.CA())
    how = {"tls": context} if security == "tls" else {"tls_context": context}
    with relay(plan, **how) as port:
        said = refusal(RelayRefused, lambda: opened(port, SIGNING_IN, security=security, ca_file=ca_file))
    assert "certificate that is not valid" in said
    assert plan.accepted == []


def test_a_relay_whose_starttls_was_stripped_gets_neither_password_nor_mail() -> None:
    plan = Plan()
    with relay(plan, authenticator=signs_in(b"corridor", PASSWORD.encode()), auth_require_tls=False) as port:
        said = refusal(RelayRefused, lambda: opened(port, SIGNING_IN, security="starttls"))
    assert "does not offer STARTTLS" in said
    assert plan.accepted == []


def test_a_relay_that_does_not_speak_tls_is_refused() -> None:
    with relay(Plan()) as port:
        assert "does not speak TLS" in refusal(RelayRefused, lambda: opened(port, security="tls"))


def test_who_signs_in_with_the_right_password_is_taken_and_with_another_not(
    authority: trustme.CA, ca_file: str
) -> None:
    plan = Plan()
    known = {"authenticator": signs_in(b"corridor", PASSWORD.encode()), "auth_required": True}
    with relay(plan, tls_context=tls(authority), require_starttls=True, **known) as port:
        right = {"security": "starttls", "ca_file": ca_file}
        assert opened(port, SIGNING_IN, **right).startswith("250")
        wrong = Credentials("corridor", SecretStr(PASSWORD + "x"))
        assert "does not accept user and password: 535" in refusal(
            RelayRefused, lambda: opened(port, wrong, **right)
        )
    assert len(plan.accepted) == 1


def test_a_relay_that_offers_no_signing_in_is_refused(authority: trustme.CA, ca_file: str) -> None:
    with relay(Plan(), tls_context=tls(authority), auth_exclude_mechanism=["LOGIN", "PLAIN"]) as port:
        said = refusal(RelayRefused, lambda: opened(port, SIGNING_IN, security="starttls", ca_file=ca_file))
    assert "does not offer AUTH" in said


def test_a_relay_that_is_not_there_is_a_passing_error() -> None:
    with relay(Plan()) as port:
        pass
    assert "cannot be reached" in refusal(RelayDown, lambda: opened(port, SIGNING_IN))


def test_what_a_relay_repeats_of_a_secret_and_of_control_characters_is_not_kept() -> None:
    assert (
        clean(b"550 you said PW-canary-7f3a\x1b[2J\r\nand\x00more", [PASSWORD])
        == "550 you said *** [2J and more"
    )
    assert len(clean("x" * 5000)) == 300


def test_secrets_come_from_the_environment_only_and_show_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_SMTP_USER", "corridor")
    monkeypatch.setenv("CORRIDOR_SMTP_PASSWORD", PASSWORD)
    found = credentials(SecretStr("of the block"))
    assert found.password.get_secret_value() == PASSWORD
    assert PASSWORD not in f"{found!r} {found}"
    monkeypatch.delenv("CORRIDOR_SMTP_PASSWORD")
    assert credentials(SecretStr("of the block")).password.get_secret_value() == "of the block"
    raw = load_settings().model_dump()
    with pytest.raises(SettingsError, match=r"unknown key 'mail\.password'"):
        parse_settings(raw | {"mail": {"password": PASSWORD}})


def changed(**mail_keys: Any) -> dict[str, Any]:
    return load_settings().model_dump() | {"mail": mail_keys}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"host": "relay.example", "security": "none"}, "not on this machine"),
        ({"retry_minutes": [5, 10]}, "the first 15 or more"),
        ({"retry_minutes": [30, 15]}, "none below the one before"),
        ({"connections": 5}, "less than or equal to 4"),
        ({"claim_minutes": 10}, "claim_minutes longer than answer_seconds"),
        ({"allowed_domains": ["@corridor.example"]}, "pattern"),
    ],
)
def test_a_setting_that_would_do_harm_is_refused(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        parse_settings(changed(**keys))


def test_the_environment_wins_and_is_checked_like_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_SMTP_HOST", "relay.corridor.example")
    monkeypatch.setenv("CORRIDOR_SMTP_PORT", "465")
    found = mail_in_force(parse_settings(changed(host="elsewhere.example")))
    assert (found.host, found.port, found.allowed_domains) == (
        "relay.corridor.example",
        465,
        ("corridor.example",),
    )
    monkeypatch.setenv("CORRIDOR_SMTP_PORT", "many")
    with pytest.raises(SettingsError, match="CORRIDOR_SMTP_PORT cannot be used"):
        mail_in_force(load_settings())
    monkeypatch.setenv("CORRIDOR_SMTP_PORT", "25")
    monkeypatch.setenv("CORRIDOR_SMTP_SECURITY", "none")
    with pytest.raises(SettingsError, match="not on this machine"):
        mail_in_force(load_settings())
