"""How a row is judged, as Polars expressions that know nothing about Great Expectations.

Every check takes the columns it needs, in the order of the suite's ``column_list``, and thresholds as keywords. It
gives a boolean expression: true is fine, false breaks the rule, null means the row cannot be judged by it (an
optional cell is empty, or the rule is about other rows). Which columns a rule reads, how severe it is and where its
thresholds lie is written in the suites.
"""
