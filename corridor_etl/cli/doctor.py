"""``corridor doctor``: what is likely set wrong, and the fix."""

from __future__ import annotations

from dataclasses import asdict

import typer

from corridor_etl.cli._output import AsJson, say, show


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("doctor")(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Look for what is likely set wrong and say the fix; changes nothing. Exit code 3 where something fails."""
    from corridor_etl.jobs.doctor import examined, is_sound

    findings = examined()
    if as_json:
        show(map(asdict, findings), as_json=True, columns=(), empty="")
    else:
        width = max(len(finding.check) for finding in findings)
        for finding in findings:
            say(f"{finding.state:<4}  {finding.check:<{width}}  {finding.line()}")
    if not is_sound(findings):
        raise typer.Exit(3)
