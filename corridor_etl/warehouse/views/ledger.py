"""Views of the ledger: what has come, whether it adds up, and what is held back."""

from __future__ import annotations

from corridor_etl.warehouse.views._view import Said, View, Words, same

_HELD = ("open", "replayed", "waived", "superseded", "discarded")
_COUNTS = "rows_read rows_loaded rows_quarantined rows_duplicate"


def _coverage(_words: Words) -> str:
    return """
SELECT coalesce(d.source_id, '') AS source_id, max(s.source_name) AS source_name, w.iso_week,
       max(i.monday_on) AS monday_on, count(*) AS files,
       CAST(sum(w.rows_loaded) AS BIGINT) AS rows_loaded,
       CAST(sum(w.rows_quarantined) AS BIGINT) AS rows_quarantined,
       CAST(sum(w.rows_duplicate) AS BIGINT) AS rows_duplicate,
       max(d.received_at_utc) AS last_received_at_utc
FROM delivery_week w
JOIN delivery d ON d.delivery_no = w.delivery_no
LEFT JOIN (SELECT source_id, max(source_name) AS source_name FROM dim_sender GROUP BY source_id) s
       ON s.source_id = d.source_id
LEFT JOIN dim_iso_week i ON i.iso_week = w.iso_week
GROUP BY coalesce(d.source_id, ''), w.iso_week"""


COVERAGE = View(
    "v_coverage",
    "What has arrived of each source, by the ISO week its rows speak about.",
    _coverage,
    {
        **same("dim_sender", "source_id source_name"),
        **same("delivery_week", "iso_week"),
        **same("dim_iso_week", "monday_on"),
        "files": Said("files with rows of the week; cannot be added over weeks", "files"),
        **same("delivery_week", "rows_loaded rows_quarantined rows_duplicate"),
        "last_received_at_utc": Said("when the last of these files was taken from the inbox", "UTC"),
    },
)


def _balance(_words: Words) -> str:
    states = ", ".join(f"coalesce(q.rows_{state}, 0) AS rows_{state}" for state in _HELD)
    sums = ", ".join(
        f"CAST(sum(CASE WHEN state = '{state}' THEN 1 ELSE 0 END) AS BIGINT) AS rows_{state}"
        for state in _HELD
    )
    return f"""
SELECT d.delivery_no, d.file_name, d.sender_id, d.source_id, d.record_kind, d.status, d.reason, d.received_at_utc,
       d.rows_read, d.rows_loaded, d.rows_quarantined, d.rows_duplicate,
       CASE WHEN d.status = 'loaded' THEN d.rows_read - d.rows_loaded - d.rows_quarantined - d.rows_duplicate
            ELSE 0 END AS rows_unaccounted,
       {states}, d.snapshot
FROM delivery d
LEFT JOIN (SELECT delivery_id, {sums} FROM quarantine GROUP BY delivery_id) q
       ON q.delivery_id = d.delivery_id AND d.status = 'loaded'"""


BALANCE = View(
    "v_balance",
    "The balance of every file: rows read = loaded + quarantined + duplicate, or the whole file is rejected.",
    _balance,
    {
        **same("delivery", "delivery_no file_name sender_id source_id record_kind status reason received_at_utc"),
        **same("delivery", _COUNTS),
        "rows_unaccounted": Said("rows read that are nowhere; always 0", "rows"),
        **{f"rows_{state}": Said(f"rows that were held back and are {state}", "rows") for state in _HELD},
        **same("delivery", "snapshot"),
    },
)  # fmt: skip


def _balance_total(_words: Words) -> str:
    counts = _COUNTS.split()
    files = ", ".join(
        f"CAST(sum(CASE WHEN status = '{s}' THEN 1 ELSE 0 END) AS BIGINT) AS files_{s}"
        for s in ("loaded", "rejected", "duplicate")
    )
    sums = ", ".join(
        f"CAST(coalesce(sum({c}), 0) AS BIGINT) AS {c}"
        for c in (*counts, "rows_unaccounted", "rows_open", "rows_superseded")
    )
    return f"""
SELECT t.*, b.rows_in_lake
FROM (SELECT count(*) AS files, {files}, {sums} FROM v_balance) t
CROSS JOIN (SELECT CAST(coalesce(sum(rows_loaded), 0) AS BIGINT) AS rows_in_lake FROM batch) b"""


BALANCE_TOTAL = View(
    "v_balance_total",
    "The balance of all files together, in one row, beside what the batches added to the lake.",
    _balance_total,
    {
        "files": Said("files as received", "files"),
        "files_loaded": Said("files that were read", "files"),
        "files_rejected": Said("files rejected as a whole", "files"),
        "files_duplicate": Said("files whose bytes were known before", "files"),
        **same("delivery", _COUNTS),
        "rows_unaccounted": Said("rows read that are nowhere; always 0", "rows"),
        "rows_open": Said("rows held back that wait for a decision", "rows"),
        "rows_superseded": Said("rows held back whose record came by another delivery", "rows"),
        "rows_in_lake": Said("rows the batches added to the lake; always rows_loaded", "rows"),
    },
)

_ROW = (
    "quarantine_id line_no record_kind rule_ids severity iso_week state suggestion raw_text details_json "
    "first_seen_at_utc"
)


def _quarantine(words: Words) -> str:
    return f"""
SELECT q.quarantine_id, d.delivery_no, d.file_name, d.sender_id, d.source_id, q.line_no, q.record_kind, q.rule_ids,
       q.severity, q.iso_week, q.state, q.suggestion, q.raw_text, q.details_json, q.first_seen_at_utc,
       CASE WHEN q.state = 'open' THEN {words.days_since("q.first_seen_at_utc")} END AS age_days,
       q.decided_at_utc, q.decided_by, q.decision_reason
FROM quarantine q
LEFT JOIN delivery d ON d.delivery_id = q.delivery_id AND d.status = 'loaded'"""


_CAME_BY = same("delivery", "delivery_no file_name sender_id source_id")
QUARANTINE = View(
    "v_quarantine",
    "Rows held back, with the file and line they came in, the rules they break, their state and age.",
    _quarantine,
    {
        **same("quarantine", "quarantine_id"),
        **_CAME_BY,
        **same("quarantine", "line_no record_kind rule_ids severity iso_week state suggestion raw_text details_json"),
        **same("quarantine", "first_seen_at_utc"),
        "age_days": Said("since it was held back, by the database's clock; null once it is decided", "days"),
        **same("quarantine", "decided_at_utc decided_by decision_reason"),
    },
)  # fmt: skip


def _quarantine_rule(words: Words) -> str:
    return f"""
SELECT q.quarantine_id, rule.value AS rule_id, d.delivery_no, d.file_name, d.sender_id, d.source_id, q.line_no,
       q.record_kind, q.severity, q.iso_week, q.state
FROM quarantine q
LEFT JOIN delivery d ON d.delivery_id = q.delivery_id AND d.status = 'loaded'
CROSS JOIN {words.rules_of_row}"""


QUARANTINE_RULE = View(
    "v_quarantine_rule",
    "Rows held back, once for every rule they break; to count rows, count distinct quarantine_id.",
    _quarantine_rule,
    {
        **same("quarantine", "quarantine_id"),
        "rule_id": Said("one rule the row breaks"),
        **_CAME_BY,
        **same("quarantine", "line_no record_kind severity iso_week state"),
    },
)

LEDGER_VIEWS = (COVERAGE, BALANCE, BALANCE_TOTAL, QUARANTINE, QUARANTINE_RULE)
