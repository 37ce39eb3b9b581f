"""The law for sheets: whatever stands in the cells, both counts agree, and every row is read, held back or no row."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor_etl.sources import sources
from tests.sources.biff_files import BiffSheet, workbook
from tests.sources.sheet_samples import LIST_BOXES, loading_list, xlsx

CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "合计",
            "小计",
            "Total",
            "ИТОГО",
            "QZAU7000011",
            "QZAU7000027",
            "箱号",
            " ",
            "",
            "note: x",
            "1",
            "22G1",
        ]
    ),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z")), max_size=6),
    st.integers(0, 10**6),
    st.floats(0, 10**9, allow_nan=False).map(lambda f: round(f, 2)),
)
BOX = st.tuples(*[st.one_of(*[st.just(row[c]) for row in LIST_BOXES], CELLS) for c in range(10)])
ROW = st.one_of(st.sampled_from([*LIST_BOXES]), BOX, st.lists(CELLS, max_size=10).map(tuple))


@given(st.lists(ROW, max_size=12), st.sampled_from(["xlsx", "xls"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_both_counts_agree_and_no_row_is_lost(rows: list[tuple[Any, ...]], kind: str) -> None:
    sheet = loading_list(rows)
    data = xlsx(("清单", sheet)) if kind == "xlsx" else workbook([BiffSheet("清单", sheet)])
    raw = sources()[f"manifest_{kind}"].read(data, None)  # an imbalance would be a rejection
    lines = {*raw.frame["line_no"], *(f.line_no for f in raw.faults)}
    assert raw.rows_counted == len(lines)
    assert lines <= set(range(8, 8 + len(rows)))
    identified = [
        i
        for i, row in enumerate(rows)
        if isinstance(row[2] if len(row) > 2 else None, str) and row[2].startswith("QZAU")
    ]
    texts = " ".join([*raw.frame["raw_text"], *raw.raw_lines.values()])
    assert all(rows[i][2] in texts for i in identified)
