"""A suggestion is a valid number one slip away that exactly one other source names, for the same train or week."""

from __future__ import annotations

import string

import polars as pl
from hypothesis import assume, given
from hypothesis import strategies as st

from corridor_etl.quality.suggestions import candidates, suggestion, suggestions
from corridor_etl.reference import container_number

LOOKALIKES = dict(zip("0OI1S5B8Z2", "O01I5S8B2Z", strict=True))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    owner = draw(st.text(string.ascii_uppercase, min_size=3, max_size=3))
    ten = owner + draw(st.sampled_from("UJZ")) + draw(st.text(string.digits, min_size=6, max_size=6))
    return f"{ten}{container_number.check_digit(ten)}"


def distance(a: str, b: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two texts."""
    rows = [[i + j if not i * j else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            rows[i][j] = min(
                rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            )
            if i > 1 and j > 1 and (a[i - 1], a[i - 2]) == (b[j - 2], b[j - 1]):
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(numbers(), st.integers(0, 10), st.sampled_from(string.ascii_uppercase + string.digits))
def test_any_one_wrong_character_is_found(number: str, at: int, wrong: str) -> None:
    bad = number[:at] + wrong + number[at + 1 :]
    assume(not container_number.is_valid(bad))
    assert number in candidates(bad)
    assert suggestion(bad, {number, "MSKU9070323"}) == number


@given(numbers(), st.integers(0, 9))
def test_any_two_neighbours_changed_about_are_found(number: str, at: int) -> None:
    bad = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assume(not container_number.is_valid(bad))
    assert number in candidates(bad)


@given(numbers(), st.sets(st.integers(0, 10), min_size=1))
def test_look_alikes_are_put_right_wherever_they_are(number: str, places: set[int]) -> None:
    bad = "".join(LOOKALIKES.get(c, c) if i in places else c for i, c in enumerate(number))
    assume(bad != number and not container_number.is_valid(bad))
    assert number in candidates(bad)


@given(numbers(), st.integers(0, 10))
def test_a_missing_or_surplus_character_is_found(number: str, at: int) -> None:
    assert number in candidates(number[:at] + number[at + 1 :])
    assert number in candidates(f"{number[:at]}X{number[at:]}")


@given(st.text(string.ascii_uppercase + string.digits, max_size=14))
def test_candidates_are_valid_and_near_and_never_of_a_valid_number(text: str) -> None:
    found = candidates(text)
    assert all(container_number.is_valid(c) for c in found)
    assert not (found and container_number.is_valid(text))
    mended = text[:4].translate(str.maketrans("01582", "OISBZ")) + text[4:].translate(
        str.maketrans("OISBZ", "01582")
    )
    assert all(distance(text, c) == 1 or c == mended for c in found)


@given(numbers())
def test_two_candidates_are_no_suggestion(number: str) -> None:
    bad = number[:10] + str((int(number[10]) + 1) % 10)
    first, second, *_ = sorted(candidates(bad))
    assert suggestion(bad, {first, second}) is None
    assert suggestion(bad, {second}) == second
    assert suggestion(bad, set()) is None


HELD = {"source_id": "rail", "train_no": "X9001", "iso_week": "2025-W09"}
BAD, RIGHT = "QZAU7000012", "QZAU7000011"


def suggested(*seen: dict[str, str | None], **held: str | None) -> str | None:
    schema = dict.fromkeys(("container_no", *HELD), pl.String)
    rows = pl.DataFrame([{"container_no": RIGHT, **HELD, **row} for row in seen], schema=schema)
    mine = pl.DataFrame(
        [{"row": 5, "container_no": BAD, **HELD, **held}, {"row": 6, "container_no": None, **HELD}],
        schema={"row": pl.Int64, **schema},
    )
    found = suggestions(mine, rows)
    assert found["row"].to_list() == [5, 6]
    assert found["suggestion"][1] is None
    answer: str | None = found["suggestion"][0]
    return answer


def test_only_another_source_of_the_same_train_or_week_counts() -> None:
    assert suggested() is None
    assert suggested({}) is None
    assert suggested({"source_id": "port"}) == RIGHT
    assert suggested({"source_id": "port", "train_no": "X9002"}) == RIGHT
    assert suggested({"source_id": "port", "iso_week": "2025-W10"}) == RIGHT
    assert suggested({"source_id": "port", "train_no": "X9002", "iso_week": "2025-W10"}) is None
    assert suggested({"source_id": "port", "train_no": None, "iso_week": "2025-W10"}) is None
    assert suggested({"source_id": "port", "train_no": None}, train_no=None) == RIGHT


def test_the_same_number_in_two_other_sources_is_one_candidate() -> None:
    assert suggested({"source_id": "port"}, {"source_id": "customs"}) == RIGHT
