"""What makes a record trustworthy: suites run on staged rows, the rows they hold back, and the table of rules.

The rules and their thresholds are written in ``expectations/suites`` only. How a row is judged is a Polars
expression in ``checks``; ``expectations`` wraps each as a Great Expectations class; ``runner.validate`` runs the
suite of one record kind. Great Expectations is imported when the first batch is validated, not before, and without
what it needs for distributions (``late_modules``).
"""

from corridor_etl.quality.late_modules import put_off

put_off()
