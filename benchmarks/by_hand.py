"""What an analyst writes by hand: one document with Python cells that makes the same figures.

``make_document`` writes it for a workspace that has been run: for every figure of our report
a cell with pandas and a plain plotnine plot (facets and automatic layout, as one writes it),
for every survey the tests with pingouin. The analyst is given the answers cleaned, scored by
nobody, in one file a survey and wave: importing, clustering, disclosure, sentences and tables
are ours alone, so the comparison flatters the document.

``python -m benchmarks.by_hand DOCUMENT FORMAT FOLDER`` executes the cells once, as the kernel
does for one output format.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

#: Picture format that Quarto asks the kernel for.
PICTURES = {"html": "png", "typst": "svg", "docx": "png"}
_CELL = re.compile(r"^```\{python\}\n(.*?)^```$", re.M | re.S)

_HEAD = """---
title: Midtvejsevaluering
format:
  html: {embed-resources: true}
  typst: default
  docx: default
---

```{python}
import pandas as pd
import pingouin as pg
import plotnine as p9

DATA = "FOLDER"

def answers(survey, wave):
    return pd.read_parquet(f"{DATA}/{survey}/{wave}/responses.parquet")

def shares(survey, items, waves, labels):
    rows = []
    for item in items:
        for wave in waves:
            values = answers(survey, wave)[item].dropna()
            for code, share in values.value_counts(normalize=True).items():
                rows.append({"item": item, "wave": wave, "code": code, "share": share})
    table = pd.DataFrame(rows)
    table = table[table["code"].isin(labels)]
    table["answer"] = pd.Categorical(table["code"].map(labels), list(labels.values()), ordered=True)
    table["text"] = (100 * table["share"]).round().astype(int).astype(str)
    return table

def battery(survey, items, waves, labels):
    table = shares(survey, items, waves, labels)
    return (
        p9.ggplot(table, p9.aes("wave", "share", fill="answer"))
        + p9.geom_col(position=p9.position_stack(reverse=True))
        + p9.geom_text(
            p9.aes(label="text", group="answer"), position=p9.position_stack(vjust=0.5, reverse=True), size=7
        )
        + p9.coord_flip()
        + p9.facet_wrap("item", ncol=1)
        + p9.scale_y_continuous(labels=lambda values: [f"{100 * v:.0f} %" for v in values])
        + p9.labs(x="", y="", fill="")
        + p9.theme_minimal()
        + p9.theme(legend_position="top", figure_size=(6.3, 1 + 0.6 * len(items)))
    )

def changes(survey, scales, waves):
    before, after = (answers(survey, wave) for wave in waves)
    rows = []
    for scale, items in scales.items():
        x, y = after[items].mean(axis=1).dropna(), before[items].mean(axis=1).dropna()
        test = pg.ttest(x.astype(float), y.astype(float), correction=True)
        effect = pg.compute_effsize(x.astype(float), y.astype(float), eftype="hedges")
        low, high = test.iloc[0][[name for name in test.columns if name.startswith("CI95")][0]]
        rows.append({"scale": scale, "before": y.mean(), "after": x.mean(), "low": low, "high": high, "g": effect})
    return pd.DataFrame(rows)

def dumbbell(table):
    return (
        p9.ggplot(table)
        + p9.geom_segment(p9.aes(x="before", xend="after", y="scale", yend="scale"))
        + p9.geom_errorbarh(p9.aes(xmin="before + low", xmax="before + high", y="scale"), height=0.2)
        + p9.geom_point(p9.aes(x="before", y="scale"), color="#AE93E0", size=3)
        + p9.geom_point(p9.aes(x="after", y="scale"), color="#53329A", size=3)
        + p9.labs(x="", y="")
        + p9.theme_minimal()
        + p9.theme(figure_size=(6.3, 1 + 0.3 * len(table)))
    )

def people(survey, wave):
    return pd.read_parquet(f"{DATA}/{survey}/{wave}/persons.parquet")

def interval(values):
    values = values.dropna().astype(float)
    half = 1.96 * values.std() / max(len(values), 1) ** 0.5
    return {"mean": values.mean(), "low": values.mean() - half, "high": values.mean() + half}

def over_waves(survey, scales, waves):
    rows = [
        {"scale": scale, "wave": wave, **interval(answers(survey, wave)[items].mean(axis=1))}
        for scale, items in scales.items()
        for wave in waves
    ]
    return (
        p9.ggplot(pd.DataFrame(rows), p9.aes("wave", "mean", group=1))
        + p9.geom_line()
        + p9.geom_pointrange(p9.aes(ymin="low", ymax="high"))
        + p9.facet_wrap("scale", ncol=3)
        + p9.labs(x="", y="")
        + p9.theme_minimal()
        + p9.theme(figure_size=(6.3, 1 + 0.5 * len(scales)))
    )

def by_group(survey, scale, items, waves, groups):
    rows = []
    for group in groups:
        parts = [answers(survey, wave)[items].mean(axis=1).groupby(people(survey, wave)[group]) for wave in waves]
        for value, after in parts[1]:
            if value in parts[0].groups:
                x, y = after.dropna().astype(float), parts[0].get_group(value).dropna().astype(float)
                test = pg.ttest(x, y, correction=True)
                low, high = test.iloc[0][[name for name in test.columns if name.startswith("CI95")][0]]
                rows.append({"group": f"{group} {value}", "change": x.mean() - y.mean(), "low": low, "high": high})
    return (
        p9.ggplot(pd.DataFrame(rows), p9.aes("group", "change"))
        + p9.geom_hline(yintercept=0)
        + p9.geom_pointrange(p9.aes(ymin="low", ymax="high"))
        + p9.coord_flip()
        + p9.labs(x="", y=scale)
        + p9.theme_minimal()
        + p9.theme(figure_size=(6.3, 1 + 0.3 * len(rows)))
    )

def verdicts(table):
    table["verdict"] = ["up" if low > 0 else "down" if high < 0 else "?" for low, high in zip(table.low, table.high)]
    return (
        p9.ggplot(table, p9.aes("''", "scale", fill="verdict"))
        + p9.geom_tile(color="white")
        + p9.geom_text(p9.aes(label="verdict"), size=8)
        + p9.labs(x="", y="")
        + p9.theme_minimal()
        + p9.theme(figure_size=(6.3, 1 + 0.3 * len(table)))
    )

def by_unit(survey, items, waves):
    rows = []
    for wave in waves:
        means = answers(survey, wave)[items].mean(axis=1).groupby(people(survey, wave)["unit"]).mean()
        rows += [{"wave": wave, "mean": mean} for mean in means]
    return (
        p9.ggplot(pd.DataFrame(rows), p9.aes("wave", "mean", color="wave"))
        + p9.geom_jitter(width=0.15, height=0)
        + p9.stat_summary(fun_y=lambda values: values.mean(), geom="point", shape="|", size=9, color="black")
        + p9.coord_flip()
        + p9.labs(x="", y="")
        + p9.theme_minimal()
        + p9.theme(figure_size=(6.3, 2.5))
    )
```
"""


def _fenced(code: str) -> str:
    return f"\n```{{python}}\n{code}\n```\n"


def _batteries(survey: Any, instrument: Any, waves: Sequence[str]) -> Iterator[str]:
    """One cell a scale (items without one: a theme) of few items, as our report divides them."""
    from evaluation.presentation.pieces.answers import _MOST

    together: dict[tuple[str, str], list[str]] = {}
    for item in instrument.items:
        together.setdefault((item.scale or item.theme, item.response), []).append(item.id)
    for (title, response), items in together.items():
        choices = next(r for r in instrument.responses if r.id == response).choices
        labels = {choice.code: choice.label.da for choice in choices if not choice.state}
        size = -(-len(items) // -(-len(items) // _MOST))
        for start in range(0, len(items), size):
            code = f"show(battery({survey.id!r}, {items[start : start + size]!r}, {waves!r}, {labels!r}))"
            yield f"\n## {title}\n{_fenced(code)}\nTeksten om figuren er skrevet i hånden.\n"


def _survey(survey: Any, instrument: Any, waves: Sequence[str]) -> Iterator[str]:
    yield f"\n# {survey.id}\n"
    scales = {scale.id: [item.id for item in instrument.items_of(scale)] for scale in instrument.scales}
    scales = scales or {item.id: [item.id] for item in instrument.items}
    yield _fenced(f"table = changes({survey.id!r}, {scales!r}, {waves!r})\nshow(dumbbell(table))")
    every = [entry.wave for entry in survey.waves if entry.file]
    yield _fenced(f"show(over_waves({survey.id!r}, {scales!r}, {every!r}))")
    yield from _batteries(survey, instrument, waves)
    groups, (first, items) = [group.id for group in instrument.groups], next(iter(scales.items()))
    if groups:
        yield _fenced(f"show(by_group({survey.id!r}, {first!r}, {items!r}, {waves!r}, {groups!r}))")
        yield _fenced("show(verdicts(table))")
        yield _fenced(f"show(by_unit({survey.id!r}, {items!r}, {waves!r}))")


def make_document(root: Path, target: Path) -> int:
    """Write the document for the workspace at ``root``; returns its number of figures."""
    from evaluation.workflow.opening import open_workspace

    workspace, instruments = open_workspace(root)
    parts = [_HEAD.replace("FOLDER", (root / "data" / "processed").as_posix())]
    counts = {
        f"{survey.id} {entry.wave}": (survey.id, entry.wave)
        for survey in workspace.plan.surveys for entry in survey.waves if entry.file
    }  # fmt: skip
    parts.append(_fenced(_RATES.replace("COUNTS", repr(counts))))
    parts.append(_fenced(_TIMELINE.replace("WAVES", repr([wave.start.isoformat() for wave in workspace.plan.waves]))))
    for survey in workspace.plan.surveys:
        instrument, named = instruments[survey.instrument], [entry.wave for entry in survey.waves if entry.file]
        if len(named) > 1:
            parts += _survey(survey, instrument, (named[-3], named[-1]))
        else:
            items, response = [item.id for item in instrument.items], instrument.responses[0]
            labels = {choice.code: choice.label.da for choice in response.choices if not choice.state}
            parts.append(_fenced(f"show(battery({survey.id!r}, {items!r}, {named!r}, {labels!r}))"))
    parts.append(_fenced(_REGISTERS.replace("FILE", (root / "data/registers/indicators.csv").as_posix())))
    parts += [_fenced(_SERIES.replace("NAME", repr(name))) for name in _indicators(root)]
    parts.append(_fenced(_MODEL))
    text = "".join(parts)
    target.write_text(text, encoding="utf-8")
    return text.count("\nshow(")


def _indicators(root: Path) -> list[str]:
    with (root / "data/registers/indicators.csv").open(encoding="utf-8", newline="") as stream:
        return list(dict.fromkeys(row["indicator"] for row in csv.DictReader(stream)))


_REGISTERS = 'registers = pd.read_csv("FILE")'
_SERIES = """series = registers[registers["indicator"] == NAME].groupby("period", as_index=False)["value"].mean()
line = p9.ggplot(series, p9.aes("period", "value")) + p9.geom_line() + p9.geom_point(size=3)
show(line + p9.geom_vline(xintercept=2021.4) + p9.theme_minimal() + p9.labs(x="", y=""))"""
_MODEL = """parts = ["Evaluering", "Frihed", "Feedback", "Formål", "Innovation", "Dialog"]
boxes = pd.DataFrame([{"x": i % 3, "y": i // 3, "text": text} for i, text in enumerate(parts)])
model = p9.ggplot(boxes, p9.aes("x", "y")) + p9.geom_tile(width=0.9, height=0.8, fill="white", color="black")
show(model + p9.geom_text(p9.aes(label="text")) + p9.theme_void())"""
_RATES = """counts = pd.DataFrame([{"what": name, "n": len(answers(*key))} for name, key in COUNTS.items()])
rates = p9.ggplot(counts, p9.aes("what", "n")) + p9.geom_col() + p9.geom_text(p9.aes(label="n"), va="bottom")
show(rates + p9.coord_flip() + p9.theme_minimal() + p9.labs(x="", y=""))"""
_TIMELINE = """waves = pd.DataFrame({"day": pd.to_datetime(WAVES)})
line = p9.ggplot(waves, p9.aes("day", 0)) + p9.geom_point(size=4)
line = line + p9.geom_text(p9.aes(label="day.dt.year"), va="bottom")
show(line + p9.geom_vline(xintercept=pd.Timestamp("2021-06-01")) + p9.theme_minimal() + p9.labs(x="", y=""))"""


def execute(document: Path, output: str, folder: Path) -> None:
    """Execute the cells in order; every shown plot is saved as Quarto's kernel would for ``output``."""
    drawn: list[Path] = []

    def show(plot: Any) -> None:
        drawn.append(folder / f"{len(drawn)}.{PICTURES[output]}")
        plot.save(drawn[-1], verbose=False, dpi=192)

    names: dict[str, Any] = {"show": show}
    for code in _CELL.findall(document.read_text(encoding="utf-8")):
        exec(compile(code, str(document), "exec"), names)


def quarto() -> str | None:
    """Path of Quarto, where it is installed."""
    return os.environ.get("QUARTO_PATH") or shutil.which("quarto")


def render(document: Path, program: str) -> float:
    """Seconds of real Quarto for the three formats; the kernel's ``show`` is Jupyter's ``display``."""
    text = document.read_text(encoding="utf-8")
    shown = document.with_name("quarto.qmd")
    shown.write_text(
        text.replace("import pandas as pd\n", "import pandas as pd\nfrom IPython.display import display as show\n", 1),
        encoding="utf-8",
    )
    start = time.perf_counter()
    environment: Mapping[str, str] = {**os.environ, "QUARTO_PYTHON": sys.executable}
    subprocess.run(
        [program, "render", shown.name], cwd=document.parent, check=True, capture_output=True, env=environment
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    execute(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
