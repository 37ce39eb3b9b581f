"""``corridor`` called as a script calls it, but in this process: to start one costs seconds that tell nothing."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from corridor_etl.cli.app import main

CORRIDOR = Path(sys.executable).with_name("corridor")


def corridor(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What the entry point of the command prints, and the exit code it ends the process with."""
    argv = [str(CORRIDOR), *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with patch.object(sys, "argv", argv), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
            code: object = 0
        except SystemExit as end:
            code = end.code
    return subprocess.CompletedProcess(argv, int(str(code or 0)), out.getvalue(), err.getvalue())
