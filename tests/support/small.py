"""A tiny plan, instrument and random answers, so that tests need no files and no demo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan
from evaluation.plan.registers import Population, Registers, Unit
from evaluation.responses.model import ImportReport, Responses, State

ITEMS = ("a1", "a2", "a3", "b1", "b2", "b3")


def _text(words: str) -> dict[str, str]:
    return {"da": words}


def instrument(**changes: Any) -> Instrument:
    """Two scales of three items (the second one: higher is worse), one perceived item, one group variable."""
    five = [{"code": c, "label": _text(str(c)), "score": (c - 1) * 25.0} for c in range(1, 6)]
    five.append({"code": 9, "label": _text("Ved ikke"), "state": "ved_ikke"})
    item = [
        {"id": name, "text": _text(name), "response": "five", "scale": "alfa" if name[0] == "a" else "beta",
         "theme": "t1" if name[0] == "a" else "t2", "reversed": name == "a3"}
        for name in ITEMS
    ]  # fmt: skip
    item.append({"id": "op", "text": _text("op"), "response": "five", "theme": "t1", "kind": "perceived"})
    raw: dict[str, Any] = {
        "id": "lille",
        "title": _text("Lille"),
        "respondent": _text("medarbejdere"),
        "theme": [{"id": "t1", "title": _text("Et")}, {"id": "t2", "title": _text("To")}],
        "response": [{"id": "five", "choice": five, "positive": [4, 5]}],
        "scale": [
            {"id": "alfa", "title": _text("Alfa"), "theme": "t1", "min_answered": 2},
            {"id": "beta", "title": _text("Beta"), "theme": "t2", "min_answered": 2, "higher_is": "worse"},
        ],
        "item": item,
        "group": [
            {
                "id": "stilling",
                "title": _text("Stilling"),
                "value": [{"code": c, "id": name, "label": _text(name)} for c, name in (("1", "ung"), ("2", "gammel"))],
            }
        ],
    }  # fmt: skip
    return Instrument.model_validate(raw | changes)


def units(number: int = 8, comparison: int = 0) -> tuple[Unit, ...]:
    """Own units U0… of two types, and units V0… of another municipality."""
    own = [Unit(f"U{i}", f"Enhed {i}", type="boernehave" if i % 2 else "vuggestue") for i in range(number)]
    other = [Unit(f"V{i}", f"Anden {i}", type="boernehave", kommune="Vestby Kommune") for i in range(comparison)]
    return (*own, *other)


def plan(waves: tuple[str, ...] = ("2020", "2024"), design: str = "panel", unit: bool = True, **survey: Any) -> Plan:
    """A plan with one survey ``s``; waves up to 2020 lie before the release."""
    return Plan.model_validate(
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
                    "groups": ["type", "stilling"] if unit else ["stilling"],
                    **({"unit": "enhed"} if unit else {}),
                    **survey,
                }
            ],
            "decision": {
                "delta": [{"survey": "s", "points": 5.0, "reason": _text("Fordi")}],
                "verdict_group": [{"survey": "s", "group": "stilling-ung"}],
            },
        }
    )


def workspace(
    made: Plan | None = None, registered: tuple[Unit, ...] | None = None, population: tuple[Population, ...] = ()
) -> Workspace:
    """A workspace that lies nowhere."""
    return Workspace(Path("/nowhere"), made or plan(), Registers(registered or units(), population, ()), "0" * 64)


def responses(
    wave: str,
    sizes: dict[str, int],
    seed: int = 0,
    shift: float = 0.0,
    missing: float = 0.05,
    dont_know: float = 0.05,
    rater: str | None = None,
    alike: int | None = None,
) -> Responses:
    """Random answers of ``sizes[unit]`` people in every unit.

    Respondents keep their ids over waves. ``shift`` moves all answers; ``alike`` gives
    everybody this code; ``rater`` is put behind every row.
    """
    rng = np.random.default_rng([seed, int(wave)])
    people = [(f"{name}-{i}", name) for name, size in sizes.items() for i in range(size)]
    n = len(people)
    names = [*ITEMS, "op"]
    unit_effect = {name: rng.normal(0, 0.3) for name in sizes}
    latent = rng.normal(3.4 + shift, 1.0, (n, len(names))) + np.array([[unit_effect[u]] for _, u in people]).reshape(
        n, 1
    )
    codes = np.clip(np.round(latent), 1, 5)
    if alike is not None:
        codes[:] = alike
    drawn = rng.random((n, len(names)))
    states = np.where(
        drawn < missing, State.NOT_ANSWERED.value,
        np.where(drawn < missing + dont_know, State.DONT_KNOW.value, State.ANSWERED.value),
    )  # fmt: skip
    table = pd.DataFrame(codes, columns=names).where(states == State.ANSWERED.value).astype("Int16")
    persons = pd.DataFrame(
        {
            "respondent": [name for name, _ in people],
            "unit": [unit for _, unit in people],
            "rater": [rater if rater else name for name, _ in people],
            "completed": [True] * n,
            "stilling": [str(1 + i % 2) for i in range(n)],
        }
    )
    state_table = pd.DataFrame(states, columns=names).astype(pd.CategoricalDtype([s.value for s in State]))
    report = ImportReport("s", wave, (f"/somewhere/{wave}.csv",), "surveyxact-eu", "1" * 64, n, n, n, 0, 0)
    return Responses("s", wave, table, state_table, persons, pd.DataFrame(index=persons.index), False, report)


def two_waves(sizes: dict[str, int], **options: Any) -> dict[tuple[str, str], Responses]:
    """The same units before and after."""
    shift = options.pop("shift", 0.0)
    return {
        ("s", "2020"): responses("2020", sizes, **options),
        ("s", "2024"): responses("2024", sizes, shift=shift, **options),
    }


def with_persons(part: Responses, **columns: Any) -> Responses:
    """A copy with other columns of ``persons``."""
    return replace(part, persons=part.persons.assign(**columns))
