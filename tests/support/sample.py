"""A small municipality made by hand: its plan, instruments and registers. Its numbers stand in ``published``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from evaluation.codebook.model import Instrument
from evaluation.plan.load import Workspace
from evaluation.plan.model import Plan
from evaluation.plan.registers import Population, Registers, Trial, Unit

STAFF, PARENTS, SCHOOL, PERCEIVED, AWAITED = (
    "medarbejdertrivsel",
    "foraeldre",
    "skoleovergang",
    "oplevet",
    "ledere",
)

# scale, theme, higher_is, before, after, se, verdict
STAFF_SCALES = (
    ("arbejdsglaede", "trivsel", "better", 62.1, 69.4, 1.9, "fremgang"),
    ("motivation", "trivsel", "better", 66.4, 69.5, 0.9, "lille_fremgang"),
    ("faglig_frihed", "involvering", "better", 58.2, 66.9, 2.1, "fremgang"),
    ("tillid", "involvering", "better", 71.3, 71.6, 1.2, "uaendret"),
    ("ledelse", "involvering", "better", 64.0, 66.2, 2.9, "uafklaret"),
    ("faellesskab", "faellesskaber", "better", 88.4, 85.6, 0.8, "lille_tilbagegang"),
    ("systematik", "sammenhaeng", "better", 61.7, 55.2, 2.0, "tilbagegang"),
    ("dokumentation", "sammenhaeng", "worse", 55.3, 47.1, 2.2, "fremgang"),
    ("roller", "sammenhaeng", "neutral", 40.2, 44.0, 1.6, ""),
)
_TITLES = {
    "arbejdsglaede": ("Arbejdsglæde", "Job satisfaction"),
    "motivation": ("Motivation", "Motivation"),
    "faglig_frihed": ("Faglig frihed", "Professional freedom"),
    "tillid": ("Tillid", "Trust"),
    "ledelse": ("Faciliterende ledelse", "Facilitating leadership"),
    "faellesskab": ("Kollegialt fællesskab", "Collegial community"),
    "systematik": ("Systematik og fokus", "System and focus"),
    "dokumentation": ("Tid brugt på dokumentation", "Time spent on documentation"),
    "roller": ("Delte roller", "Shared roles"),
}
THEMES = (
    ("faellesskaber", "Udviklende fællesskaber", "Developing communities"),
    ("involvering", "Involvering og medbestemmelse", "Involvement and co-determination"),
    ("trivsel", "Trivsel og tidlig indsats", "Well-being and early action"),
    ("sammenhaeng", "Sammenhæng og samskabelse", "Coherence and co-creation"),
)


def _text(da: str, en: str) -> dict[str, str]:
    return {"da": da, "en": en}


def _agreement() -> dict[str, Any]:
    labels = (
        ("Helt uenig", "Strongly disagree"),
        ("Delvis uenig", "Partly disagree"),
        ("Hverken enig eller uenig", "Neither agree nor disagree"),
        ("Delvis enig", "Partly agree"),
        ("Helt enig", "Strongly agree"),
    )
    choices = [{"code": k + 1, "label": _text(*text), "score": 25.0 * k} for k, text in enumerate(labels)]
    choices.append({"code": 6, "label": _text("Ved ikke", "Don't know"), "state": "ved_ikke"})
    return {"id": "enighed", "positive": [4, 5], "choice": choices}


def _change() -> dict[str, Any]:
    labels = (
        ("Meget værre", "Much worse"),
        ("Lidt værre", "A little worse"),
        ("Uændret", "The same"),
        ("Lidt bedre", "A little better"),
        ("Meget bedre", "Much better"),
    )
    choices = [{"code": k + 1, "label": _text(*text), "score": 25.0 * k} for k, text in enumerate(labels)]
    choices.append({"code": 8, "label": _text("Ved ikke", "Don't know"), "state": "ved_ikke"})
    choices.append({"code": 9, "label": _text("Var her ikke før", "Was not here before"), "state": "var_her_ikke"})
    return {"id": "forandring", "positive": [4, 5], "choice": choices}


def sample_instruments() -> dict[str, Instrument]:
    """Instruments by id: employees (9 scales), parents and schools (items only), perceived change."""
    themes = [{"id": key, "title": _text(da, en)} for key, da, en in THEMES]
    staff_items = [
        {
            "id": f"{scale[0]}_{k}",
            "text": _text(f"Udsagn {k} om {_TITLES[scale[0]][0].lower()}", f"Statement {k} on {_TITLES[scale[0]][1]}"),
            "response": "enighed",
            "scale": scale[0],
            "theme": scale[1],
            "reversed": k == 3,
        }
        for scale in STAFF_SCALES
        for k in (1, 2, 3)
    ]
    mechanisms = {
        "motivation": ["nye-ideer"],
        "arbejdsglaede": ["trivsel-motivation"],
        "ledelse": ["mindre-bureaukrati"],
    }
    scales = [
        {
            "id": name,
            "title": _text(*_TITLES[name]),
            "theme": theme,
            "higher_is": higher,
            "min_answered": 2,
            "mechanisms": mechanisms.get(name, []),
        }
        for name, theme, higher, *_ in STAFF_SCALES
    ]
    stilling = {
        "id": "stilling",
        "title": _text("Stilling", "Position"),
        "value": [
            {"code": "1", "id": "paedagog", "label": _text("Pædagoger", "Pedagogues")},
            {"code": "2", "id": "medhjaelper", "label": _text("Medhjælpere", "Assistants")},
        ],
    }
    staff = {
        "id": STAFF,
        "title": _text("Medarbejdertrivsel", "Employee well-being"),
        "respondent": _text("medarbejdere i dagtilbud", "employees in day care"),
        "theme": themes,
        "response": [_agreement()],
        "scale": scales,
        "item": staff_items,
        "group": [stilling],
    }
    parents = _items_only(
        PARENTS,
        ("Forældretilfredshed", "Parents' satisfaction"),
        ("forældre til børn i dagtilbud", "parents of children in day care"),
        [
            ("samlet", "Hvor tilfreds er du samlet set?", "How satisfied are you overall?"),
            ("aflevering", "Hvor tilfreds er du med afleveringen?", "How satisfied are you with drop-off?"),
        ],
    )
    school = _items_only(
        SCHOOL,
        ("Overgang til skole", "Transition to school"),
        ("børnehaveklasseledere", "teachers of the introductory class"),
        [("social", "Barnet indgår i fællesskaber", "The child takes part in communities")],
    )
    perceived = _items_only(
        PERCEIVED,
        ("Oplevet ændring", "Perceived change"),
        ("medarbejdere i dagtilbud", "employees in day care"),
        [
            ("frihed", "Din faglige frihed", "Your professional freedom"),
            ("tid", "Tiden til børnene", "Time for the children"),
        ],
        kind="perceived",
    )
    leaders = {**perceived, "id": AWAITED, "title": _text("Ledere", "Leaders")}
    return {raw["id"]: Instrument.model_validate(raw) for raw in (staff, parents, school, perceived, leaders)}


def _items_only(
    name: str,
    title: tuple[str, str],
    respondent: tuple[str, str],
    items: list[tuple[str, str, str]],
    kind: str = "item",
) -> dict[str, Any]:
    response = _change() if kind == "perceived" else _agreement()
    return {
        "id": name,
        "title": _text(*title),
        "respondent": _text(*respondent),
        "row_is": "child" if name != PERCEIVED else "person",
        "theme": [{"id": "trivsel", "title": _text("Trivsel og tidlig indsats", "Well-being and early action")}],
        "response": [response],
        "item": [
            {"id": key, "text": _text(da, en), "response": response["id"], "theme": "trivsel", "kind": kind}
            for key, da, en in items
        ],
    }


def sample_plan(*, before: bool = True) -> Plan:
    """The plan of the sample; ``before=False`` leaves out every wave before the release."""
    pair = ("2020", "2024") if before else ("2024",)

    def waves(*names: str) -> list[dict[str, Any]]:
        return [{"wave": name, "file": f"data/raw/{name}/file.csv", "invited": 500} for name in names]

    def survey(name: str, design: str, respondent: tuple[str, str], rows: list[dict[str, Any]], **more: Any) -> Any:
        return {
            "id": name,
            "instrument": name,
            "design": design,
            "respondent": _text(*respondent),
            "wave": rows,
            **more,
        }

    staff = ("medarbejdere i dagtilbud", "employees in day care")
    surveys = [
        survey(STAFF, "panel", staff, waves(*pair), unit="enhed", id_column="id", groups=["type", "stilling"]),
        survey(PARENTS, "repeated-cross-section", ("forældre", "parents"), waves(*pair), unit="enhed", groups=["type"]),
        survey(SCHOOL, "cohorts", ("børnehaveklasseledere", "teachers"), waves(*pair), unit="skole"),
        survey(PERCEIVED, "retrospective", staff, waves("2024"), unit="enhed"),
        survey(AWAITED, "repeated-cross-section", ("ledere", "leaders"), [{"wave": w} for w in pair]),
    ]
    raw = {
        "evaluation": {
            "title": _text("Midtvejsevaluering af frisættelsen", "Midterm evaluation of the release"),
            "subtitle": _text("Udvikling fra 2020 til 2024", "Change from 2020 to 2024"),
            "kommune": "Lindholt Kommune",
            "kommunekode": "999",
            "publisher": "Lindholt Kommune",
            "year": 2025,
        },
        "release": [
            {
                "id": "frisaettelse",
                "title": _text("Velfærdsaftale på dagtilbudsområdet", "Welfare agreement on day care"),
                "from": date(2021, 6, 1),
                "to": date(2024, 9, 30),
                "rule": [
                    {"id": "laereplan", "title": _text("Krav til læreplaner", "Curriculum rules"), "kind": "lov"},
                    {
                        "id": "sprog",
                        "title": _text("Sprogvurdering af alle", "Language tests for all"),
                        "kind": "kommunal",
                    },
                    {
                        "id": "plads",
                        "title": _text("Pladsanvisning", "Allocation of places"),
                        "kind": "kommunal",
                        "status": "fastholdt",
                    },
                    {"id": "tilsyn", "title": _text("Tilsyn", "Supervision"), "kind": "lov", "status": "fastholdt"},
                ],
            }
        ],
        "wave": [
            {"id": wave, "from": date(int(wave), 9, 1), "to": date(int(wave), 10, 15)} for wave in ("2020", "2024")
        ][0 if before else 1 :],
        "survey": surveys,
        "comparison": {
            "kommune": "Vestermose Kommune",
            "title": _text("Vestermose Kommune", "Vestermose Municipality"),
        },
        "decision": {
            "delta": [
                {"survey": name, "points": points, "reason": _text("Svarer til et kvart svartrin.", "A quarter step.")}
                for name, points in ((STAFF, 5.0), (PARENTS, 2.5), (SCHOOL, 5.0))
            ],
            "verdict_group": [{"survey": STAFF, "group": f"type-{kind}"} for kind in ("boernehave", "dagpleje")],
        },
    }
    return Plan.model_validate(raw)


def sample_registers() -> Registers:
    """Three dagtilbud and one school, their invitations, two trials."""
    units = tuple(
        Unit(
            id=key,
            name=name,
            type=kind,
            area=area,
            kommune="Lindholt Kommune",
            centre="",
            private=False,
            administrative=False,
            valid_from=None,
            valid_to=None,
            predecessors=(),
        )
        for key, name, kind, area in (
            ("G90001", "Børnehaven Måneskin", "boernehave", "Nord"),
            ("G90002", "Dagplejen Nord", "dagpleje", "Nord"),
            ("G90003", "Vuggestuen Kløver", "vuggestue", "Syd"),
            ("990001", "Åskolen", "skole", "Syd"),
        )
    )
    population = tuple(
        Population(survey=survey, wave=wave, unit=unit.id, invited=40)
        for survey in (STAFF, PARENTS)
        for wave in ("2020", "2024")
        for unit in units[:3]
    )
    trials = (
        Trial(
            id="aabningstid",
            title="Ændret åbningstid",
            units=("G90001",),
            start=date(2022, 2, 1),
            end=date(2023, 6, 30),
            theme="sammenhaeng",
            initiated_by="forældre",
            description="Åbner en halv time senere og holder længere åbent om torsdagen.",
        ),
        Trial(
            id="sprog",
            title="Sprog i hverdagen",
            units=("G90002", "G90003"),
            start=date(2021, 9, 1),
            end=None,
            theme="trivsel",
            initiated_by="medarbejdere",
            description="Sprogarbejdet følger barnets behov.",
        ),
    )
    return Registers(units=units, population=population, trials=trials)


def sample_workspace(root: Path, *, before: bool = True) -> Workspace:
    """A workspace rooted at ``root``; no file needs to be there."""
    return Workspace(root=root, plan=sample_plan(before=before), registers=sample_registers(), plan_sha256="0" * 64)
