"""Public code lists and the arithmetic of public identifiers: container numbers, places, HS, currency, calendar.

Data are dated CSV files in ``data/`` (their provenance is in docs/reference.md). Nothing here knows about
files that senders deliver, or about the corridor's own settings.
"""
