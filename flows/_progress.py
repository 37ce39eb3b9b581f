"""How far a run is, as an artifact that the page of the run shows while it goes on."""

from __future__ import annotations

from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact


class Progress:
    """A bar of so many steps."""

    def __init__(self, steps: int, description: str) -> None:
        self._steps, self._taken = max(steps, 1), 0
        made = create_progress_artifact(progress=0.0, description=description)
        self._artifact: UUID = made  # type: ignore[assignment]

    def take(self, steps: int = 1) -> None:
        """So many steps were taken."""
        self._taken += steps
        update_progress_artifact(self._artifact, progress=min(100.0, 100 * self._taken / self._steps))
