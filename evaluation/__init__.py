"""Survey and evaluation toolkit for Danish municipalities.

The public interface, for notebooks: :func:`load_plan`, :func:`read_export`,
:func:`compare`, :func:`analyse`, :func:`publish`, :func:`render` and the types they
return. Everything is imported when first used, so that ``import evaluation`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.api import analyse as analyse
    from evaluation.api import compare as compare
    from evaluation.api import load_plan as load_plan
    from evaluation.api import publish as publish
    from evaluation.api import read_export as read_export
    from evaluation.api import render as render
    from evaluation.common.errors import EvaluationError as EvaluationError

__version__ = "0.1.0"

_PLACES = {
    "load_plan": "evaluation.api",
    "read_export": "evaluation.api",
    "compare": "evaluation.api",
    "analyse": "evaluation.api",
    "publish": "evaluation.api",
    "render": "evaluation.api",
    "EvaluationError": "evaluation.common.errors",
    "Workspace": "evaluation.plan.load",
    "SurveyExport": "evaluation.importing.export",
    "Change": "evaluation.statistics.change",
    "Estimates": "evaluation.analysis.estimates",
    "Published": "evaluation.disclosure.published",
    "RenderResult": "evaluation.reporting.render",
}

__all__ = sorted(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'evaluation' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*_PLACES, "__version__"])
