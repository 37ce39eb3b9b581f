"""No cell that is withheld follows from what is published; which cells are sensitive by the number and size of firms."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.marts.disclosure import TOTAL, WITHHELD_WITH_OTHERS, Cell, sensitive, withheld
from corridor_etl.settings import Confidentiality


def contributions(*amounts: int, side: str = "consignor", week: str = "2025-W24") -> pl.DataFrame:
    """One cell, each amount by a firm of its own."""
    rows = [(week, side, f"firm {n}", amount) for n, amount in enumerate(amounts)]
    return pl.DataFrame(rows, schema=["iso_week", "side", "firm", "cargo_g"], orient="row")


def reason(*frames: pl.DataFrame) -> str | None:
    found = sensitive(pl.concat(frames), ["iso_week"], "cargo_g", Confidentiality())
    return None if found.is_empty() else str(found["reason"].item())


@pytest.mark.parametrize(
    ("amounts", "why"),
    [
        ((30, 30, 30), "too_few_firms"),
        ((25, 25, 25, 25), None),
        ((75, 9, 8, 8), None),
        ((76, 8, 8, 8), "one_dominates"),
        ((50, 36, 7, 7), "two_dominate"),
        ((43, 42, 8, 7), None),
        ((70, 15, 5, 5, 5), None),
        ((75, 10, 5, 5, 5), None),
        ((0, 0, 0, 0), None),
        ((25, 25, 25, 25, 0), None),
        ((50, 50, 50, 0), "too_few_firms"),
    ],
)
def test_a_cell_is_sensitive_by_its_firms(amounts: tuple[int, ...], why: str | None) -> None:
    assert reason(contributions(*amounts)) == why


def test_the_largest_firm_must_not_be_reckoned_too_closely_by_the_second() -> None:
    strict = Confidentiality(largest_pct=100, two_largest_pct=100)
    cell = contributions(100, 50, 7, 7)
    assert sensitive(cell, ["iso_week"], "cargo_g", strict)["reason"].to_list() == ["too_close_an_estimate"]
    assert sensitive(contributions(100, 50, 8, 7), ["iso_week"], "cargo_g", strict).is_empty()


def test_either_side_of_the_trade_can_be_too_few() -> None:
    many = contributions(25, 25, 25, 25)
    assert reason(many, contributions(100, side="consignee")) == "too_few_firms"
    assert reason(many, contributions(25, 25, 25, 25, side="consignee")) is None


def test_the_parts_of_a_firm_are_one_contribution_and_unknown_firms_are_one_firm() -> None:
    parts = contributions(30, 30, 20, 20).with_columns(firm=pl.Series(["a", "a", "b", "c"]))
    assert reason(parts) == "too_few_firms"
    unknown = contributions(25, 25, 25, 25).with_columns(firm=pl.Series([None, None, "b", "c"]))
    assert reason(unknown) == "too_few_firms"


def test_a_cell_alone_in_its_table_takes_every_total_along() -> None:
    assert withheld({("EXPORT", "85"): 7}, {("EXPORT", "85"): "too_few_firms"}).keys() == {
        ("EXPORT", "85"),
        ("EXPORT", TOTAL),
        (TOTAL, "85"),
        (TOTAL, TOTAL),
    }


def test_a_cell_is_hidden_with_the_smallest_others_and_zeros_are_published() -> None:
    table = {(r, c): n for r, row in {"a": (9, 5, 0), "b": (8, 1, 90), "c": (70, 60, 50)}.items() for c, n in
             zip("xyz", row, strict=True)}  # fmt: skip
    found = withheld(table, {("a", "x"): "one_dominates"})
    assert found == {
        ("a", "x"): "one_dominates",
        ("a", "y"): WITHHELD_WITH_OTHERS,
        ("b", "x"): WITHHELD_WITH_OTHERS,
        ("b", "y"): WITHHELD_WITH_OTHERS,
    }


def test_a_sensitive_cell_of_nothing_is_not_withheld() -> None:
    assert withheld({("a", "x"): 0, ("a", "y"): 3}, {("a", "x"): "too_few_firms"}) == {}


TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 50, 1000]), min_size=width, max_size=width),
        min_size=1,
        max_size=4,
    )
)


@given(TABLES, st.data())
def test_no_withheld_cell_follows_from_the_published_ones(rows: list[list[int]], data: st.DataObject) -> None:
    table = {(f"r{r}", f"c{c}"): n for r, row in enumerate(rows) for c, n in enumerate(row)}
    cells = data.draw(st.lists(st.sampled_from(sorted(table)), unique=True))
    found = withheld(table, dict.fromkeys(cells, "too_few_firms"))
    assert found.keys() >= {cell for cell in cells if table[cell]}
    assert not any(table.get(cell) == 0 for cell in found)
    assert derivable(table, set(found)) == set()
    shuffled = dict(sorted(table.items(), reverse=True))
    assert withheld(shuffled, dict.fromkeys(reversed(cells), "too_few_firms")) == found


def derivable(table: dict[Cell, int], hidden: set[Cell]) -> set[Cell]:
    """The hidden cells that the sums of rows and columns tell, found by solving the equations exactly."""
    rows, columns = sorted({r for r, _ in table}), sorted({c for _, c in table})
    unknown = sorted(hidden)
    equations = [
        *([Fraction({True: -1, False: 1}[c == TOTAL]) if r == row else Fraction(0) for r, c in unknown] for row in [*rows, TOTAL]),
        *([Fraction({True: -1, False: 1}[r == TOTAL]) if c == column else Fraction(0) for r, c in unknown] for column in [*columns, TOTAL]),
    ]  # fmt: skip
    return {cell for n, cell in enumerate(unknown) if _is_fixed(equations, n)}


def _is_fixed(equations: list[list[Fraction]], column: int) -> bool:
    """Whether the unit vector of an unknown is a combination of the equations."""
    width = len(equations[0]) if equations else 0
    unit = [Fraction(int(n == column)) for n in range(width)]
    return _rank(equations) == _rank([*equations, unit])


def _rank(matrix: list[list[Fraction]]) -> int:
    rows, rank = [list(row) for row in matrix], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((n for n in range(rank, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for n in range(rank + 1, len(rows)):
            factor = rows[n][column] / rows[rank][column]
            rows[n] = [a - factor * b for a, b in zip(rows[n], rows[rank], strict=True)]
        rank += 1
    return rank
