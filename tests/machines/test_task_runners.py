"""One setting chooses where tasks run, and says what it lacks before anything is read."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from prefect import settings as prefect_settings
from prefect.task_runners import ThreadPoolTaskRunner

from corridor_etl.errors import SettingsError, TransientError
from corridor_etl.jobs.press import HERE, SharedPress
from corridor_etl.jobs.trays import SharedTray, Tray
from flows import _rendering, _task_runners, backfill, ingest, weekly_reports

WHOLE = {
    "CORRIDOR_TASK_RUNNER": "dask",
    "CORRIDOR_DASK_ADDRESS": "tcp://127.0.0.1:1",
    "CORRIDOR_DATABASE_URL": "postgresql://corridor@127.0.0.1/corridor",
    "CORRIDOR_STORE_URL": "s3://corridor/team",
    "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
    "AWS_SECRET_ACCESS_KEY": "a-secret-that-no-message-may-show",
    "AWS_REGION": "us-east-1",
}


def set_to(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    for name, value in {**WHOLE, **changes}.items():
        monkeypatch.setenv(name, value)


def with_server(address: str | None = "http://127.0.0.1:4200/api") -> Any:
    return prefect_settings.temporary_settings({prefect_settings.PREFECT_API_URL: address})


def test_without_a_setting_tasks_are_threads_of_the_flow() -> None:
    for runner in (ingest.READERS, weekly_reports.RENDERERS, backfill.RENDERERS):
        assert isinstance(runner.duplicate(), ThreadPoolTaskRunner)
    assert type(_task_runners.tray([])) is Tray
    assert _rendering.press() is HERE


def test_with_it_they_go_through_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch)
    with with_server():
        assert _task_runners.checked_address() == "tcp://127.0.0.1:1"
    assert type(_task_runners.tray([Path("a")])) is SharedTray
    assert type(_rendering.press()) is SharedPress


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"CORRIDOR_TASK_RUNNER": "ray"}, "CORRIDOR_TASK_RUNNER is 'ray'; expected threads or dask"),
        ({"CORRIDOR_DASK_ADDRESS": ""}, "CORRIDOR_DASK_ADDRESS is not set"),
        ({"CORRIDOR_DASK_ADDRESS": "localhost"}, "CORRIDOR_DASK_ADDRESS is 'localhost'"),
        ({"CORRIDOR_STORE_URL": ""}, "workers share nothing but a bucket"),
        ({"CORRIDOR_DATABASE_URL": ""}, "names no PostgreSQL"),
    ],
)
def test_what_is_missing_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], said: str
) -> None:
    set_to(monkeypatch, **changes)
    with with_server(), pytest.raises(SettingsError, match=said):
        ingest.READERS.duplicate()


def test_workers_need_a_server_they_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch)
    with with_server(None), pytest.raises(SettingsError, match="PREFECT_API_URL is not set"):
        ingest.READERS.duplicate()


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch)
    monkeypatch.setattr(_task_runners, "_PACKAGES", ("no_such_package",))
    with with_server(), pytest.raises(SettingsError, match=r"Install corridor-etl\[dask\]"):
        ingest.READERS.duplicate()


def test_a_cluster_that_is_not_there_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch)
    monkeypatch.setattr(_task_runners, "ANSWER_SECONDS", 0.5)
    with with_server(), pytest.raises(TransientError, match="no Dask scheduler answers at tcp://127"):
        ingest.READERS.duplicate()


@pytest.mark.parametrize(
    ("ended_with", "raised", "said"),
    [
        (SettingsError("this worker has another version"), SettingsError, "this worker has another version"),
        (RuntimeError("3 workers died"), TransientError, "rendering brief was lost: 3 workers died"),
    ],
)
def test_what_a_worker_says_is_told_and_what_dask_says_may_be_tried_again(
    ended_with: Exception, raised: type[Exception], said: str
) -> None:
    future: Future[Any] = Future()
    future.set_exception(ended_with)
    with pytest.raises(raised, match=said):
        _rendering.Sent("brief", future).result()
