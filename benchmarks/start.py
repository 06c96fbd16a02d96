"""``evaluation --help`` against a bare typer app with as many commands."""

from __future__ import annotations

from benchmarks.timing import process

BARE = """
import typer
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
def make(i):
    @app.command(name=f"command{i}")
    def command(name: str = "x", other: int = 1):
        "What the command does, in one line."
for i in range(COUNT): make(i)
app()
"""


def run() -> list[tuple[str, float, str]]:
    """Ratio of the medians of nine starts each."""
    from evaluation.cli.main import app

    bare = BARE.replace("COUNT", str(len(app.registered_commands)))
    ours = process(["-c", "from evaluation.cli.main import run; run()", "--help"], 9)
    floor = process(["-c", bare, "--help"], 9)
    return [("--help against a bare typer app", ours / floor, "at most 1.4")]
