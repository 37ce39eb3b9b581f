"""``corridor site``: what the server gives and what it keeps to itself, and who may listen where."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor_etl.cli._site_server import HEADERS, TYPES, server
from corridor_etl.cli.app import app
from corridor_etl.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    for name in ("index.html", "a/index.html", "a/figures.csv", "a/figures.xlsx", "a/issue.json", "a/issue.txt",
                 "a/feed.xml", "a/secret.db", ".a.new/index.html", "empty/.gitkeep"):  # fmt: skip
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(name, encoding="utf-8")
    (tmp_path / "warehouse.html").write_text("outside", encoding="utf-8")
    (site / "out.html").symlink_to(tmp_path / "warehouse.html")
    return site


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    with server(folder, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running.server_address[1]
        running.shutdown()
        thread.join()


def asked(port: int, path: str, method: str = "GET") -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("/", "index.html", ".html"),
        ("/a/", "a/index.html", ".html"),
        ("/a/figures.csv", "a/figures.csv", ".csv"),
        ("/a/figures.xlsx?x=1", "a/figures.xlsx", ".xlsx"),
        ("/a/issue.json", "a/issue.json", ".json"),
        ("/a/issue.txt", "a/issue.txt", ".txt"),
        ("/a/feed.xml", "a/feed.xml", ".xml"),
    ],
)
def test_a_file_comes_with_its_type(port: int, path: str, text: str, kind: str) -> None:
    status, body, headers = asked(port, path)
    assert (status, body, headers["content-type"]) == (200, text, TYPES[kind])
    assert {name: headers[name.lower()] for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "path",
    ["/empty/", "/a/secret.db", "/.a.new/", "/.a.new/index.html", "/out.html", "/../warehouse.html",
     "/%2e%2e/warehouse.html", "/a/%2e%2e/%2e%2e/warehouse.html", "/a%00.html", "/nothing.html", "/a/nothing/"],
)  # fmt: skip
def test_nothing_hidden_listed_or_outside_is_served(port: int, path: str) -> None:
    status, body, _ = asked(port, path)
    assert status == 404
    assert "outside" not in body
    assert "secret" not in body


def test_nothing_can_be_sent_to_it(port: int) -> None:
    assert asked(port, "/index.html", "POST")[0] == 501
    assert asked(port, "/index.html", "HEAD")[:2] == (200, "")


def test_a_folder_without_its_slash_stays_on_this_server(port: int) -> None:
    status, _, headers = asked(port, "/a")
    assert (status, headers["location"]) == (301, "/a/")
    assert asked(port, "//elsewhere.example/a/..")[0] == 404


def run(*words: str) -> object:
    return CliRunner().invoke(app, ["site", *words], catch_exceptions=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve", "--host", "0.0.0.0"), "holds internal pages"),
        (("serve", "--audience", "everybody"), "no audience 'everybody'"),
        (("serve", "--audience", "public", "--host", "0.0.0.0"), "nothing is built"),
        (("serve",), "nothing is built"),
    ],
)
def test_serving_is_refused_with_a_reason(words: tuple[str, ...], said: str) -> None:
    error = run(*words).exception  # type: ignore[attr-defined]
    assert isinstance(error, UsageError)
    assert said in error.message
