"""Write a SurveyXact export: dataset, structure and labels as EU csv (``;``, cp1252, LF).

Made from the description of the format alone. Two generations of the system are written: the
older one cuts variable names to eight characters, the newer one keeps them whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

NOT_CHOSEN, CHOSEN = "Ikke valgt", "Valgt"
#: Columns of one status question, the code of each option and its text.
_STATUS: Mapping[str, tuple[str, tuple[tuple[str, int, str], ...]]] = {
    "statinternal": ("Basisstatus", tuple((f"stat_{n}", n, f"Intern status {n}") for n in range(1, 21))),
    "statcompletion": (
        "Afslutningsstatus",
        (("statc_1", 1, "Afsluttet"), ("statc_2", 2, "Gennemført"), ("statc_3", 3, "Afvist ved returmail")),
    ),
    "statcreation": (
        "Oprettelsesstatus",
        (
            *((f"statc_{n}", n - 3, f"Oprettet på måde {n - 3}") for n in range(4, 10)),
            ("stat_21", 7, "Oprettet ved import fra panel"),
        ),
    ),
    # The suffix is not the code here: the system's own example of why structure must be read.
    "statdistribution": (
        "Distributionsstatus",
        tuple((f"statd_{n}", code, f"Distribueret på måde {code}") for n, code in enumerate((6, 1, 2, 3, 4), start=1)),
    ),
    "statsource": ("Svarkilde", tuple((f"stats_{n}", n, f"Kilde {n}") for n in range(1, 7))),
    "statcollect": (
        "Indsamlingsstatus",
        (
            ("stat_22", 1, "Ingen svar"),
            ("stat_23", 2, "Nogle svar"),
            ("stat_24", 3, "Alle svar"),
            ("stat_25", 4, "Afvist"),
        ),
    ),
}
_OVERALL = ("Ny", "Distribueret", "Nogen svar", "Gennemført", "Frafaldet")
_TIMES = (("created", "Oprettet"), ("modified", "Ændret"), ("closeTime", "Afsluttet"), ("startTime", "Påbegyndt"))


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the questionnaire and its answers.

    Attributes
    ----------
    name, text : str
        Long name and wording.
    kind : str
        ``Single``, ``Multiple``, ``String``, ``Double`` or ``Date``.
    answers : Series of text, or DataFrame of 0/1 with one column an option for ``Multiple``
    choices : sequence of (code, label)
        In the order of the options.
    column : str
        Name of the variable where the file gives it another one than the question's.
    """

    name: str
    text: str
    kind: str
    answers: pd.Series | pd.DataFrame
    choices: Sequence[tuple[int, str]] = ()
    column: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How one wave's export looks.

    ``trailing`` is where the phantom delimiter of ``structure.csv`` stands: ``rows``, ``all`` or ``none``.
    ``decimal`` is the decimal sign of ``difftime``.
    """

    short_names: bool = True
    trailing: str = "rows"
    decimal: str = ","


@dataclass(frozen=True, slots=True)
class Sheet:
    """The respondents' system variables, one entry a row."""

    title: str
    organization: str
    respondent_ids: Sequence[int]
    overall: Sequence[int]
    created: Sequence[str]
    started: Sequence[str]
    closed: Sequence[str]
    seconds: Sequence[float]
    emails: Sequence[str]
    background: Sequence[Question] = field(default=())
    questions: Sequence[Question] = field(default=())
    last: Sequence[Question] = field(default=())


def short_name(name: str, taken: set[str]) -> str:
    """``name`` in at most eight characters, lower case and not yet in ``taken``.

    A name that would occur twice, or that ends in a number, is cut to five and numbered:
    ``digitalDistributionErrorMessage`` → ``digit_1``.
    """
    plain = name.lower()
    stem, _, tail = plain.rpartition("_")
    numbered = bool(stem) and tail.isdigit()
    if len(plain) <= 8 and plain not in taken:
        return plain
    if not numbered and plain[:8] not in taken:
        return plain[:8]
    base, count = (stem if numbered else plain)[:5].rstrip("_"), int(tail) if numbered else 1
    while f"{base}_{count}" in taken:
        count += 1
    return f"{base}_{count}"


class _Export:
    """Columns, structure rows and label rows as they pile up."""

    def __init__(self, rows: int, style: Style) -> None:
        self.rows, self.style = rows, style
        self.columns: dict[str, list[str]] = {}
        self.structure: list[list[str]] = []
        self.labels: list[list[str]] = []
        self.names: dict[str, str] = {}

    def name(self, long: str) -> str:
        short = short_name(long, set(self.columns)) if self.style.short_names else long
        self.names[long] = short
        return short

    def add(self, question: str, variable: str, kind: str, text: str, values: Sequence[str]) -> str:
        column = self.name(variable)
        shape = "Closed" if kind == "Single" else "Open"
        self.columns[column] = list(values)
        self.structure.append([question, column, shape, kind, text, "", ""])
        return column

    def add_options(self, question: str, text: str, options: Sequence[tuple[str, int, str, Sequence[int]]]) -> None:
        for variable, code, label, values in options:
            column = self.name(variable)
            self.columns[column] = [str(int(v)) for v in values]
            self.structure.append([question, column, "Closed", "Multiple", text, str(code), label])
            self.labels += [[column, "0", NOT_CHOSEN], [column, "1", CHOSEN]]

    def add_question(self, asked: Question) -> None:
        if isinstance(asked.answers, pd.DataFrame):
            values = [asked.answers[c].to_list() for c in asked.answers]
            numbered = enumerate(zip(asked.choices, values, strict=True), start=1)
            options = [(f"{asked.name}_{n}", code, label, column) for n, ((code, label), column) in numbered]
            self.add_options(asked.name, asked.text, options)
            return
        texts = asked.answers.fillna("").astype(str).to_list()
        column = self.add(asked.name, asked.column or asked.name, asked.kind, asked.text, texts)
        self.names[asked.name] = column
        self.labels += [[column, str(code), label] for code, label in asked.choices]


def _internal(question: str, variable: str, overall: Sequence[int]) -> list[int]:
    """Plausible 0/1 values of the inner status columns."""
    answered = {"statc_1": (3, 4), "statc_2": (4,), "stats_1": (3, 4), "stat_23": (3,), "stat_24": (4,)}
    always = {"stat_1", "statc_5", "statd_3"}
    if variable in answered:
        return [int(s in answered[variable]) for s in overall]
    if variable == "stat_22":
        return [int(s in (1, 2, 5)) for s in overall]
    return [int(variable in always)] * len(overall)


def _status(export: _Export, sheet: Sheet, questions: Sequence[str]) -> None:
    for question in questions:
        text, options = _STATUS[question]
        export.add_options(
            question,
            text,
            [(name, code, label, _internal(question, name, sheet.overall)) for name, code, label in options],
        )


def _system(export: _Export, sheet: Sheet) -> None:
    n = export.rows
    export.add("survey", "survey", "Single", "Undersøgelse (fiktive data)", [sheet.title] * n)
    export.add("respondentid", "respondentid", "Double", "Respondent", [str(i) for i in sheet.respondent_ids])
    column = export.add("organization", "organization", "Single", "Organisation", ["990999"] * n)
    export.labels.append([column, "990999", sheet.organization])
    _status(export, sheet, ["statinternal"])
    stamps = (
        sheet.created,
        [c or s for c, s in zip(sheet.closed, sheet.created, strict=True)],
        sheet.closed,
        sheet.started,
    )
    for (name, text), values in zip(_TIMES, stamps, strict=True):
        export.add(name, name, "Date", text, values)
    seconds = ["" if s <= 0 else f"{s:.3f}".replace(".", export.style.decimal) for s in sheet.seconds]
    export.add("diffTime", "diffTime", "Double", "Svartid (sekunder)", seconds)
    sessions = [str(int(s in (3, 4))) for s in sheet.overall]
    export.add("responseCollectSessions", "responseCollectSessions", "Double", "Antal svarsessioner", sessions)
    export.add("numberOfReturnedmail", "numberOfReturnedmail", "Double", "Antal returmails", ["0"] * n)
    export.add("importgroup", "importgroup", "Double", "Importgruppe", [""] * n)
    export.add("distributionschedule", "distributionschedule", "Single", "Dataindsamlingsplan", [""] * n)
    export.add("email", "email", "String", "E-mail", sheet.emails)
    export.add("digitalDistributionStatus", "digitalDistributionStatus", "Single", "Digital distribution", ["1"] * n)
    export.add("digitalDistributionErrorMessage", "digitalDistributionErrorMessage", "String", "Fejlbesked", [""] * n)


def surveyxact_files(sheet: Sheet, style: Style) -> tuple[dict[str, bytes], dict[str, str]]:
    """Write the three files of an export.

    Parameters
    ----------
    sheet : Sheet
        Respondents, also those who never opened the questionnaire, and their answers.
    style : Style

    Returns
    -------
    files : dict of file name to bytes
        ``dataset.csv``, ``structure.csv`` and ``labels.csv``.
    names : dict of long name to the name of the variable in the file
    """
    export = _Export(len(sheet.overall), style)
    _system(export, sheet)
    for question in (*sheet.background, *sheet.questions):
        export.add_question(question)
    export.add("lang", "lang", "Single", "Sprog", ["1"] * export.rows)
    export.labels.append([export.names["lang"], "1", "Dansk"])
    _status(export, sheet, [q for q in _STATUS if q != "statinternal"])
    stem = "stato" if style.short_names else "statoverall"
    overall = [
        (f"{stem}_{n}", n, text, [int(s == n) for s in sheet.overall]) for n, text in enumerate(_OVERALL, start=1)
    ]
    export.add_options("statoverall", "Samlet status", overall)
    for question in sheet.last:
        export.add_question(question)
    # Labels of a variable that another survey had: no column in the dataset answers to them.
    export.labels += [["gl_spm_7", "1", "Ja"], ["gl_spm_7", "2", "Nej"]]
    return _files(export), export.names


def _files(export: _Export) -> dict[str, bytes]:
    header = ["questionName", "variableName", "questionType", "subType", "questionText", "choiceValue", "choiceText"]
    extra_head = [""] if export.style.trailing == "all" else []
    extra = [] if export.style.trailing == "none" else [""]
    columns = list(export.columns)
    rows = zip(*export.columns.values(), strict=True)
    return {
        "dataset.csv": _csv([columns, *rows]),
        "structure.csv": _csv([header + extra_head, *(row + extra for row in export.structure)]),
        "labels.csv": _csv(export.labels),
    }


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", lineterminator="\n").writerows(rows)
    return stream.getvalue().encode("cp1252")
