"""From an export to a drafted codebook: :func:`draft_codebook`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.codebook.draft import Draft, Question, QuestionType, propose
from evaluation.codebook.draft_text import confirmations, draft_text
from evaluation.codebook.recognise import recognise
from evaluation.common.errors import fail
from evaluation.common.ids import slug
from evaluation.importing.codes import code_column
from evaluation.importing.export import SurveyExport, Variable

#: Fewest rows with answers for a word on which way an item runs.
_FEWEST = 30
#: Correlations with the rest of the scale nearer to 0 than this say nothing.
_CLEAR = 0.2
# Cells with words instead of codes: a column with more wordings than this is open text.
_MOST_WORDS = 12
# Each wording must be used so often: names and addresses are not.
_WORD_FROM = 5


@dataclass(frozen=True, slots=True)
class Drafted:
    """The text of a codebook, and what is in it."""

    name: str
    text: str
    draft: Draft
    confirmations: int


def draft_codebook(export: SurveyExport, *, name: str = "", lang: str = "da") -> Drafted:
    """A codebook drafted from what the export says about itself.

    Answers are only used to tell which way the items of a scale run, and to see what
    wordings stand in cells where the file has no labels.

    Parameters
    ----------
    name : str
        Id of the instrument; default: from the name of the file.
    lang : str
        Language of the comments.

    Raises
    ------
    EvaluationError
        ``codebook-draft-nothing`` when no column has answers with labels.
    """
    questions = [_question(variable, export) for variable in export.variables]
    draft = propose(questions)
    file = export.files[0]
    if not draft.items:
        raise fail("codebook-draft-nothing", where=file, found=f"{len(questions)}")
    by_name = {question.name: question for question in questions}
    draft = draft.with_signs(_signs(draft, export, by_name))
    named = name or slug(file.stem)
    text = draft_text(draft, named, file.name, lang)
    return Drafted(named, text, draft, confirmations(text, lang))


def _question(variable: Variable, export: SurveyExport) -> Question:
    kind: QuestionType = "weight" if variable.name == export.weight else variable.type
    labels: Mapping[str, str] = variable.value_labels
    if kind in ("single", "open") and not labels:
        labels = _words_in_cells(export.data[variable.name])
        kind = "single" if labels else kind
    return Question(variable.name, variable.label, kind, dict(labels), variable.missing, variable.set_name)


def _words_in_cells(values: pd.Series) -> dict[str, str]:
    """Answers of a column whose cells hold words: numbered from 1, worst first, where their words are a scale."""
    if values.dtype.kind in "fiub":
        return {}
    counts = pd.Series([" ".join(str(v).split()) for v in values.dropna()], dtype=object).value_counts()
    counts = counts[counts.index != ""]
    if not 1 < len(counts) <= _MOST_WORDS or all(str(v).lstrip("-").isdigit() for v in counts.index):
        return {}
    words = sorted(str(word) for word in counts.index)
    # keys no code could be mistaken for: order must come from the words alone
    found = recognise({f"w{n}": word for n, word in enumerate(words)})
    if found.kind is None:
        return {}
    ordered = [words[int(key[1:])] for key in (*found.codes, *found.states)]
    return {str(n): word for n, word in enumerate(ordered, 1)}


def _signs(draft: Draft, export: SurveyExport, questions: Mapping[str, Question]) -> dict[str, float]:
    """Each item's correlation with the rest of its scale, once the scale's items are turned the same way.

    Which way the scale runs is the way of most of its items: the signs of the first
    principal axis of the items' correlations.
    """
    signs: dict[str, float] = {}
    responses = {response.id: response for response in draft.responses}
    for scale in draft.scales:
        items = [item for item in draft.items if item.scale == scale.id]
        order = {code: rank for rank, code in enumerate(responses[scale.response].found.codes)}
        ranks = [_ranks(export.data[item.column], questions[item.column], order) for item in items]
        for item, sign in zip(items, item_rest(np.column_stack(ranks)), strict=True):
            if abs(sign) >= _CLEAR:
                signs[item.id] = float(sign)
    return signs


def _ranks(values: pd.Series, question: Question, order: Mapping[str, int]) -> np.ndarray:
    by_value = {**{question.labels[code]: rank for code, rank in order.items()}, **order}
    return np.array([by_value.get(str(c), np.nan) for c in code_column(values)], dtype=float)


def item_rest(ranks: np.ndarray) -> np.ndarray:
    """Correlation of each column with the mean of the others, signed by which way most of them run.

    Parameters
    ----------
    ranks : float array, shape (rows, items)
        NaN where there is no answer.

    Returns
    -------
    float array, shape (items,)
        Negative for an item that runs against most others; NaN where fewer than 30 rows
        or no differences say anything.
    """
    table = pd.DataFrame(ranks)
    table = table.dropna(thresh=max(2, (ranks.shape[1] + 1) // 2))
    nothing = np.full(ranks.shape[1], np.nan)
    if len(table) < _FEWEST:
        return nothing
    correlations = table.corr(min_periods=_FEWEST).to_numpy()
    if not np.isfinite(correlations).any():
        return nothing
    _, axes = np.linalg.eigh(np.nan_to_num(correlations))
    way = np.where(axes[:, -1] < 0, -1.0, 1.0)
    way = -way if (way < 0).sum() * 2 > len(way) else way
    turned = (table - table.mean()) * way
    made = nothing.copy()
    for column in range(ranks.shape[1]):
        rest = turned.drop(columns=column).mean(axis=1)
        both = turned[column].notna() & rest.notna()
        if both.sum() >= _FEWEST and turned[column][both].std() > 0 and rest[both].std() > 0:
            made[column] = way[column] * float(np.corrcoef(turned[column][both], rest[both])[0, 1])
    return made
