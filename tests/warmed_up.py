"""What the process has done whose copies ``own_process`` starts: imported all of the program, and nothing else.

It is imported there and nowhere else.
"""

from tests.faults.children import warm_up

warm_up()
