"""Everything that looks wrong or odd in one export, in one table of counts: :func:`validate`.

The table says how many, never who and never what somebody wrote. What is only suspicious
(the same answer all the way down, a very short time) is counted and kept.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields

import numpy as np
import pandas as pd

from evaluation.codebook.model import Instrument, Item
from evaluation.common.errors import Problem
from evaluation.common.language import LANGUAGES, catalogue
from evaluation.importing.codes import code_column
from evaluation.plan.registers import Registers
from evaluation.responses.answers import STATES
from evaluation.responses.columns import Source
from evaluation.responses.durations import Fieldwork, date_checks, read_times, speed_check
from evaluation.responses.model import Check, Dropped, Finding, State

#: Columns of the table.
COLUMNS = ("check", "level", "handling", "variable", "detail", "rows", "of", "share", "value", "text_da", "text_en")
#: Fewest items that make a battery, and fewest answers in it that can be called straight-lined.
BATTERY = 5
# Fewer items than this are counted in one byte.
_BYTE = 128
# Rows alike in fewer answers than this may be alike by chance.
_FEWEST_ALIKE = 10
_BLOCK = 4096
_MANY_BLOCKS = 8
# What is longer is no code but perhaps what somebody wrote.
_LONGEST_CODE = 6
# Findings about answers whose detail begins with the value of a cell; unknown codes are counted from the cells instead.
_VALUES = frozenset({"state-by-label", "answer-declared-missing", "unknown-group-code"})
_COUNTED_HERE = frozenset({"unknown-code"})
_HANDLING = {"answer-declared-missing": "manglende", "state-by-label": "manglende", "unknown-group-code": "manglende"}
_LEVELS = {"unit-followed": "oplysning", "weight-from-file": "oplysning", "codes-by-label": "oplysning"}
_TECHNICAL, _ANSWERED = STATES.index(State.TECHNICAL), STATES.index(State.ANSWERED)


def validate(
    source: Source,
    instrument: Instrument,
    codes: np.ndarray,
    states: np.ndarray,
    kept: pd.Series,
    persons: pd.DataFrame,
    registers: Registers,
    fieldwork: Fieldwork | None,
) -> list[Check]:
    """Look at what no other step of the cleaning looks at.

    Parameters
    ----------
    source : Source
        The export, cut to this survey.
    codes, states : array, shape (rows, items)
        Answers as the codebook reads them; places in ``answers.STATES``.
    kept : Series of bool, by row of the export
        Rows that become responses.
    persons : DataFrame, by row of the export
        ``respondent``, ``unit`` and background.
    fieldwork : (date, date), optional
        First and last day of the wave.

    Returns
    -------
    list of Check
        Values out of range and unknown codes, answers alike, dates, closed units, straight-lining and speed.
    """
    checks = _values(source, instrument, states)
    checks += _alike(codes, states, kept, persons)
    times = read_times(source.export)
    checks += date_checks(times, kept, fieldwork)
    checks += _closed_units(persons.loc[kept, "unit"], source, registers, fieldwork)
    inside = kept.to_numpy()
    # By item, each in one piece in memory.
    whole = bool(inside.all())
    kept_codes, kept_states = (part if whole else np.compress(inside, part.T, axis=1).T for part in (codes, states))
    checks += straight_lining(instrument, kept_codes, kept_states)
    checks += speed_check(times, kept)
    return checks


def checks_of(findings: Iterable[Finding], dropped: Iterable[Dropped], problems: Iterable[Problem] = ()) -> list[Check]:
    """What the cleaning itself found and dropped, as lines of the same table.

    Problems that stop the import become lines with their code; their values are left out.
    """
    checks = [Check(p.code, "fejl", "stopper", detail=p.where) for p in problems]
    for one in dropped:
        name = "duplicate-person" if one.reason == "duplicate" else f"dropped-{one.reason}"
        detail = "" if one.reason == "administrative" else one.detail
        checks.append(
            Check(name, "se_efter" if one.reason == "duplicate" else "oplysning", "udeladt", "", detail, one.rows)
        )
    for found in findings:
        if found.code in _COUNTED_HERE:
            continue
        detail = short(found.detail) if found.code in _VALUES else found.detail
        level, handling = _LEVELS.get(found.code, "se_efter"), _HANDLING.get(found.code, "talt")
        checks.append(Check(found.code, level, handling, found.variable, detail, found.rows))
    return checks


def short(value: str) -> str:
    """A code, or nothing where the cell may hold what somebody wrote."""
    first = value.split(" ")[0] if value else ""
    return first if len(first) <= _LONGEST_CODE and first.lstrip("-").replace(".", "").isdigit() else ""


def _values(source: Source, instrument: Instrument, states: np.ndarray) -> list[Check]:
    """Values outside the codebook: numbers beyond its lowest or highest code, and any other unknown."""
    checks = []
    for place, item in enumerate(instrument.items):
        variable = source.variable(item.id)
        odd = states[:, place] == _TECHNICAL
        if variable is None or not odd.any():
            continue
        held = int(source.export.data[variable.name].notna().sum())
        known = [choice.code for choice in instrument.response_of(item).choices]
        counts = code_column(source.export.data[variable.name])[odd].value_counts()
        for value, count in sorted(counts.items(), key=lambda entry: str(entry[0])):
            outside = _number(str(value)) is not None and not min(known) <= float(str(value)) <= max(known)
            name = "value-out-of-range" if outside else "unknown-code"
            checks.append(Check(name, "fejl", "manglende", variable.name, short(str(value)), int(count), held))
    return _merged(checks)


def _merged(checks: Sequence[Check]) -> list[Check]:
    """One line for values of one column that may not be shown."""
    made: dict[tuple[str, str, str], Check] = {}
    for check in checks:
        key = (check.check, check.variable, check.detail)
        before = made.get(key)
        rows = check.rows + (before.rows if before else 0)
        made[key] = Check(check.check, check.level, check.handling, check.variable, check.detail, rows, check.of)
    return list(made.values())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _alike(codes: np.ndarray, states: np.ndarray, kept: pd.Series, persons: pd.DataFrame) -> list[Check]:
    """Rows of different people alike in every answer, unit and background: perhaps one answer sent twice.

    Rows with one and the same answer throughout are left to the straight-lining.
    """
    rows = kept.to_numpy() & _varied(codes, states)
    if not rows.any():
        return []
    looked_at = int(rows.sum())
    # Only rows that share a fingerprint of their answers are compared cell by cell.
    rows[rows] = pd.Series(_fingerprints(codes, states)[rows]).duplicated(keep=False).to_numpy()
    background = persons.drop(columns=["respondent", "rater", "completed"], errors="ignore")[rows].astype("string")
    told = pd.concat(
        [pd.DataFrame(codes[rows], index=background.index), pd.DataFrame(states[rows], index=background.index)], axis=1
    )
    told.columns = pd.RangeIndex(told.shape[1])
    same = pd.concat([told, background.fillna("")], axis=1).duplicated(keep="first")
    again = int(same.sum())
    return [Check("duplicate-answers", "se_efter" if again else "oplysning", "talt", rows=again, of=looked_at)]


def _varied(codes: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Rows with enough answers to compare, and not one and the same throughout."""
    found = np.empty(len(codes), dtype=bool)

    def look(block: slice) -> None:
        code, answered = codes[block].T, states[block].T == _ANSWERED
        highest = np.where(answered, code, -1).max(axis=0, initial=-1)
        lowest = np.where(answered, code, 1 << 14).min(axis=0, initial=1 << 14)
        number = answered.sum(axis=0, dtype=np.int32)
        found[block] = (highest != lowest) & (number >= _FEWEST_ALIKE)

    _by_blocks(look, len(codes))
    return found


def _fingerprints(codes: np.ndarray, states: np.ndarray) -> np.ndarray:
    """One number a row, the same for rows with the same answers."""
    weights = np.asarray(np.random.default_rng(1).integers(1, 2**63, codes.shape[1], dtype=np.uint64))
    found = np.zeros(len(codes), dtype=np.uint64)

    def add(block: slice) -> None:
        for column in range(codes.shape[1]):
            cell = codes[block, column].astype(np.int64) * len(STATES) + states[block, column]
            found[block] += cell.view(np.uint64) * weights[column]

    _by_blocks(add, len(codes))
    return found


def _by_blocks(work: Callable[[slice], None], rows: int) -> None:
    """``work`` on blocks of rows that stay near a processor, two at a time where there are many."""
    blocks = [slice(start, start + _BLOCK) for start in range(0, rows, _BLOCK)]
    with ThreadPoolExecutor(max_workers=1 if len(blocks) < _MANY_BLOCKS else 2) as pool:
        for done in [pool.submit(work, block) for block in blocks]:
            done.result()


def _closed_units(units: pd.Series, source: Source, registers: Registers, fieldwork: Fieldwork | None) -> list[Check]:
    """Answers about units that the register says were not open in the wave."""
    if fieldwork is None:
        return []
    column = source.name_of(source.survey.unit) if source.survey.unit else ""
    checks = []
    for unit in registers.units:
        rows = int((units == unit.id).sum())
        early = unit.valid_from is not None and unit.valid_from > fieldwork[1]
        late = unit.valid_to is not None and unit.valid_to < fieldwork[0]
        # a unit that took over from another one carries that one's answers from before it opened
        if rows and (late or (early and not unit.predecessors)):
            checks.append(
                Check("unit-not-open", variable=column, detail=unit.id, rows=rows, of=int(units.notna().sum()))
            )
    return checks


def batteries(instrument: Instrument) -> list[list[int]]:
    """Places of items that stand together: :data:`BATTERY` or more in a row of one theme and answer scale."""

    def place_of(entry: tuple[int, Item]) -> tuple[str, str, str]:
        return entry[1].theme, entry[1].response, entry[1].kind

    runs = [[place for place, _ in run] for _, run in itertools.groupby(enumerate(instrument.items), key=place_of)]
    return [run for run in runs if len(run) >= BATTERY]


def straight_lining(instrument: Instrument, codes: np.ndarray, states: np.ndarray) -> list[Check]:
    """Per battery: how many gave one and the same answer throughout, and the mean share of identical answers.

    Looked at are people with at least :data:`BATTERY` answers in the battery. Where all statements
    point the same way the same answer may be meant; a battery with reversed items says more.
    """
    checks = []
    for run in batteries(instrument):
        items = [instrument.items[place] for place in run]
        used = [choice.code for choice in instrument.response_of(items[0]).choices if not choice.state]
        # One row a code, one column a person: how often each code was given.
        counts = np.zeros((len(used), len(codes)), dtype=np.int8 if len(run) < _BYTE else np.int16)
        for place in run:
            answered = states[:, place] == _ANSWERED
            for line, code in zip(counts, used, strict=True):
                line += ((codes[:, place] == code) & answered).view(np.int8)
        number = counts.sum(axis=0, dtype=np.int32)
        rows = number >= BATTERY
        if not rows.any():
            continue
        most, number = counts.max(axis=0)[rows], number[rows]
        detail = "vendte udsagn" if any(item.reversed for item in items) else ""
        name = f"{items[0].id} – {items[-1].id}"
        same = int((most == number).sum())
        mean = round(float((most / number).mean()), 4)
        checks.append(Check("straight-lining", "oplysning", "talt", name, detail, same, int(rows.sum()), mean))
    return checks


def validation_frame(checks: Sequence[Check]) -> pd.DataFrame:
    """The table: one line a check, worst first, with columns :data:`COLUMNS`."""
    order = {"fejl": 0, "se_efter": 1, "oplysning": 2}
    lines = []
    for check in sorted(checks, key=lambda one: order[one.level]):
        share = check.rows / check.of if check.of else float("nan")
        value = float("nan") if check.value is None else check.value
        texts = {f"text_{lang}": _told(check, lang) for lang in LANGUAGES}
        lines.append({**asdict(check), "share": round(share, 4), "value": value, **texts})
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _told(check: Check, lang: str) -> str:
    if check.handling == "stopper":
        return Problem(check.check).text("what", lang)
    words: Mapping[str, str] = catalogue("import", lang)["status-words"]
    detail = str(words.get(check.detail, check.detail))
    return Check(**{**asdict(check), "detail": detail}).text(lang)


def as_csv(checks: Sequence[Check]) -> str:
    """The table as csv: UTF-8, comma, decimal point."""
    return str(validation_frame(checks).to_csv(index=False, lineterminator="\n"))


def from_csv(text: str) -> tuple[Check, ...]:
    """The checks of a table that :func:`as_csv` wrote."""
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    names = [one.name for one in fields(Check)]
    made = []
    for line in frame[names].to_dict("records"):
        value = float(line["value"]) if line["value"] else None
        made.append(Check(**{**line, "rows": int(line["rows"]), "of": int(line["of"]), "value": value}))
    return tuple(made)
