"""From a case to what the project reads: plan, registers, codebook and answers, of today and of each publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan
from evaluation.plan.registers import Registers, Unit
from evaluation.responses.model import ImportReport, Responses, State
from tests.attack.cases import Case, Step

#: Ids of the waves; the release comes before the last one.
WAVES = ("2018", "2020", "2024")
_DONT_KNOW = 99
_SPREAD = (3.0, 0.7, 0.15)
VARIABLES = ("stilling", "alder")


@dataclass(frozen=True, slots=True)
class Survey:
    """What the analysis is given."""

    workspace: Workspace
    instrument: Instrument
    responses: Mapping[tuple[str, str], Responses]


def waves_of(case: Case) -> tuple[str, ...]:
    """The waves that the case has."""
    return WAVES[-case.waves :]


def today(case: Case) -> Survey:
    """The survey as it is published now."""
    made = Survey(_workspace(case, _groups(case)), _instrument(case), _answers(case))
    for step in case.earlier:
        if step.kind == "merged":
            made = _merged(case, made, step)
    return made


def then(case: Case, step: Step) -> Survey:
    """The survey as it was when ``step`` was published."""
    made = Survey(_workspace(case, _groups(case)), _instrument(case), _answers(case))
    last = ("s", waves_of(case)[-1])
    rng = np.random.default_rng([case.seed, 7, step.amount, step.unit])
    responses = dict(made.responses)
    if step.kind == "fewer":
        keep = np.ones(len(responses[last].persons), dtype=bool)
        mine = np.flatnonzero((responses[last].persons["unit"] == f"U{step.unit}").to_numpy())
        pool = mine if step.amount % 2 and len(mine) else np.arange(len(keep))
        keep[rng.permutation(pool)[: step.amount]] = False
        responses[last] = _rows(responses[last], keep)
    elif step.kind == "correction":
        responses[last] = _otherwise(responses[last], rng, step.amount)
    elif step.kind == "wave" and case.waves > 1:
        del responses[last]
    elif step.kind == "groups":
        groups = _groups(case)
        left = [groups[1:], groups[:-1], groups][step.amount % 3]
        return replace(made, workspace=_workspace(case, left, unit=step.amount % 3 < 2))
    return replace(made, responses=responses)


def _text(words: str) -> dict[str, str]:
    return {"da": words}


def _groups(case: Case) -> tuple[str, ...]:
    registered = (*(("type",) if case.typed else ()), *(("omraade",) if case.areas else ()))
    return (*registered, *VARIABLES[: len(case.values)])


def _workspace(case: Case, groups: tuple[str, ...], *, unit: bool = True) -> Workspace:
    waves = waves_of(case)
    design = "panel" if case.panel else "repeated-cross-section"
    plan = Plan.model_validate(
        {
            "evaluation": {"title": _text("Prøve"), "kommune": "Vesterby Kommune", "kommunekode": "999", "year": 2025},
            "release": [{"id": "r", "title": _text("Frisættelse"), "from": "2021-06-01"}],
            "wave": [{"id": w, "from": f"{w}-09-01", "to": f"{w}-10-01"} for w in waves],
            "survey": [
                {
                    "id": "s",
                    "instrument": "lille",
                    "design": design,
                    "respondent": _text("medarbejdere"),
                    "id_column": "id",
                    "wave": [{"wave": w, "file": f"{w}.csv"} for w in waves],
                    "groups": list(groups),
                    **({"unit": "enhed"} if unit else {}),
                    **({} if case.behind == "person" else {"rater": "bag"}),
                }
            ],
            "decision": {"delta": [{"survey": "s", "points": 5.0, "reason": _text("Fordi")}]},
            "disclosure": {
                "threshold": case.threshold,
                "protection": case.protection,
                "rare": "every" if case.every else "margin",
                "exempt": [VARIABLES[0]] if case.exempt else [],
            },
        }
    )
    own = [
        Unit(f"U{i}", f"Enhed {i}", type=f"t{u.type}", area=f"a{u.area}" if case.areas else "")
        for i, u in enumerate(case.units)
    ]
    other = [Unit("V0", "Anden", type="t0", kommune="Vestby Kommune")] if case.comparison else []
    return Workspace(Path("/nowhere"), plan, Registers((*own, *other), (), ()), "0" * 64)


def _instrument(case: Case) -> Instrument:
    items: list[dict[str, Any]] = []
    responses: list[dict[str, Any]] = []
    for number, item in enumerate(case.items):
        scores = np.linspace(0, 100, item.codes).round(6).tolist()
        choices: list[dict[str, Any]] = [
            {"code": c, "label": _text(str(c)), "score": s} for c, s in enumerate(scores, start=1)
        ]
        if item.dont_know:
            choices.append({"code": _DONT_KNOW, "label": _text("Ved ikke"), "state": "ved_ikke"})
        positive = list(range(item.codes - item.positive + 1, item.codes + 1))
        responses.append({"id": f"r{number}", "choice": choices, "positive": positive})
        items.append({"id": f"q{number}", "text": _text(f"q{number}"), "response": f"r{number}", "theme": "t"})
        if item.kind == "scale":
            items[-1]["scale"] = "skala"
        elif item.kind == "perceived":
            items[-1]["kind"] = "perceived"
    inside = sum(item.kind == "scale" for item in case.items)
    scales = [{"id": "skala", "title": _text("Skala"), "theme": "t", "min_answered": (inside + 1) // 2}]
    return Instrument.model_validate(
        {
            "id": "lille",
            "title": _text("Lille"),
            "respondent": _text("medarbejdere"),
            "theme": [{"id": "t", "title": _text("Et")}],
            "response": responses,
            "scale": scales if inside else [],
            "item": items,
            "row_is": "person" if case.behind == "person" else "child",
            "group": [
                {
                    "id": name,
                    "title": _text(name),
                    "value": [{"code": str(v), "id": f"v{v}", "label": _text(f"{name} {v}")} for v in range(values)],
                }
                for name, values in zip(VARIABLES, case.values, strict=False)
            ],
        }
    )


def _answers(case: Case) -> dict[tuple[str, str], Responses]:
    return {("s", wave): _wave(case, wave, number) for number, wave in enumerate(waves_of(case))}


def _wave(case: Case, wave: str, number: int) -> Responses:
    rng = np.random.default_rng([case.seed, number])
    # what a person is stays so over the waves of a panel
    same = np.random.default_rng([case.seed, 99])
    sizes = {f"U{i}": u.sizes[number] for i, u in enumerate(case.units)} | {"V0": case.comparison}
    people = [(unit, i) for unit, size in sizes.items() for i in range(size)]
    unit = np.array([u for u, _ in people], dtype=object)
    columns, states = {}, {}
    for place, item in enumerate(case.items):
        columns[f"q{place}"], states[f"q{place}"] = _column(
            rng, item.codes, item.skew, item.missing, item.dont_know, unit
        )
    persons = pd.DataFrame(
        {
            "respondent": [f"{u}-{i}" for u, i in people],
            "unit": unit,
            "rater": [_behind(case.behind, u, i) for u, i in people],
            "completed": [True] * len(people),
        }
    )
    for name, values in zip(VARIABLES, case.values, strict=False):
        shares = same.dirichlet(np.full(values, 1.0))
        given = {(u, i): same.choice(values, p=shares) for u in sizes for i in range(60)}
        gone = rng.random(len(people)) * 100 < case.residual
        persons[name] = [None if g else str(given[one]) for one, g in zip(people, gone, strict=True)]
    kinds = pd.CategoricalDtype([s.value for s in State])
    report = ImportReport("s", wave, (f"/somewhere/{wave}.csv",), "surveyxact-eu", "1" * 64, *[len(people)] * 3, 0, 0)
    return Responses(
        "s",
        wave,
        pd.DataFrame(columns).astype("Int16"),
        pd.DataFrame(states).astype(kinds),
        persons,
        pd.DataFrame(index=persons.index),
        False,
        report,
    )


def _behind(kind: str, unit: str, number: int) -> str:
    """Whom the threshold counts: themselves, a household of two children, a teacher of a class of twelve."""
    return f"{unit}-{ {'person': number, 'household': number // 2, 'teacher': number // 12}[kind] }"


def _column(
    rng: np.random.Generator, codes: int, skew: int, missing: int, dont_know: int, unit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Answers and states of everybody; one unit in three answers in its own way."""
    whole = rng.dirichlet(np.full(codes, _SPREAD[skew]))
    chosen = np.zeros(len(unit))
    for name in dict.fromkeys(unit.tolist()):
        mine = unit == name
        weights = rng.dirichlet(np.full(codes, _SPREAD[skew])) if rng.random() < 1 / 3 else whole
        chosen[mine] = rng.choice(codes, size=int(mine.sum()), p=weights) + 1
    drawn = rng.random(len(unit)) * 100
    state = np.where(drawn < missing, State.NOT_ANSWERED.value, State.ANSWERED.value).astype(object)
    state[(drawn >= missing) & (drawn < missing + dont_know)] = State.DONT_KNOW.value
    return np.where(state == State.ANSWERED.value, chosen, np.nan), state


def _rows(part: Responses, keep: np.ndarray) -> Responses:
    tables = {"codes": part.codes, "states": part.states, "persons": part.persons, "weights": part.weights}
    return replace(part, **{name: table[keep].reset_index(drop=True) for name, table in tables.items()})


def _otherwise(part: Responses, rng: np.random.Generator, many: int) -> Responses:
    """Some people's answers as they stood before they were corrected: those of others."""
    chosen = rng.permutation(len(part.persons))[:many]
    codes, states = part.codes.copy(), part.states.copy()
    from_whom = rng.permutation(len(part.persons))[: len(chosen)]
    codes.iloc[chosen] = part.codes.iloc[from_whom].to_numpy()
    states.iloc[chosen] = part.states.iloc[from_whom].to_numpy()
    return replace(part, codes=codes, states=states)


def _merged(case: Case, made: Survey, step: Step) -> Survey:
    """A unit that has become part of the next one."""
    gone, into = step.unit, (step.unit + 1) % len(case.units)
    units = tuple(
        replace(u, valid_to=date(2024, 12, 31))
        if u.id == f"U{gone}"
        else replace(u, predecessors=(*u.predecessors, f"U{gone}"))
        if u.id == f"U{into}"
        else u
        for u in made.workspace.registers.units
    )
    responses = {
        key: replace(part, persons=part.persons.assign(unit=part.persons["unit"].replace(f"U{gone}", f"U{into}")))
        for key, part in made.responses.items()
    }
    workspace = replace(made.workspace, registers=replace(made.workspace.registers, units=units))
    return replace(made, workspace=workspace, responses=responses)
