"""A whole small workspace on disk: one panel survey in nine units of two types and three areas, with its reports.

Runs through every stage in seconds where the demo takes minutes. The survey bears the name of the demo's survey of
employees, so that the reports' own chapters show it.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from evaluation.common.resources import resource_folder
from tests.support.workspaces import UNIT_COLUMNS, plan_head, write_workspace

SURVEY = "medarbejdertrivsel"
WAVES = ("2020", "2024")
ITEMS = ("ag_1", "ag_2", "ag_3", "fa_1", "fa_2", "fa_3")
#: Answers of each unit and wave; the areas cross the types.
SIZES: Mapping[str, int] = {f"G9000{n}": size for n, size in enumerate((34, 26, 9, 30, 18, 41, 12, 28, 36), start=1)}
AREAS = ("Nord", "Syd", "Øst")
_WORDS = """godt rart nemt sjovt roligt trygt børnene kolleger frihed tillid legen naturen samarbejde hverdagen
måltider planer møder pauser ansvar humor ideer samtaler rammer udeliv sange faglighed nærvær overblik tempo stemning"""
_CHOICES = "\n".join(
    f'  {{code = {code}, score = {25 * (code - 1)}, label = {{da = "{label}"}}}},'
    for code, label in enumerate(("Helt uenig", "Uenig", "Hverken eller", "Enig", "Helt enig"), start=1)
)
_PLAN = f"""\
[[survey]]
id = "{SURVEY}"
instrument = "{SURVEY}"
design = "panel"
respondent = {{da = "medarbejdere i dagtilbud", en = "employees in day care"}}
unit = "enhed"
id_column = "nr"
groups = GROUPS
WEIGHTING
[[survey.wave]]
wave = "2020"
file = "data/raw/2020/svar.csv"
[[survey.wave]]
wave = "2024"
file = "data/raw/2024/svar.csv"

[disclosure]
threshold = 5
protection = 3

[decision]
alpha = 0.05
[[decision.delta]]
survey = "{SURVEY}"
points = 5
reason = {{da = "Fordi"}}
"""


def codebook() -> str:
    """Two scales of three statements, one group variable, one open question."""
    text = f"""\
id = "{SURVEY}"
title = {{da = "Medarbejdertrivsel", en = "Employee well-being"}}
respondent = {{da = "medarbejdere", en = "employees"}}
[[theme]]
id = "t"
title = {{da = "Trivsel"}}
[[response]]
id = "fem"
positive = [4, 5]
choice = [
{_CHOICES}
  {{code = 9, label = {{da = "Ved ikke"}}, state = "ved_ikke"}},
]
[[group]]
id = "stilling"
title = {{da = "Stilling"}}
value = [
  {{code = "1", id = "paedagog", label = {{da = "Pædagog"}}}},
  {{code = "2", id = "medhjaelper", label = {{da = "Medhjælper"}}}},
]
[[open]]
id = "kommentar"
theme = "t"
role = "stilling"
text = {{da = "Hvad er du glad for?"}}
"""
    for scale, title in (("ag", "Arbejdsglæde"), ("fa", "Fællesskab")):
        text += f'[[scale]]\nid = "{scale}"\ntitle = {{da = "{title}"}}\ntheme = "t"\nmin_answered = 2\n'
    for item in ITEMS:
        text += f'[[item]]\nid = "{item}"\ntext = {{da = "Udsagn {item}"}}\nresponse = "fem"\ntheme = "t"\n'
        text += f'scale = "{item[:2]}"\n'
    return text


def plan(groups: tuple[str, ...] = ("type", "omraade", "stilling"), weighting: str = "", products: str = "") -> str:
    """The plan; ``weighting``: lines of ``[survey.weighting]``."""
    text = _PLAN.replace("GROUPS", "[" + ", ".join(f'"{name}"' for name in groups) + "]")
    # [survey.weighting] stands behind the survey's waves: a table ends the keys of the one before it
    text = text.replace("WEIGHTING\n", "")
    if weighting:
        text = text.replace("[disclosure]", f"[survey.weighting]\n{weighting}\n\n[disclosure]")
    return plan_head(*WAVES, products=products) + text


def unit_lines() -> str:
    """``units.csv``: types change every unit, areas every three."""
    kinds = ("dagpleje", "boernehave")
    lines = [f"{unit},Enhed {n},{kinds[n % 2]},{AREAS[n // 3]},,,,,,," for n, unit in enumerate(SIZES)]
    return "\n".join([UNIT_COLUMNS, *lines]) + "\n"


def answers(wave: str, seed: int = 1, sizes: Mapping[str, int] = SIZES) -> list[list[str]]:
    """The rows of one export, heads first; the same people in both waves."""
    rng = np.random.default_rng([seed, int(wave)])
    rows = [["nr", "enhed", "stilling", "kommentar", *ITEMS]]
    shift = 0.4 if wave == WAVES[-1] else 0.0
    for place, (unit, size) in enumerate(sizes.items()):
        for number in range(size):
            level = rng.normal(3.3 + shift + 0.1 * (place % 3), 0.5)
            codes = np.clip(np.round(rng.normal(level, 0.8, len(ITEMS))), 1, 5).astype(int).astype(str)
            codes[rng.random(len(ITEMS)) < 0.03] = "9"
            codes[rng.random(len(ITEMS)) < 0.02] = ""
            words = "det er " + " ".join(rng.choice(_WORDS.split(), 8, replace=False))
            rows.append([f"p{place}x{number}", unit, "1" if rng.random() < 0.7 else "2", words, *codes.tolist()])
    return rows


def as_csv(rows: list[list[str]]) -> bytes:
    """Rows as a csv export."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode("utf-8")


def population(factor: float = 1.4) -> str:
    """``population.csv``: the larger units were asked more often in vain."""
    lines = [
        f"{SURVEY},{wave},{unit},{round(size * (factor + 0.05 * n))}"
        for wave in WAVES
        for n, (unit, size) in enumerate(SIZES.items())
    ]
    return "\n".join(["survey,wave,unit,invited", *lines]) + "\n"


def made_workspace(root: Path, text: str = "", **rows: list[list[str]]) -> Path:
    """Write the workspace; ``text`` is another plan, ``w2020`` and ``w2024`` are other rows of a wave."""
    raw: dict[str, str | bytes] = {f"{wave}/svar.csv": as_csv(rows.get(f"w{wave}", answers(wave))) for wave in WAVES}
    return write_workspace(
        root, text or plan(), codebooks={SURVEY: codebook()},
        registers={"units": unit_lines(), "population": population()}, raw=raw,
    )  # fmt: skip


def with_reports(root: Path, **products: str) -> Path:
    """Add the program's report projects, and further ones of a single document by name."""
    made = shutil.ignore_patterns("_output", "_published", "_resultater", "_variables.yml")
    shutil.copytree(resource_folder("reports"), root / "reports", ignore=made)
    for name, text in products.items():
        folder = root / "reports" / name
        folder.mkdir()
        shutil.copy(root / "reports/resultatrapport/_quarto.yml", folder)
        (folder / "index.qmd").write_text(text, encoding="utf-8")
    return root
