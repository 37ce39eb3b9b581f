"""What the short upper-case names mean by which files are rejected and rows held back, for docs/sources.md.

Rules of the suites are explained in docs/rules.md, findings by their own sentence.
"""

from __future__ import annotations

OF_FILES = {
    "EMPTY_FILE": "nothing in it",
    "UNKNOWN_FORMAT": "no format claims it; the message says what stands at its head",
    "AMBIGUOUS_FORMAT": "two formats claim it",
    "FOREIGN_MESSAGE": "an EDIFACT message no record of the corridor comes from: named and set aside",
    "ENCODING": "bytes that are not in the encoding declared, or in two encodings",
    "TRUNCATED": "it ends too early: no final line end, terminator or closing tag",
    "LINE_ENDS": "lines end with a lone carriage return",
    "UNCLOSED_QUOTE": "a quote that is never closed",
    "SCHEMA": "no header, a mandatory column missing, or a column twice; the nearest known name is given",
    "COUNT_MISMATCH": "the independent count and the parser disagree",
    "TOO_BIG": "beyond a limit of size, cells, ratio, time or memory",
    "TOO_DEEP": "elements or values nested beyond 64 levels",
    "MALFORMED": "XML or JSON that is not well formed",
    "DTD": "XML with a document type or entities",
    "PLACEHOLDER": "a template whose placeholders were never filled in",
    "ERROR_ANSWER": "the answer of a service that says it failed",
    "SERVICE_STRING": "EDIFACT service characters that cannot be told from text",
    "SHIFTED_ELEMENTS": "EDIFACT whose elements were shifted by a tool",
    "CORRUPT": "a workbook or archive that cannot be read",
    "ENCRYPTED": "a password",
    "MACRO": "a workbook with macros",
    "NESTED_ARCHIVE": "an archive within an archive",
    "DUPLICATE_MEMBER": "two members of an archive or workbook with one name",
    "LINK_MEMBER": "an archive with a link in it",
    "PARSER_CRASH": "the reader broke; its neighbours load, and the file is a defect to report",
}

OF_ROWS = {
    "FIELD_COUNT": "more or fewer fields than the header",
    "REPEATED_HEADER": "the header again",
    "CONTROL_CHAR": "control characters, or ones that turn the direction of the text",
    "STRAY_QUOTE": "a quote inside a field, or text behind a closing one",
    "ROW_TOO_LONG": "a row beyond 65,536 characters",
    "UNTERMINATED_LAST_ROW": "the last row has no line end, where its sender may leave it out",
    "FORMULA_CELL": "a formula where a value belongs",
    "ERROR_CELL": "an error value",
    "NUMERIC_IDENTIFIER": "an identifier typed as a number, which has lost digits or zeros",
    "MERGED_QUANTITY": "one quantity merged over several boxes",
    "AMBIGUOUS_TIME": "a wall clock that occurs twice or never in its zone",
}
