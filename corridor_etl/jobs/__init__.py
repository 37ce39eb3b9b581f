"""Orders the stages for one delivery, one batch, one week or one backfill.

Both the command line and the Prefect flows call these functions; they know no scheduler. How a stage works
belongs to the stage.
"""
