"""``make bench``: every ratio in a small table; ``--write`` also puts it into ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import os
import subprocess

from benchmarks import cold, importing, start, statistics
from benchmarks.table import Row, markdown, plain
from benchmarks.timing import ROOT

_PAGE = ROOT / "docs" / "benchmarks.md"
_BEGIN, _END = "<!-- figures: python -m benchmarks.run --write -->", "<!-- end of figures -->"


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=3, help="how often everything is measured (usual: 3)")
    asked.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    given = asked.parse_args()
    found = [*start.rows(), *cold.rows(given.rounds), *importing.rows(rounds=given.rounds)]
    found += statistics.rows(given.rounds)
    print(plain(found))
    if given.write:
        write(found, given.rounds)


def write(found: list[Row], rounds: int) -> None:
    """Put the table between its two marks in the page."""
    basis = f"Commit {_commit()}, {os.cpu_count()} cores, the fastest of {rounds} rounds."
    before, _, rest = _PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    _PAGE.write_text(f"{before}{_BEGIN}\n{basis}\n\n{markdown(found)}\n{_END}{after}", encoding="utf-8")


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
