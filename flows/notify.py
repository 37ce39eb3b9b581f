"""Flow ``notify``: brings incidents up to date and sends the mails about them, and no other mail.

An automation starts it when the flows tell of something (``flows/automations.yaml``). The ledger decides who is told of
what, so an event that comes twice, late or never changes nothing; see ``corridor_etl.jobs.notify``.
"""

from __future__ import annotations

from prefect import flow, get_run_logger, task

from corridor_etl.jobs import notify as job
from flows.deliver import SENDING, BlockName, relay_password


@task(task_run_name="tell the operators", **SENDING)
def tell(password_block: str | None) -> job.Notified:
    """Looks and sends; the password is read here, so that it is no parameter and no result of anything."""
    return job.notify(password=relay_password(password_block) if password_block else None)


@flow(name="notify", flow_run_name="tell the operators", persist_result=False)
def notify(password_block: BlockName | None = None) -> job.Notified:
    """Tell the operators of incidents, each once. A relay that is down fails the run; the mails wait then.

    Args:
        password_block: Secret block with the password of the relay; the worker's environment wins.
    """
    notified = tell(password_block)
    get_run_logger().info(notified.line())
    if notified.sending is not None and notified.sending.problem is not None:
        raise notified.sending.problem
    return notified
