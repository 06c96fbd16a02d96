"""The same answers through the project's own analysis and gate: what would really have been published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.analysis.run import analyse
from evaluation.codebook.model import Instrument
from evaluation.disclosure import gate
from evaluation.disclosure.as_published import settle
from evaluation.disclosure.attack.facts import Facts, gather
from evaluation.disclosure.attack.run import Report, audit, read
from evaluation.disclosure.publications import Publication
from evaluation.disclosure.published import Published, save
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan
from evaluation.plan.registers import Registers, Trial, Unit
from evaluation.responses.model import ImportReport, Responses, State

#: Answers by unit: how many gave each of five answers (to every item), or each person's answers (P, items).
Answers = Mapping[str, Sequence[int] | np.ndarray]
ITEMS = ("q", "q2", "q3")
_TITLES = {"q": "Et udsagn", "q2": "Et andet", "q3": "Et tredje", "skala": "En skala"}


@dataclass(frozen=True, slots=True)
class Real:
    """A publication that came out of the gate: its tables, files and what everybody knows."""

    published: Published
    folder: Path
    facts: Facts
    earlier: tuple[Path, ...] = ()

    def attacked(self, shown: Sequence[Path] = ()) -> Report:
        """What comes of attacking its files, with products shown beside it."""
        return audit(read(self.folder, self.earlier, shown), self.facts)

    def value(self, group: str, measure: str, wave: str = "2024") -> str:
        """A mean as a product prints it."""
        levels = self.published.levels
        row = levels[(levels["group"] == group) & (levels["measure"] == measure) & (levels["wave"] == wave)]
        value = row[row["stat"] != "andel"]["value"].iloc[0]
        return ".." if np.isnan(value) else f"{value:.1f}".replace(".", ",")


def real(
    folder: Path,
    waves: Mapping[str, Answers],
    *,
    types: Mapping[str, tuple[str, ...]] | None = None,
    before: Sequence[Mapping[str, Answers]] = (),
    raters: Mapping[str, str] | None = None,
    items: int = 1,
    trial: Sequence[str] = (),
    panel: bool = False,
) -> Real:
    """Publish answers.

    Parameters
    ----------
    waves : mapping
        Wave to answers by unit (``A`` is ``enhed-a``).
    types : mapping, optional
        Unit to its type, and its area.
    before : sequence
        The same for earlier publications, oldest first.
    raters : mapping, optional
        Unit to the one person who answered for everybody in it.
    trial : sequence
        Units in a trial since 2022.
    """
    known = types or {}
    names = list(dict.fromkeys(unit for answers in waves.values() for unit in answers))
    workspace = _workspace(list(waves), names, known, raters is not None, trial, panel=panel)
    instrument = _instrument(items)
    policy = workspace.plan.disclosure
    shared = frozenset() if raters is None else frozenset({"s"})
    earlier: list[Publication] = []
    folders: list[Path] = []
    for number, asked in enumerate([*before, waves]):
        # an earlier publication knew the same plan
        responses = {("s", wave): _responses(wave, answers, items, raters) for wave, answers in asked.items()}
        made = gate.publish(analyse(workspace, {"lille": instrument}, responses), policy)
        made = settle(made, earlier, policy, shared)
        folders.append(folder / f"p{number}")
        save(made, folders[-1])
        earlier.append(Publication(f"p{number}", made, policy.threshold, policy.protection))
    facts = gather(workspace.plan, workspace.registers, {"lille": instrument})
    return Real(earlier[-1].published, folders[-1], facts, tuple(folders[:-1]))


def _text(words: str) -> dict[str, str]:
    return {"da": words}


def _workspace(
    waves: Sequence[str],
    units: Sequence[str],
    types: Mapping[str, tuple[str, ...]],
    shared: bool,
    trial: Sequence[str],
    *,
    panel: bool,
) -> Workspace:
    places = max((len(found) for found in types.values()), default=0)
    plan = Plan.model_validate(
        {
            "evaluation": {"title": _text("Prøve"), "kommune": "Vesterby Kommune", "kommunekode": "999", "year": 2025},
            "release": [{"id": "r", "title": _text("Frisættelse"), "from": "2021-06-01"}],
            "wave": [{"id": w, "from": f"{w}-09-01", "to": f"{w}-10-01"} for w in waves],
            "survey": [
                {
                    "id": "s",
                    "instrument": "lille",
                    "design": "panel" if panel else "repeated-cross-section",
                    "respondent": _text("medarbejdere"),
                    "id_column": "id",
                    "unit": "enhed",
                    "wave": [{"wave": w, "file": f"{w}.csv"} for w in waves],
                    "groups": ["type", "omraade"][:places],
                    **({"rater": "bag"} if shared else {}),
                }
            ],
            "decision": {"delta": [{"survey": "s", "points": 5.0, "reason": _text("Fordi")}]},
        }
    )
    made = []
    for name in units:
        kind, area = (*types.get(name, ()), "", "")[:2]
        made.append(Unit(name, f"Huset {name}", type=kind, area=area))
    trials = (Trial("f", "Forsøg", tuple(trial), pd.Timestamp("2022-01-01").date(), None, "", "", ""),) if trial else ()
    return Workspace(Path("/nowhere"), plan, Registers(tuple(made), (), trials), "0" * 64)


def _instrument(items: int) -> Instrument:
    five = [{"code": c, "label": _text(str(c)), "score": (c - 1) * 25.0} for c in range(1, 6)]
    return Instrument.model_validate(
        {
            "id": "lille",
            "title": _text("Lille"),
            "respondent": _text("medarbejdere"),
            "theme": [{"id": "t", "title": _text("Et")}],
            "response": [{"id": "fem", "choice": five, "positive": [4, 5]}],
            "scale": [{"id": "skala", "title": _text(_TITLES["skala"]), "theme": "t", "min_answered": 1}],
            "item": [
                {"id": name, "text": _text(_TITLES[name]), "response": "fem", "scale": "skala", "theme": "t"}
                for name in ITEMS[:items]
            ],
        }
    )


def _responses(wave: str, answers: Answers, items: int, raters: Mapping[str, str] | None) -> Responses:
    codes = {name: _persons(given, items) for name, given in answers.items()}
    unit = [name for name, mine in codes.items() for _ in mine]
    table = np.vstack([mine for mine in codes.values() if len(mine)])
    number = [i for mine in codes.values() for i in range(len(mine))]
    who = [f"{u}-{i}" for u, i in zip(unit, number, strict=True)]
    persons = pd.DataFrame(
        {
            "respondent": who,
            "unit": np.array(unit, dtype=object),
            "rater": who if raters is None else [raters.get(u, w) for u, w in zip(unit, who, strict=True)],
            "completed": [True] * len(unit),
        }
    )
    kinds = pd.CategoricalDtype([s.value for s in State])
    report = ImportReport("s", wave, (f"/x/{wave}.csv",), "surveyxact-eu", "1" * 64, *[len(unit)] * 3, 0, 0)
    frame = pd.DataFrame(table, columns=list(ITEMS[:items]))
    states = pd.DataFrame(State.ANSWERED.value, index=frame.index, columns=frame.columns).astype(kinds)
    return Responses(
        "s", wave, frame.astype("Int16"), states, persons, pd.DataFrame(index=persons.index), False, report
    )


def _persons(given: Sequence[int] | np.ndarray, items: int) -> np.ndarray:
    """Codes of every person (P, items)."""
    table = np.asarray(given)
    return np.repeat(np.repeat(np.arange(1, 6), table)[:, None], items, axis=1) if table.ndim == 1 else table


def renamed(facts: Facts, **titles: str) -> Facts:
    """Public knowledge with names for groups."""
    survey = facts.surveys["s"]
    return replace(facts, surveys={"s": replace(survey, groups={**survey.groups, **titles})})
