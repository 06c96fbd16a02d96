"""Reads damaged exports: an error for the user or a reading that another count confirms; nothing else."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from evaluation.common.errors import EvaluationError
from tests.fuzz.counts import ANY, Count, text_counts
from tests.fuzz.counts_files import file_counts
from tests.fuzz.mutate import mutate
from tests.fuzz.sources import Source

if TYPE_CHECKING:
    from evaluation.importing.export import SurveyExport

#: Seconds that one read may take.
LIMIT = 20
#: One in so many damages hits a file beside the export (structure, labels, syntax, dictionary, catalog).
BESIDE = 4
#: Formats whose columns are the file's, one by one, unless they are options of a question.
_ONE_BY_ONE = ("csv", "surveyxact", "sosci", "redcap", "limesurvey")
_FILES = ("spss-sav", "spss-zsav", "spss-por", "stata", "sas", "excel")


class TooLong(BaseException):
    """A read that did not end; no reader can catch it as an ordinary exception."""


@dataclass
class Outcome:
    """What came of the damaged files of one family."""

    reads: int = 0
    counted: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def damage(found: Sequence[Source], whole: dict[Path, bytes], seed: int) -> tuple[Source, Path]:
    """Write what the seed makes of one export or of a file beside it; the exports take turns."""
    source = found[seed % len(found)]
    chance = random.Random(f"which {seed}")
    target = source.path
    if source.beside and not chance.randrange(BESIDE):
        target = chance.choice(source.beside)
    target.write_bytes(mutate(whole[target], seed))
    return source, target


def contents(found: Sequence[Source]) -> dict[Path, bytes]:
    """Every file of the exports as it was."""
    return {path: path.read_bytes() for source in found for path in (source.path, *source.beside)}


def run(
    found: Sequence[Source], seeds: range, before: Callable[[int, Outcome], object] = lambda _seed, _outcome: None
) -> Outcome:
    """Damage and read once for every seed. ``before`` is told each seed and what came of those before it."""
    from evaluation.importing.read import read_export

    outcome = Outcome()
    whole = contents(found)
    # the reading process is started here, not within a seed's seconds
    read_export(found[0].path)
    for seed in seeds:
        before(seed, outcome)
        source, target = damage(found, whole, seed)
        place = f"{source.name} seed {seed}"
        began = time.monotonic()
        ended = outcome.errors["import-reader-crashed"]
        try:
            with _limited(LIMIT):
                export = read_export(source.path)
        except EvaluationError as error:
            outcome.errors[error.problems[0].code] += 1
            for lang in ("da", "en"):
                error.render(lang)
        except TooLong:
            outcome.broken.append(f"{place}: hung")
        except Exception as error:  # noqa: BLE001 - what the test looks for
            outcome.broken.append(f"{place}: {type(error).__name__}: {str(error)[:100]}")
        else:
            outcome.reads += 1
            expected = counts(source.path.read_bytes(), export.format)
            if expected is not None:
                outcome.counted += 1
                wrong = differences(export, expected)
                outcome.broken += [f"{place}: {wrong}"] if wrong else []
        finally:
            target.write_bytes(whole[target])
        seconds = time.monotonic() - began
        if seconds > LIMIT and outcome.broken[-1:] != [f"{place}: hung"]:
            outcome.broken.append(f"{place}: {seconds:.0f} s")
        if ended != outcome.errors["import-reader-crashed"] or seconds > LIMIT:
            # the reading process was ended: its successor is started before the next seed's seconds begin
            read_export(found[0].path)
    return outcome


def counts(data: bytes, form: str) -> list[Count] | None:
    """What the bytes can hold, counted without the readers; None where this count cannot say."""
    book = data[:2] == b"PK" or form.endswith("-xml")
    return file_counts(data, form) if book or form.startswith(_FILES) else text_counts(data, form)


def differences(export: SurveyExport, expected: Sequence[Count]) -> str:
    """What the import counted otherwise; empty where a count agrees."""
    found = (export.rows, export.columns)
    same = [count for count in expected if count.rows == found[0] and count.columns in (found[1], ANY)]
    if not same:
        told = ", ".join(f"{count.rows} × {count.columns}" for count in expected)
        return f"{export.format} {found[0]} × {found[1]}, counted {told or 'no table'}"
    wrong = ""
    for count in same:
        wrong = _filled(export, count)
        if not wrong:
            break
    return wrong


def _filled(export: SurveyExport, count: Count) -> str:
    """A column with more or fewer answers than its cells hold; options of a question are judged, not counted."""
    if not count.filled:
        return ""
    if export.format.split("-")[0] in _ONE_BY_ONE:
        pairs = list(zip(export.variables, count.filled, strict=True))
    else:
        once = {name: n for name, n in zip(count.names, count.filled, strict=True) if count.names.count(name) == 1}
        pairs = [(v, once[v.name]) for v in export.variables if v.name in once]
    for variable, filled in pairs:
        held = int(export.data[variable.name].notna().sum())
        if variable.type != "multiple" and held != filled:
            return f"{export.format} column {variable.name[:30]!r} holds {held} answers, counted {filled}"
    return ""
