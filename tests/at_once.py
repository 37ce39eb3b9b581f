"""Processes that work at once, forked from one that has imported the program: to start each costs more than its work.

What is killed at a point of its work belongs to ``tests/killed.py``.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.pool import Pool

import pytest  # noqa: F401 - the modules of tests, which the processes import, need it too

from corridor_etl.warehouse import Warehouse  # noqa: F401 - imported here for all processes


def two_processes() -> Pool:
    """A pool of two, in the environment of now."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context.Pool(2, _enter, (dict(os.environ),))


def _enter(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
