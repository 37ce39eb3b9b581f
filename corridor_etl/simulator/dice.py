"""The dice of the story: one named random source for each decision, so that more weeks never change earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def dice(seed: int, *names: object) -> Random:
    """A random source for one decision; seeding by text is the same on every machine."""
    return Random("|".join(map(str, (seed, *names))))


def weighted(source: Random, choices: Sequence[tuple[T, int]]) -> T:
    """One of several choices by their weights."""
    return source.choices([c for c, _ in choices], [w for _, w in choices])[0]
