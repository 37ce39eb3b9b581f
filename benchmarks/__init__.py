"""Comparisons with what a user would pick instead, one module per subject, each with ``run() -> list[Bar]``."""
