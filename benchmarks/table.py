"""Rows of the benchmark and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """One ratio and its target.

    Attributes
    ----------
    ratio : float or None
        None where it was not measured; ``note`` says why.
    target : float or None
        None for a row that only informs.
    kind : {"at most", "at least"}
        Which side of the target is good.
    """

    name: str
    ratio: float | None
    target: float | None = None
    kind: Literal["at most", "at least"] = "at most"
    note: str = ""

    @property
    def state(self) -> str:
        """``ok``, ``over`` (the wrong side of the target), ``–`` without target, or why there is no figure."""
        if self.ratio is None:
            return f"not measured: {self.note}"
        if self.target is None:
            return "–"
        held = self.ratio <= self.target if self.kind == "at most" else self.ratio >= self.target
        return "ok" if held else "over" if self.kind == "at most" else "under"

    def cells(self) -> tuple[str, str, str, str]:
        """Name, ratio, target and state as they are printed."""
        name = f"{self.name} ({self.note})" if self.note and self.ratio is not None else self.name
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}" if self.ratio < 10 else f"{self.ratio:.0f}"
        target = "" if self.target is None else f"{self.kind} {self.target:g}"
        return name, ratio, target, self.state


HEADS = ("name", "ratio", "target", "")


def plain(rows: Sequence[Row]) -> str:
    """The rows with aligned columns, for the terminal."""
    cells = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {ratio:>{widths[1]}}  {target:<{widths[2]}}  {state}".rstrip()
        for name, ratio, target, state in cells
    )


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a pipe table."""
    lines = ["| name | ratio | target | |", "|---|--:|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row.cells())} |" for row in rows)])
