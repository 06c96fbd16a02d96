"""What the parts of a plan must agree on, with each other, the registers and the files named."""

from __future__ import annotations

from pathlib import Path

from evaluation.common.errors import Problem
from evaluation.plan.form import TomlFile
from evaluation.plan.registers import Registers


def plan_problems(file: TomlFile, registers: Registers, root: Path) -> list[Problem]:
    """Everything in a plan that needs two of its parts, a register or a file to be seen."""
    return []
