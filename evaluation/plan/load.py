"""A workspace's plan and registers, read and checked as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.files import hash_bytes
from evaluation.plan.check import plan_problems
from evaluation.plan.form import read_toml, validate
from evaluation.plan.model import Plan
from evaluation.plan.registers import Registers, read_registers

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
    root = root.resolve()
    if not (root / PLAN_FILE).is_file():
        raise fail("plan-missing", where=root)
    file = read_toml(root / PLAN_FILE, PLAN_FILE)
    plan, problems = validate(Plan, file)
    registers, register_problems = read_registers(root)
    problems += [*plan_problems(file, registers, root), *register_problems]
    if problems or plan is None:
        raise EvaluationError(sorted(problems, key=_place))
    return Workspace(root, plan, registers, hash_bytes(file.data))


def awaited(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    """Surveys and waves that the plan names without a file, in the order of the plan."""
    return tuple((s.id, w.wave) for s in workspace.plan.surveys for w in s.waves if w.file is None)


def _place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    return (file, int(line)) if line.isdigit() else (problem.where, 0)
