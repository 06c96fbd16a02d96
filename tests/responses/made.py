"""A small instrument, exports and a plan entry, made here, for tests of the cleaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.importing.export import SurveyExport, Variable
from evaluation.plan.model import Survey
from evaluation.plan.registers import Registers, Unit
from evaluation.responses.build import build_responses
from evaluation.responses.model import Responses

LABELS = {"1": "Helt uenig", "2": "Uenig", "3": "Enig", "4": "Helt enig", "5": "Ved ikke"}
AGREE = [
    {"code": 1, "score": 0, "label": {"da": "Helt uenig", "en": "Strongly disagree"}},
    {"code": 2, "score": 33, "label": {"da": "Uenig", "en": "Disagree"}},
    {"code": 3, "score": 67, "label": {"da": "Enig", "en": "Agree"}},
    {"code": 4, "score": 100, "label": {"da": "Helt enig", "en": "Strongly agree"}},
    {"code": 5, "state": "ved_ikke", "label": {"da": "Ved ikke", "en": "Don't know"}},
    {"code": 6, "state": "ikke_relevant", "label": {"da": "Ikke relevant", "en": "Not relevant"}},
    {"code": 7, "state": "var_her_ikke", "label": {"da": "Var her ikke før", "en": "Was not here before"}},
]


def instrument(items: Sequence[str] = ("s_1", "s_2"), row_is: str = "person") -> Instrument:
    return Instrument.model_validate(
        {
            "id": "lille",
            "title": {"da": "Lille"},
            "respondent": {"da": "Ansatte"},
            "row_is": row_is,
            "theme": [{"id": "t", "title": {"da": "T"}}],
            "response": [{"id": "enig", "choice": AGREE, "positive": [3, 4]}],
            "item": [{"id": i, "text": {"da": f"Udsagn {i}"}, "response": "enig", "theme": "t"} for i in items],
            "group": [
                {
                    "id": "stilling",
                    "title": {"da": "Stilling"},
                    "value": [
                        {"code": "1", "id": "paedagog", "label": {"da": "Pædagog", "en": "Pedagogue"}},
                        {"code": "2", "id": "leder", "label": {"da": "Leder", "en": "Leader"}},
                    ],
                }
            ],
        }
    )


def survey(**changes: Any) -> Survey:
    wave = {"wave": "2024", "file": "x.csv", **changes.pop("wave", {})}
    values = {
        "id": "proeve",
        "instrument": "lille",
        "design": "panel",
        "respondent": {"da": "Ansatte"},
        "unit": "enhed",
        "id_column": "id",
        "wave": [wave],
        **changes,
    }
    return Survey.model_validate({k: v for k, v in values.items() if v is not None})


@dataclass
class Names:
    """A crosswalk: what is not named has its own name."""

    named: Mapping[str, str] = field(default_factory=dict)

    def column(self, item_or_role: str, wave: str) -> str:
        return self.named.get(item_or_role, item_or_role)


UNITS = (
    Unit("A1", "Mosen", valid_from=None),
    Unit("A2", "Bakken"),
    Unit("A3", "Skoven", predecessors=("A2",)),
    Unit("A4", "Skoven Nord", predecessors=("A3",)),
    Unit("A5", "Delt"),
    Unit("A6", "Del et", predecessors=("A5",)),
    Unit("A7", "Del to", predecessors=("A5",)),
    Unit("A9", "Kontoret", administrative=True),
)
REGISTERS = Registers(units=UNITS)


def export(
    columns: Mapping[str, Sequence[object]],
    *,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    missing: Mapping[str, Sequence[str]] | None = None,
    status: Sequence[str | None] | None = None,
    **more: Any,
) -> SurveyExport:
    """An export: numbers become float64, everything else object."""
    data = {}
    for name, values in columns.items():
        numbers = all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values)
        data[name] = pd.Series(values, dtype="float64" if numbers else object)
    variables = tuple(
        Variable(
            name,
            value_labels=dict((labels or {}).get(name, LABELS if name.startswith("s_") else {})),
            missing=frozenset((missing or {}).get(name, ())),
        )
        for name in columns
    )
    return SurveyExport(
        format="test",
        files=(Path("x.csv"),),
        sha256="0" * 64,
        data=pd.DataFrame(data),
        variables=variables,
        status=None if status is None else pd.Series(list(status), dtype=object),
        **more,
    )


def people(**columns: Sequence[object]) -> dict[str, Sequence[object]]:
    """Four people in two units who answered both items, with columns changed or added."""
    base: dict[str, Sequence[object]] = {
        "id": ["a", "b", "c", "d"],
        "enhed": ["A1", "A1", "A4", "A4"],
        "stilling": [1, 2, 1, 1],
        "s_1": [4, 3, 2, 1],
        "s_2": [1, 2, 3, 4],
    }
    return {**base, **columns}


def build(made: SurveyExport, **options: Any) -> Responses:
    plan = options.pop("survey", None) or survey()
    return build_responses(
        made,
        options.pop("instrument", None) or instrument(),
        plan,
        plan.waves[0],
        options.pop("crosswalk", Names()),
        options.pop("registers", REGISTERS),
        **options,
    )


def dropped(responses: Responses) -> dict[str, int]:
    """Dropped rows by reason."""
    assert responses.report is not None
    found: dict[str, int] = {}
    for one in responses.report.dropped:
        found[one.reason] = found.get(one.reason, 0) + one.rows
    return found


def codes_of(responses: Responses) -> set[str]:
    """Codes of the report's findings."""
    assert responses.report is not None
    return {finding.code for finding in responses.report.findings}


def answer(responses: Responses, item: str) -> list[int | None]:
    """Codes of one item."""
    return [None if pd.isna(v) else int(v) for v in responses.codes[item]]
