"""``corridor doctor``: the likely misconfigurations, each a check that says fact, expectation and fix.

A check looks and changes nothing: no home is made, no schema is brought up to date. What a sound warehouse holds
belongs to ``jobs.health``, how it does over time to ``jobs.metrics``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from corridor_etl.clock import ticking_utc
from corridor_etl.errors import CorridorError
from corridor_etl.jobs.doctor import _database, _ledger, _mail, _places, _prefect, _settings
from corridor_etl.jobs.doctor._finding import Finding, Patient, Said, failed
from corridor_etl.settings import home

__all__ = ["CHECKS", "Finding", "examined", "is_sound"]

Check = Callable[[Patient], Iterable[Said]]
ALONE: Mapping[str, Check] = {
    "settings": _settings.settings_file,
    "environment": _settings.environment,
    "clock": _settings.clock,
    "time zones": _settings.time_zones,
    "packages": _settings.packages,
    "home": _places.home,
    "disk": _places.disk,
    "fonts": _places.fonts,
    "store": _places.store,
    "database": _database.database,
    "mail": _mail.relay,
    "recipients": _mail.recipients,
    "prefect": _prefect.server,
}
"""Name -> check that needs neither settings nor a warehouse, or does without what is not there."""
OF_THE_LEDGER: Mapping[str, Check] = {
    "inbox": _ledger.inbox,
    "outbox": _ledger.outbox,
    "leases": _ledger.leases,
    "rates": _ledger.rates,
}
"""Name -> check that needs both; left out where one is missing, which is a finding of its own."""
CHECKS = (*ALONE, *OF_THE_LEDGER)


def examined() -> list[Finding]:
    """Every finding, in the order of the checks; each check that was made has at least one."""
    patient = Patient(home(), dict(os.environ), ticking_utc(), _settings.readable())
    found = [finding for name, check in ALONE.items() for finding in _made(name, check, patient)]
    warehouse = _database.usable(patient)
    if patient.settings is None or warehouse is None:
        return found
    with warehouse:
        whole = replace(patient, warehouse=warehouse)
        return [*found, *(f for name, check in OF_THE_LEDGER.items() for f in _made(name, check, whole))]


def is_sound(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed; a warning is no failure."""
    return all(finding.state != "fail" for finding in findings)


def _made(name: str, check: Check, patient: Patient) -> Iterator[Finding]:
    try:
        said = list(check(patient))
    except CorridorError as error:
        said = [failed(error)]
    except OSError as error:
        said = [Said("fail", f"the system says: {error}", "an answer", "See to what it names.")]
    sound = all(one.state == "ok" for one in said)
    for one in (o for o in said if sound or o.state != "ok"):
        yield Finding(name, one.state, one.fact, one.expected, one.fix)
