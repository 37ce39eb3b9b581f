"""The record ``document_event``: what became of a declaration, booking or transport document."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import DAY, MONEY, RATE, TEXT, UTC, VERSIONED

RECORD = RecordKind(
    name="document_event",
    meaning="one answer to, or step of, a declaration, booking or transport document",
    key=("document_type", "document_no", "status_code", "event_key"),
    week_of=("event_on_local",),
    compared=("reasons", "tax_amount", "event_at_utc"),
    columns=(
        Column(
            "document_type",
            TEXT,
            "declaration, booking, shipping instruction, transport document ...",
            "",
            True,
        ),
        Column("document_no", TEXT, "number of the document the event is about", "", True),
        Column("status_code", TEXT, "what happened, in the vocabulary of the message", "", True),
        Column(
            "event_key",
            TEXT,
            "the sender's identifier of the event, else the message reference and position",
            "",
            True,
        ),
        Column("event_on_local", DAY, "date of the event; the day of receipt where it has none", "", True),
        Column("event_at_utc", UTC, "instant of the event where a time is given"),
        Column("classifier", TEXT, "ACT actual, EST estimated, PLN planned"),
        Column("status_name", TEXT, "what happened, in words"),
        Column("reasons", TEXT, "reasons and error texts, separated by a semicolon"),
        Column("error_codes", TEXT, "error codes, separated by one blank"),
        Column("item_nos", TEXT, "items of the document concerned, separated by one blank"),
        Column("container_nos", TEXT, "containers named, separated by one blank"),
        Column("tax_type_code", TEXT, "kind of duty or tax"),
        Column("tax_base_amount", MONEY, "what the duty or tax is computed on", "currency"),
        Column("tax_rate_pct", RATE, "rate of the duty or tax", "%"),
        Column("tax_amount", MONEY, "duty or tax", "currency"),
        Column("currency", TEXT, "ISO 4217 code"),
        Column("message_ref", TEXT, "message or document reference of the sender"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
