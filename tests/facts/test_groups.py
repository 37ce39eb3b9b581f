"""Boxes and declarations that share each other are one group, however long the chain between them."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from corridor_etl.facts.cross_source._groups import with_group


def grouped(pairs: list[tuple[str, str]]) -> dict[str, str]:
    rows = pl.DataFrame(pairs, schema={"left": pl.String(), "right": pl.String()}, orient="row")
    return dict(with_group(rows, "left", "right").select("left", "group").iter_rows())


def test_groups_are_chains_of_pairs_named_by_the_smallest() -> None:
    pairs = [("c", "1"), ("b", "2"), ("c", "2"), ("a", "3"), ("d", "4"), ("d", "3")]
    assert grouped(pairs) == {"a": "a", "b": "b", "c": "b", "d": "a"}
    assert grouped(pairs[::-1]) == grouped(pairs)
    assert grouped([]) == {}
    chain = [(f"D{n + i:03}", f"T{n}") for n in range(200) for i in (0, 1)]
    assert set(grouped(chain).values()) == {"D000"}


@examples(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("123456")), max_size=14))
def test_groups_are_what_walking_from_pair_to_pair_reaches(pairs: list[tuple[str, str]]) -> None:
    def reached(start: str) -> set[str]:
        seen = {start}
        while more := {a for a, r in pairs for b, s in pairs if r == s and b in seen} - seen:
            seen |= more
        return seen

    assert grouped(pairs) == {left: min(reached(left)) for left, _ in pairs}
