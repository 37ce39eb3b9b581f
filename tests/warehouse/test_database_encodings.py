"""A PostgreSQL database made under another encoding: what it cannot hold is said before anything is stored."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from corridor_etl.errors import SettingsError
from corridor_etl.jobs.doctor import examined
from corridor_etl.warehouse import Warehouse

ENCODINGS = ("SQL_ASCII", "LATIN1")


@pytest.fixture(params=ENCODINGS)
def narrow(request: pytest.FixtureRequest, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"narrow_{request.param.lower()}_{os.getpid()}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        made = f"CREATE DATABASE {name} ENCODING {request.param} LOCALE 'C' TEMPLATE template0"
        connection.execute(made.encode())
        address = make_url(postgresql).set(database=name).render_as_string(hide_password=False)
        monkeypatch.setenv("CORRIDOR_DATABASE_URL", address)
        yield request.param
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_opening_says_which_encoding_it_has_and_how_to_make_another(narrow: str, made_anew: None) -> None:
    with pytest.raises(SettingsError, match=narrow) as refused, Warehouse.open():
        pass
    assert "UTF8" in refused.value.expected
    assert "--encoding UTF8" in refused.value.fix


def test_the_doctor_says_the_same(narrow: str, made_anew: None) -> None:
    found = [f for f in examined() if f.check == "database" and f.state == "fail"]
    assert [f"encoding {narrow}" in f.fact for f in found] == [True]
