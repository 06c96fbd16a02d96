"""A workspace's plan and registers, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.files import hash_bytes
from evaluation.plan.check import plan_problems
from evaluation.plan.form import read_toml, validate
from evaluation.plan.indicators import Indicator, read_indicators
from evaluation.plan.model import Plan
from evaluation.plan.registers import FOLDER, Registers, read_registers

PLAN_FILE = "evaluation.toml"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with a plan, its registers and its data.

    Attributes
    ----------
    root : Path
        The folder, absolute.
    plan_sha256 : str
        Hash of ``evaluation.toml`` as it stands.
    """

    root: Path
    plan: Plan
    registers: Registers
    plan_sha256: str
    indicators: tuple[Indicator, ...] = ()

    def path(self, relative: str) -> Path:
        """A file named in the plan, as an absolute path."""
        return self.root / relative


def load_workspace(root: Path) -> Workspace:
    """The workspace at ``root``.

    Raises
    ------
    EvaluationError
        With every problem of ``evaluation.toml`` and the registers, each with its line.
    """
    workspace, problems = read_workspace(root)
    if problems or workspace is None:
        raise EvaluationError(problems)
    return workspace


def read_workspace(root: Path) -> tuple[Workspace | None, list[Problem]]:
    """The workspace at ``root``, where its plan has a readable form, and everything wrong with it.

    Raises
    ------
    EvaluationError
        When there is no plan, or it is no TOML file.
    """
    root = root.resolve()
    if not (root / PLAN_FILE).is_file():
        raise fail("plan-missing", where=root)
    file = read_toml(root / PLAN_FILE, PLAN_FILE)
    plan, problems = validate(Plan, file)
    registers, register_problems = read_registers(root)
    # a register that cannot be read makes nothing that the plan names unknown
    if not (root / FOLDER / "units.csv").exists() and (registers.population or any(t.units for t in registers.trials)):
        register_problems.append(Problem("register-units-missing", f"{FOLDER}/units.csv"))
    broken = any(problem.where.startswith(f"{FOLDER}/units.csv") for problem in register_problems)
    units_known = bool(registers.units) or not broken
    indicators, indicator_problems = read_indicators(root, registers)
    register_problems += [p for p in indicator_problems if units_known or p.code != "indicator-unknown-unit"]
    problems += [*plan_problems(file, registers, root, units_known=units_known), *register_problems]
    workspace = None if plan is None else Workspace(root, plan, registers, hash_bytes(file.data), indicators)
    return workspace, sorted(problems, key=_place)


def missing_exports(workspace: Workspace, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those of ``problems`` that say that an export is not there: the rest of the workspace can be read without it."""
    named = {w.file for s in workspace.plan.surveys for w in s.waves}
    return tuple(p for p in problems if p.code.startswith("plan-file-missing") and p.found in named)


def awaited(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    """Surveys and waves that the plan names without a file, in the order of the plan."""
    return tuple((s.id, w.wave) for s in workspace.plan.surveys for w in s.waves if w.file is None)


def _place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    digits = line.partition(" ")[0]
    return (file, int(digits)) if digits.isdigit() else (problem.where, 0)
