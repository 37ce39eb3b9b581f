"""Reading in a child: the same answer as without it, and a file that breaks its reader costs nothing but itself."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._child import Limits, Reader, ask, guarded
from tests.sources import hostile_readers as readers

SENDER = Sender(id="broker", name="Broker", source="declarations", encodings=("utf-8", "gb18030"))
LIMITS = Limits(memory_bytes=400_000_000, cpu_seconds=1, wall_seconds=120)


def refused(reader: Reader, limits: Limits = LIMITS) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        guarded(reader, limits)(b"x", None)
    return caught.value


def test_a_raw_file_comes_back_as_it_was_made() -> None:
    here, there = (read("строка\n行".encode(), SENDER) for read in (readers.good, guarded(readers.good)))
    assert there.frame.equals(here.frame)
    assert there.frame.schema == here.frame.schema
    assert there.others["port_event"].equals(here.others["port_event"])
    for name in (
        "rows_counted",
        "findings",
        "faults",
        "dialect",
        "raw_lines",
        "decimal_mark",
        "is_day_first",
    ):
        assert getattr(there, name) == getattr(here, name)


def test_a_rejection_comes_back_with_its_facts() -> None:
    error = refused(readers.refusing)
    assert (error.reason, error.facts) == ("SCHEMA", {"missing": ["a", "b"]})
    assert error.message == "no header; expected one. Send it."


@pytest.mark.parametrize(("reader", "reason", "hint"), [
    (readers.aborting, "PARSER_CRASH", "SIGABRT"),
    (readers.leaving, "PARSER_CRASH", "exit code 3"),
    (readers.raising, "PARSER_CRASH", "ZeroDivisionError: a defect of ours"),
    (readers.greedy, "TOO_BIG", "memory"),
    (readers.spinning, "TOO_BIG", "1 s of processor time"),
])  # fmt: skip
def test_a_reader_that_dies_is_a_rejection_and_its_neighbours_load(
    reader: Reader, reason: str, hint: str
) -> None:
    neighbour = guarded(readers.good)
    assert neighbour(b"before", None).frame.height == 1
    error = refused(reader)
    assert error.reason == reason
    assert hint in error.message
    assert "\n" not in error.message
    assert neighbour(b"after", None).frame.height == 1


def test_a_reader_that_hangs_is_stopped() -> None:
    error = refused(readers.hanging, Limits(wall_seconds=1))
    assert (error.reason, error.fact) == ("TOO_BIG", "reading took more than 1 s by the clock")


def test_one_child_reads_many_files_and_each_has_its_own_limit() -> None:
    answers = [ask(readers.pid, bytes(n), {}) for n in range(3)]
    assert len({a.body["pid"] for a in answers}) == 1
    assert answers[0].body["pid"] != os.getpid()
    assert [a.body["bytes"] for a in answers] == [0, 1, 2]
    assert answers[0].peak_bytes > 0


def test_threads_do_not_share_a_child() -> None:
    read = guarded(readers.good)
    texts = [f"{n}\n" * (n + 1) for n in range(24)]
    with ThreadPoolExecutor(2) as pool:
        raws = list(pool.map(lambda text: read(text.encode(), None), texts))
    assert [raw.frame.height for raw in raws] == list(range(1, 25))
    assert [raw.frame["text"].unique().to_list() for raw in raws] == [[str(n)] for n in range(24)]


def test_a_fork_leaves_the_children_to_its_parent() -> None:
    before = ask(readers.pid, b"", {}).body["pid"]
    inherited, out = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(out, str(ask(readers.pid, b"", {}).body["pid"]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(inherited, 20)) != before
    assert ask(readers.pid, b"", {}).body["pid"] == before
