"""One wave of the employees' survey as a SurveyXact export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from evaluation.codebook.model import GroupVariable, Instrument, Item
from evaluation.demo.municipality import FIELDWORK
from evaluation.demo.surveyxact import Question, Sheet, Style, surveyxact_files
from evaluation.demo.texts import COMMENTS, OTHER, told_comments

STYLES: Mapping[str, Style] = {
    "2019": Style(short_names=True, trailing="rows", decimal=","),
    "2020": Style(short_names=True, trailing="all", decimal=","),
    "2022": Style(short_names=True, trailing="none", decimal="."),
    "2024": Style(short_names=False, trailing="rows", decimal=","),
}
#: The first wave was set up by somebody else: names by position instead of by item.
RENAMED = "2019"
#: Wording of two labels that differed in the first wave.
_OLD_LABELS = {"Delvis enig": "Delvist enig", "Delvis uenig": "Delvist uenig"}
#: Options of the multiple-choice question. The code is not the place in the list.
_SOURCES = (
    (1, "Kolleger"),
    (2, "Min leder"),
    (3, "Kurser"),
    (7, "Faglige netværk"),
    (16, "Bøger og tidsskrifter"),
    (9, "Andet"),
)
_TOLD_SHARE = 0.2
UNIT, PERSON = "enhedsnr", "medarbejder_id"
ADMINISTRATIVE = "G90090"


def with_extras(frame: pd.DataFrame, wave: str, rng: np.random.Generator) -> pd.DataFrame:
    """Rows that are no respondents of their own: an administrative unit, and two who answered twice."""
    answered = frame.index[frame["status"] == 4]
    extra = frame.loc[rng.choice(answered, size=min(3, len(answered)), replace=False)].copy()
    extra["unit"], extra["type"] = ADMINISTRATIVE, "administration"
    extra["respondent"] = [f"M{90001 + n}" for n in range(len(extra))]
    parts = [frame, extra]
    if wave == "2022":
        twice = frame.loc[rng.choice(answered, size=min(2, len(answered)), replace=False)].copy()
        twice["status"] = 3
        parts.append(twice)
    return pd.concat(parts, ignore_index=True)


def export_employees(
    frame: pd.DataFrame, instrument: Instrument, retrospective: Instrument | None, wave: str, seed: int
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Write the three files of one wave, and the name of each item and role in them.

    Rows stand in an order of their own in every wave, so that persons can be joined on id only.
    """
    rng = np.random.default_rng([seed, 11, int(wave)])
    rows = with_extras(frame, wave, rng)
    rows = rows.iloc[rng.permutation(len(rows))].reset_index(drop=True)
    groups = {g.id: g for g in instrument.groups}
    background = [
        Question(UNIT, "Enhedsnummer i dagtilbudsregistret", "String", rows["unit"]),
        Question(PERSON, "Medarbejderens løbenummer", "String", rows["respondent"]),
        Question("kommunekode", "Kommunekode", "String", pd.Series("0999", index=rows.index)),
        Question("ansat_siden", "Ansat siden (dd-mm-åååå)", "String", _dates(rng, len(rows))),
        Question("budget", "Enhedens budget i 1.000 kr.", "Double", _amounts(rows["unit"])),
        *(_group(groups[name], rows[name], wave) for name in ("stilling", "leder") if name in groups),
    ]
    questions = [_group(groups["anciennitet"], rows["anciennitet"].where(rows["status"].isin([3, 4])), wave)]
    lead = {r.id: r.lead.da.rstrip("?. ") if r.lead else "" for r in instrument.responses}
    for number, item in enumerate(instrument.items, start=1):
        column = f"p_{number:02d}" if wave == RENAMED else ""
        questions.append(_item(instrument, item, rows[item.id], lead[item.response], column, wave))
    if retrospective is not None and wave == "2024":
        stem = {r.id: r.lead.da.rstrip("?. ") if r.lead else "" for r in retrospective.responses}
        questions += [_item(retrospective, i, rows[i.id], stem[i.response], "", wave) for i in retrospective.items]
    sources, other = _sources(rng, rows)
    questions.append(sources)
    comments = _sparse(rng, rows["status"] == 4, COMMENTS, 0.12)
    # A generator of its own: what people write must not move any other draw.
    told = _told(np.random.default_rng([seed, 23, int(wave)]), rows, comments)
    last = [
        Question("inspiration_andet", f"{sources.text} - Andet", "String", other),
        Question("kommentar", "Hvad er du mest glad for i dit arbejde?", "String", told),
    ]
    return surveyxact_files(_sheet(rng, rows, wave, background, questions, last), STYLES[wave])


def _sheet(
    rng: np.random.Generator, rows: pd.DataFrame, wave: str,
    background: list[Question], questions: list[Question], last: list[Question],
) -> Sheet:  # fmt: skip
    n, first = len(rows), datetime.fromisoformat(FIELDWORK[wave][0])
    opened = rows["status"].isin([3, 4]).to_numpy()
    start = [first + timedelta(seconds=int(s)) for s in rng.integers(7 * 3600, 33 * 86400, n)]
    seconds = np.where(opened, rng.gamma(4.0, 160.0, n), 0.0)
    done = (rows["status"] == 4).to_numpy()
    return Sheet(
        title=f"Fiktive data – Medarbejdertrivsel {wave}, Lindholt Kommune",
        organization="Fiktive data – Lindholt Kommune",
        respondent_ids=[int(i) for i in 820_000_000 + int(wave) * 10_000 + np.arange(n)],
        overall=rows["status"].astype(int).to_list(),
        created=[f"{first - timedelta(days=7):%Y-%m-%d} 08:00:00"] * n,
        started=[f"{s:%Y-%m-%d %H:%M:%S}" if o else "" for s, o in zip(start, opened, strict=True)],
        closed=[
            f"{s + timedelta(seconds=float(x)):%Y-%m-%d %H:%M:%S}" if d else ""
            for s, x, d in zip(start, seconds, done, strict=True)
        ],
        seconds=[float(s) for s in seconds],
        emails=[f"{r.lower()}@lindholt.example" for r in rows["respondent"]],
        background=background,
        questions=questions,
        last=last,
    )


def _item(instrument: Instrument, item: Item, codes: pd.Series, lead: str, column: str, wave: str) -> Question:
    choices = []
    for choice in instrument.response_of(item).choices:
        label = choice.label.da
        if wave == RENAMED:
            label = _OLD_LABELS.get(label, label)
        # The system leaves a blank behind labels that were pasted with a line break.
        choices.append((choice.code, f"{label} " if choice.state == "ved_ikke" else label))
    text = f"{lead} - {item.text.da}" if lead else item.text.da
    return Question(item.id, text, "Single", _whole(codes), choices, column)


def _group(group: GroupVariable, codes: pd.Series, wave: str) -> Question:
    choices = [(int(v.code), v.label.da) for v in group.values]
    column = {"stilling": "b_1", "leder": "b_2", "anciennitet": "b_3"}.get(group.id, "") if wave == RENAMED else ""
    return Question(group.id, group.title.da, "Single", codes.fillna(""), choices, column)


def _whole(codes: pd.Series) -> pd.Series:
    return codes.map(lambda c: "" if pd.isna(c) else str(int(c)))


def _dates(rng: np.random.Generator, n: int) -> pd.Series:
    days = rng.integers(0, 3000, n)
    return pd.Series([f"{datetime(2011, 1, 1) + timedelta(days=int(d)):%d-%m-%Y}" for d in days])


def _amounts(units: pd.Series) -> pd.Series:
    """Thousands with dot and decimal comma, 1.234,5; some below a thousand."""
    amounts = {unit: 640.5 + 173.4 * n for n, unit in enumerate(sorted(set(units)))}
    danish = {u: f"{a:,.1f}".replace(",", " ").replace(".", ",").replace(" ", ".") for u, a in amounts.items()}
    return units.map(danish)


def _sources(rng: np.random.Generator, rows: pd.DataFrame) -> tuple[Question, pd.Series]:
    """Multiple choice: all zero for everybody who never came to it, and for leaders, whom a filter skips."""
    asked = ((rows["status"] == 4) & (rows["leder"] != "1")).to_numpy()
    chosen = rng.random((len(rows), len(_SOURCES))) < np.array([0.8, 0.35, 0.4, 0.25, 0.3, 0.05])
    table = pd.DataFrame((chosen & asked[:, None]).astype(int), columns=[c for c, _ in _SOURCES])
    text = "Hvor henter du faglig inspiration? (sæt gerne flere kryds)"
    other = pd.Series(rng.choice(OTHER, len(rows))).where(table[9] == 1, "")
    return Question("inspiration", text, "Multiple", table, _SOURCES), other


def _told(rng: np.random.Generator, rows: pd.DataFrame, comments: pd.Series) -> pd.Series:
    """The comments, and longer ones where there was none: some with names and numbers that must never be quoted."""
    free = ((rows["status"] == 4) & (comments == "")).to_numpy() & (rng.random(len(rows)) < _TOLD_SHARE)
    told = comments.astype(object).to_numpy(copy=True)
    told[free] = told_comments(rng, int(free.sum()))
    return pd.Series(told)


def _sparse(rng: np.random.Generator, mask: pd.Series, texts: tuple[str, ...], share: float) -> pd.Series:
    keep = mask.to_numpy() & (rng.random(len(mask)) < share)
    return pd.Series(np.where(keep, rng.choice(texts, len(mask)), ""))
