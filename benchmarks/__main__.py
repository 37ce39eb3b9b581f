"""``python -m benchmarks [NAME ...]``: runs the named benchmarks, or all, and prints one line per bar.

A benchmark is a module of this folder whose name has no underscore in front and that has ``run() -> list[Bar]``.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def main(names: list[str]) -> int:
    """Prints the bars; 1 where one is not met, 2 for a name that is no benchmark."""
    known = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))
    if unknown := sorted(set(names) - set(known)):
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    print("name | ours | peer | ratio | goal | verdict")
    bars = []
    for name in names or known:
        for bar in importlib.import_module(f"benchmarks.{name}").run():
            print(bar.line(), flush=True)
            bars.append(bar)
    return 0 if all(bar.is_met for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
