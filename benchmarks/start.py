"""``evaluation --help`` against a bare typer app with as many commands."""

from __future__ import annotations

from benchmarks.table import Row
from benchmarks.timing import fastest, in_turn, process

_OURS = "from evaluation.cli.main import run; run()"
_BARE = """
import typer
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
def make(i):
    @app.command(name=f"command{i}")
    def command(name: str = "x", other: int = 1):
        "What the command does, in one line."
for i in range(COUNT): make(i)
app()
"""


def rows(rounds: int = 11) -> list[Row]:
    """Ratio of the fastest of ``rounds`` starts each."""
    from evaluation.cli.main import app

    bare = _BARE.replace("COUNT", str(len(app.registered_commands)))
    spent = in_turn(
        {"ours": lambda: process(["-c", _OURS, "--help"]), "bare": lambda: process(["-c", bare, "--help"])}, rounds
    )
    ours, floor = (fastest([one.wall for one in spent[name]]) for name in ("ours", "bare"))
    return [Row("--help : bare typer app", ours / floor, 1.4)]
