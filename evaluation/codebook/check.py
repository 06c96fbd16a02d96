"""What an instrument's parts must agree on; form alone is checked by the models."""

from __future__ import annotations

from evaluation.common.errors import Problem
from evaluation.plan.form import TomlFile


def instrument_problems(file: TomlFile) -> list[Problem]:
    """Everything in an instrument that needs two of its parts to be seen."""
    return []
