"""Data Docs for people who read the report: every suite in words, and what it said about the last batches.

Great Expectations renders its suites and results into documents (``pages``); ``view`` makes HTML of them that needs
nothing but itself; ``site`` writes the files. Great Expectations is loaded when a site is built. The same classes are
named in ``expectations/great_expectations.yml``, so that its own site builder makes the same pages.
"""
