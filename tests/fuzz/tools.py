"""Exports of the survey tools, made as their documentation and real files say; nothing here is from a real survey."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.importing.files import write_surveyxact
from tests.importing.toolfiles import write_text

Row = Sequence[str]
_AGREE = ("Helt uenig", "Uenig", "Enig", "Helt enig")
_TIME = "2024-03-01 10:00:00"
_PEOPLE = 8


def _rows(*columns: Sequence[str]) -> list[list[str]]:
    """Rows of as many people as there are; each column's values in turn."""
    return [[column[person % len(column)] for column in columns] for person in range(_PEOPLE)]


def surveyxact(folder: Path) -> list[Path]:
    """The three variants of csv, and the first alone."""
    alone = write_surveyxact(folder / "alone", "eu", structure=None, labels=None)
    return [*(write_surveyxact(folder / variant, variant) for variant in ("eu", "comma", "intl")), alone]


def qualtrics(folder: Path) -> list[Path]:
    names = ["StartDate", "EndDate", "Status", "Progress", "Finished", "ResponseId", "Q1", "Q2", "Q3_1", "Q3_2", "Q4"]
    wordings = [*names[:6], "Alt i alt", "Hvor?", "Brugt - Skov", "Brugt - Sal", "Bemærkninger"]
    sources = ["startDate", "endDate", "status", "progress", "finished", "_recordId", "QID1", "QID2", "QID3", "QID3"]
    ids = [f'{{"ImportId":"{source}"}}' for source in [*sources, "QID4_TEXT"]]
    answers = _rows(
        *((_TIME,), (_TIME,), ("0", "0", "1"), ("100", "40"), ("1", "0"), ("R_1", "R_2", "R_3", "R_4", "R_5")),
        *(("1", "4", "-99", ""), ("1,4", "2", "1,2,4"), ("1", ""), ("", "1", "-99"), ("Fint, ja", "", 'sagde "nej"')),
    )
    three = write_text(folder / "three.csv", [names, wordings, ids, *answers])
    two = write_text(folder / "two.csv", [names, wordings, *answers], bom=b"\xef\xbb\xbf")
    tabs = write_text(
        folder / "tabs.tsv", [names, wordings, ids, *answers], delimiter="\t", encoding="utf-16-le", bom=b"\xff\xfe"
    )
    return [three, two, tabs]


def limesurvey(folder: Path) -> list[Path]:
    """Codes, full texts, texts above codes (VV), and the pairs with R's and SPSS's syntax."""
    names = ["id", "submitdate", "lastpage", "startlanguage", "seed", "Q1", "Q2[SQ001]", "Q2[SQ002]", "Q3", "Q4"]
    answers = _rows(
        *(("1", "2", "3", "4", "5", "6", "7", "8"), (_TIME, "", "1980-01-01 00:00:00"), ("3", "1"), ("da",), ("77",)),
        *(("A1", "A2", ""), ("Y", ""), ("", "Y", ""), ("4", "1", ""), ("Fint, ja", "", "to\nlinjer")),
    )
    for name in ("codes", "texts", "vv", "r", "spss"):
        (folder / name).mkdir()
    codes = write_text(folder / "codes/results.csv", [names, *answers])
    full = ["Svar-ID", "Dato indsendt", "Sidste side", "Startsprog", "Seed", "Alt i alt", "Brugt [Skov]", "Brugt [Sal]"]
    texts = write_text(folder / "texts/results.csv", [[*full, "Trivsel", "Noter"], *answers])
    hidden = [[cell or "{question_not_shown}" for cell in row] if n % 3 else row for n, row in enumerate(answers)]
    coded = [name.replace("[", "_").rstrip("]") for name in names]
    vv = write_text(folder / "vv/vvexport_1.csv", [[*full, "Trivsel", "Noter"], coded, *hidden], delimiter="\t")
    short = [name.replace("[", "_").rstrip("]") for name in names]
    r = write_text(folder / "r/survey_1_R_data_file.csv", [[*full, "Trivsel", "Noter"], *answers])
    lines = ['data <- read.csv("survey_1_R_data_file.csv", quote = "\'\\"", na.strings=c(""))']
    for place, name in enumerate(short, 1):
        kind = "numeric" if name in ("id", "Q3") else "character"
        lines += [f"data[, {place}] <- as.{kind}(data[, {place}])"]
        lines += [f'attributes(data)$variable.labels[{place}] <- "Om {name}"', f'names(data)[{place}] <- "{name}"']
    lines.insert(-1, 'data[, 9] <- factor(data[, 9], levels=c(1,4),labels=c("Uenig", "Helt enig"))')
    (folder / "r/survey_1_R_syntax_file.R").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [codes, texts, vv, r, _spss_pair(folder / "spss", short, answers)]


def _spss_pair(folder: Path, names: Row, answers: Sequence[Row]) -> Path:
    data = folder / "survey_1_SPSS_data_file.dat"
    text = "\n".join(",".join("'" + cell.replace("\n", " ") + "'" for cell in row) for row in answers)
    data.write_text(text + "\n", encoding="utf-8")
    given = "\n".join(f" V{n} {'F4' if name in ('id', 'Q3') else 'A25'}" for n, name in enumerate(names, 1))
    syntax = [f'GET DATA\n /TYPE=TXT\n /FILE="{data.name}"\n /FIRSTCASE=1\n /VARIABLES=\n{given}.']
    syntax += [f"VARIABLE LABELS V{n} 'Om {name}'." for n, name in enumerate(names, 1)]
    syntax += ["VALUE LABELS V9\n 1 'Uenig'\n 4 'Helt enig'."]
    syntax += [f"RENAME VARIABLE ( V{n} = {name} )." for n, name in enumerate(names, 1)]
    (folder / "survey_1_SPSS_syntax_file.sps").write_text("\n".join(syntax) + "\n", encoding="utf-8")
    return data


def sosci(folder: Path) -> list[Path]:
    names = ["CASE", "SERIAL", "REF", "QUESTNNR", "MODE", "STARTED", "A101", "A102", "A102_01", "A102_02", "A103_01"]
    names += ["TIME001", "TIME_SUM", "LASTDATA", "FINISHED", "LASTPAGE", "MAXPAGE"]
    answers = _rows(
        *(
            ("11", "12", "13", "14", "15", "16", "17", "18"),
            ("",),
            ("",),
            ("base",),
            ("interview", "interview", "debug"),
        ),
        *((_TIME,), ("1", "4", "-9"), ("1", "2"), ("2", "2"), ("1", "2"), ("Fint", "", "-9")),
        *(("12",), ("60",), (_TIME,), ("1", "0"), ("5",), ("5",)),
    )
    (folder / "labelled").mkdir()
    alone = write_text(folder / "data_x.csv", [names, *answers], delimiter="\t")
    labelled = write_text(folder / "labelled/data_y.csv", [names, *answers], delimiter="\t")
    script = 'ds$A101 = factor(ds$A101, levels=c("1","4","-9"), labels=c("Uenig","Enig","[NA] Not answered"))\n'
    script += 'attr(ds$A102_01,"F") = "Not checked"\nattr(ds$A102_01,"T") = "Checked"\ncomment(ds$A101) = "Trivsel"\n'
    (folder / "labelled/import_y.r").write_text(script, encoding="utf-8")
    return [alone, labelled]


def redcap(folder: Path) -> list[Path]:
    names = ["record_id", "redcap_event_name", "glad", "brugt___1", "brugt___2", "alder", "noter", "skema_complete"]
    answers = _rows(
        *(
            ("1", "2", "3", "4", "5", "6", "7", "8"),
            ("a_arm_1", "b_arm_1"),
            ("1", "4", ""),
            ("0", "1"),
            ("1", "0", "0"),
        ),
        *(("34", "", "51"), ("Fint, ja", "", "to\nlinjer"), ("2", "0", "2", "1")),
    )
    (folder / "labelled").mkdir()
    alone = write_text(folder / "data.csv", [names, *answers])
    labelled = write_text(folder / "labelled/data.csv", [names, *answers])
    columns = ["Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"]
    columns += ["Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number"]
    columns += ["Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)"]
    fields = [
        ["record_id", "skema", "", "text", "Nr.", "", "", "", "", "", "", ""],
        ["glad", "skema", "", "radio", "Glad?", "1, Uenig | 4, Helt enig", "", "", "", "", "", ""],
        ["brugt", "skema", "", "checkbox", "Brugt", "1, Skov | 2, Sal", "", "", "", "", "", "[glad] = '4'"],
        ["alder", "skema", "", "text", "Alder", "", "", "integer", "", "", "", ""],
        ["noter", "skema", "", "notes", "Noter", "", "", "", "", "", "y", ""],
    ]
    write_text(folder / "labelled/dictionary.csv", [columns, *fields])
    return [alone, labelled]


def surveymonkey(folder: Path) -> list[Path]:
    first = ["Respondent ID", "Collector ID", "Start Date", "Hvad brugte I?", "", "", "Alt i alt?", "Bemærkninger"]
    second = ["", "", "", "Skov", "Sal", "Andet", "Response", "Open-Ended Response"]
    answers = _rows(
        *(("3001", "3002", "3003", "3004", "3005", "3006", "3007", "3008"), ("71",), ("03/01/2024 10:00",)),
        *(("Skov", ""), ("", "Sal", ""), ("", "", "Gården"), (*_AGREE, ""), ("Fint, ja", "", 'sagde "nej"')),
    )
    two = write_text(folder / "two.csv", [first, second, *answers])
    whole = ["RespondentID", "Er du glad for din hverdag?", "Hvor ofte er du ude?", "Hvad synes du om maden?"]
    one = write_text(folder / "one.csv", [whole, *_rows(("1", "2", "3"), ("Ja", "Nej", ""), _AGREE, ("", "God"))])
    return [two, one]


def google_forms(folder: Path) -> list[Path]:
    names = ["Tidsstempel", "Mailadresse", "Hvad brugte I?", "Enig i [Trivsel]", "Enig i [Ro]", "Antal", "Bemærkninger"]
    answers = _rows(
        *(
            ("2024/03/01 10:00:00 AM CET", "2024/03/02 9:05:00 AM CET"),
            ("a@eksempel.dk", ""),
            ("Skov, Sal", "Skov", ""),
        ),
        *(_AGREE, ("Enig", ""), ("1", "2", "12"), ("Fint, ja", "", "to\nlinjer")),
    )
    form = [[cell.replace(", ", ";") if place == 2 else cell for place, cell in enumerate(row)] for row in answers]
    return [write_text(folder / "sheet.csv", [names, *answers]), write_text(folder / "form.csv", [names, *form])]


def microsoft_forms(folder: Path) -> list[Path]:
    names = ["ID", "Starttidspunkt", "Fuldførelsestidspunkt", "Mail", "Navn", "Brugt", "Alt i alt", "Enig", "Enig2"]
    answers = _rows(
        *(("1", "2", "3", "4", "5", "6", "7", "8"), ("01-03-2024 10:00:00",), ("01-03-2024 10:05:00",), ("anonymous",)),
        *(("",), ("Skov;Sal;", "Sal;", ""), _AGREE, ("Ja", "Nej"), ("Nej", "", "Ja")),
    )
    english = ["ID", "Start time", "Completion time", "Email", "Name", *names[5:]]
    danish = write_text(folder / "da.csv", [names, *answers], delimiter=";", encoding="cp1252")
    return [danish, write_text(folder / "en.csv", [english, *answers], bom=b"\xef\xbb\xbf")]


def enalyzer(folder: Path) -> list[Path]:
    names = ["Enalyzer respondent", "Dato", "Alt i alt", "Brugt - Skov", "Brugt - Sal", "Antal", "Bemærkninger"]
    answers = _rows(
        *(("1", "2", "3", "4", "5", "6", "7", "8"), ("03-21-2024", "04-02-2024"), ("1", "4", ""), ("1", "0")),
        *(("0", "0", "1"), ("12,5", "3"), ("Fint; ja", "", "to\nlinjer")),
    )
    other = write_text(folder / "comma.csv", [names, *answers])
    return [write_text(folder / "answers.csv", [names, *answers], delimiter=";", bom=b"\xef\xbb\xbf"), other]


def spss_syntax(folder: Path) -> list[Path]:
    """``DATA LIST`` with the data inside, beside, and in fixed columns."""
    labels = "VARIABLE LABELS s_1 'Glad' /bem 'Noter' .\nVALUE LABELS s_1 1 'Uenig' 4 'Enig' 9 'Ved ikke'.\n"
    labels += "MISSING VALUES s_1 (9).\nRENAME VARIABLES (s_2 = s_to).\nEXECUTE.\n"
    command = "DATA LIST LIST (',') {file} /id (F8.0) dato (DATETIME20) s_1 s_2 (F1) sted (A1) bem (A200) .\n"
    rows = _rows(
        ("1", "2", "3"), (_TIME, ""), ("4", "1", "9", ""), ("1", "."), ("a", "b"), ('"Godt, ja"', "''", "Fint")
    )
    data = "\n".join(",".join(row) for row in rows) + "\n"
    (folder / "beside").mkdir()
    (folder / "inside.sps").write_text(
        f"{command.format(file='')}BEGIN DATA\n{data}END DATA.\n{labels}", encoding="utf-8"
    )
    (folder / "beside/svar.dat").write_text(data, encoding="utf-8")
    (folder / "beside/svar.sps").write_text(command.format(file="FILE='svar.dat'") + labels, encoding="utf-8")
    fixed = "DATA LIST FIXED /id 1-3 s_1 4 kode 5-8 (A).\nBEGIN DATA\n0014 101\n0021a b\n0033   c\nEND DATA.\n"
    (folder / "fixed.sps").write_text(fixed, encoding="utf-8")
    return [folder / "inside.sps", folder / "beside/svar.dat", folder / "fixed.sps"]


def plain_csv(folder: Path) -> list[Path]:
    (folder / "plain.csv").write_text("id;s_1;s_2;tid\na;1;2;1,5\nb;4;;2\nc;3;3;\n", encoding="utf-8")
    names = ["enhed", "dato", "antal", "tekst", "kode", "beløb"]
    answers = _rows(
        *(("0101", "0102", "G90001"), ("01-03-2024", "21-03-2024"), ("1", "2", ""), ("Fint, ja", "", "to\nlinjer")),
        *(("NA", "x"), ("1.234,50", "12,5", "1.000.000")),
    )
    commas = write_text(folder / "commas.csv", [names, *answers])
    tabs = write_text(folder / "tabs.txt", [names, *answers], delimiter="\t", encoding="cp1252")
    notes = [*answers, ["", "", "", "", "", ""], ["Kilde: opdigtede tal", "", "", "", "", ""]]
    (folder / "one.csv").write_text("kode\n1\n2\n99\n", encoding="utf-8")
    return [folder / "plain.csv", commas, tabs, write_text(folder / "notes.csv", [names, *notes]), folder / "one.csv"]
