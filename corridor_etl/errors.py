"""Every error the platform raises on purpose, and nothing else.

The hierarchy::

    CorridorError
      TerminalError                  trying again without a change cannot help
        SettingsError                corridor.toml or the environment is wrong
        UsageError                   a command or function was asked for something impossible
        ReferenceMissing             a reference table lacks what it must have
        FileRejected                 one delivery cannot be read as a whole; its bytes are kept
        BatchHeld                    validation itself failed; nothing of the batch was published
        BalanceBroken                rows read are not all accounted for
        ReportCheckFailed            a report is not fit to be sent
        AddressRefused               a message would leave for an address that is not allowed
        RelayRefused                 the relay is not trusted, or does not take mail from us
      TransientError                 the same call may succeed later
        LeaseLost                    another writer took over while this one was working
        BaseMoved                    what was read is no longer the base of the commit
        WarehouseBusy                the database is locked or unreachable
          LeaseHeld                  another process is at the same work
        DiskFailed                   the disk is full, read-only or broken
        RelayDown                    the relay cannot be reached or takes no mail now

A message says the fact, what was expected, and how to fix it. Facts are kept as attributes so that
they reach logs and ``--json`` output without parsing text.
"""

from __future__ import annotations

from typing import Any


class CorridorError(Exception):
    """Something the platform can explain."""

    is_transient = False
    exit_code = 3

    def __init__(self, fact: str, *, expected: str = "", fix: str = "", **facts: Any) -> None:
        self.fact = fact
        self.expected = expected
        self.fix = fix
        self.facts = facts
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """Fact, expectation and fix in one line."""
        parts = [self.fact.rstrip(".")]
        if self.expected:
            parts.append(f"expected {self.expected}".rstrip("."))
        text = "; ".join(parts) + "."
        return f"{text} {self.fix}" if self.fix else text

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.fact, self.expected, self.fix, self.facts)


def _rebuild(
    kind: type[CorridorError], fact: str, expected: str, fix: str, facts: dict[str, Any]
) -> CorridorError:
    return kind(fact, expected=expected, fix=fix, **facts)


class TerminalError(CorridorError):
    """Trying again without a change cannot help."""


class TransientError(CorridorError):
    """The same call may succeed later."""

    is_transient = True
    exit_code = 4


class SettingsError(TerminalError):
    """corridor.toml or the environment holds a value that cannot be used."""


class UsageError(TerminalError):
    """A command or function was asked for something impossible."""

    exit_code = 2


class ReferenceMissing(TerminalError):
    """A reference table lacks what it must have."""


class FileRejected(TerminalError):
    """One delivery cannot be read as a whole; ``reason`` is its short upper-case name."""

    def __init__(self, reason: str, fact: str, **kwargs: Any) -> None:
        super().__init__(fact, **kwargs)
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_rejected, (self.reason, self.fact, self.expected, self.fix, self.facts)


def _rebuild_rejected(reason: str, fact: str, expected: str, fix: str, facts: dict[str, Any]) -> FileRejected:
    return FileRejected(reason, fact, expected=expected, fix=fix, **facts)


class BatchHeld(TerminalError):
    """Validation itself failed, so nothing of the batch was published."""


class BalanceBroken(TerminalError):
    """Rows read are not all loaded, quarantined or counted as duplicates."""


class ReportCheckFailed(TerminalError):
    """A report is not fit to be sent."""


class AddressRefused(TerminalError):
    """A message would leave for an address that is not allowed."""


class RelayRefused(TerminalError):
    """The relay is not trusted, or does not take mail from us."""


class LeaseLost(TransientError):
    """Another writer took over while this one was working."""


class BaseMoved(TransientError):
    """What was read is no longer the base of the commit."""


class WarehouseBusy(TransientError):
    """The database is locked or unreachable."""


class LeaseHeld(WarehouseBusy):
    """Another process is at the same work; waiting for it took longer than allowed."""


class DiskFailed(TransientError):
    """The disk is full, read-only or broken; what was half done is not visible."""


class RelayDown(TransientError):
    """The relay cannot be reached or takes no mail now."""
