"""The command line: one file per group of verbs, each a thin layer over ``jobs`` and the warehouse.

Every read command takes ``--json``. Heavy imports stay inside the commands, so that ``--help`` is quick.
"""
