"""Cleaned answers: an export read with its codebook becomes codes, states, people and weights.

:class:`~evaluation.importing.export.SurveyExport`, instrument, plan and registers come
in; :class:`~evaluation.responses.model.Responses` with an import report go out, and
into the store under ``data/processed/``. Nothing here counts or tests.
"""
