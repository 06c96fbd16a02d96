"""Reads damaged exports: an error for the user or a reading whose rows another count confirms; nothing else."""

from __future__ import annotations

import csv
import io
import signal
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

from evaluation.common.errors import EvaluationError
from tests.fuzz.mutate import mutate
from tests.fuzz.sources import Source

#: Seconds that one read may take.
LIMIT = 20


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


def run(
    family: str, found: list[Source], seeds: range, before: Callable[[int], object] = lambda _seed: None
) -> Outcome:
    """Damage and read once for every seed; the exports take turns.

    The files beside an export (structure, labels) stay as they are. ``before`` is told each seed.
    """
    from evaluation.importing.read import read_export

    outcome = Outcome()
    whole = {source.name: source.path.read_bytes() for source in found}
    for seed in seeds:
        before(seed)
        source = found[seed % len(found)]
        data = mutate(whole[source.name], seed)
        source.path.write_bytes(data)
        place = f"{source.name} seed {seed}"
        began = time.monotonic()
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
            expected = count(family, source.path, data)
            if expected is not None:
                outcome.counted += 1
                if not expected[0] <= export.rows <= expected[1]:
                    outcome.broken.append(f"{place}: {export.rows} rows, counted {expected}")
        finally:
            source.path.write_bytes(whole[source.name])
        if time.monotonic() - began > LIMIT:
            outcome.broken.append(f"{place}: {time.monotonic() - began:.0f} s")
    return outcome


def count(family: str, path: Path, data: bytes) -> tuple[int, int] | None:
    """Fewest and most answer rows that the bytes can hold, counted without the readers; None where nobody can say."""
    counters = {"text": _text_rows, "excel": _excel_rows, "spss": _spss_rows}
    return counters[family](data) if family in counters else None


def _text_rows(data: bytes) -> tuple[int, int] | None:
    """Records by Python's own csv reader: one to three of them are headers."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        text = data.decode("utf-8-sig", errors="replace")
    # blank lines, and lines of delimiters only, are no rows
    rows = []
    for delimiter in ";,\t":
        records = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
        try:
            rows.append(sum(any(cell.strip() for cell in record) for record in records))
        except csv.Error:
            return None
    return max(min(rows) - 4, 1), max(rows) - 1


def _excel_rows(data: bytes) -> tuple[int, int] | None:
    """No sheet's XML holds fewer row elements than there are answers."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            sheets = [book.read(n) for n in book.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
        space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
        rows = [sum(1 for _ in ElementTree.fromstring(sheet).iter(f"{space}row")) for sheet in sheets]
    except (zipfile.BadZipFile, ElementTree.ParseError, ValueError, NotImplementedError):
        return None
    return (1, max(rows) - 1) if rows else None


def _spss_rows(data: bytes) -> tuple[int, int] | None:
    """The number of cases that the header states; -1 there means that nobody knows."""
    if not data.startswith((b"$FL2", b"$FL3")) or len(data) < 84:
        return None
    order = "little" if data[64:68] in (b"\x02\0\0\0", b"\x03\0\0\0") else "big"
    cases = int.from_bytes(data[80:84], order, signed=True)
    return (cases, cases) if cases >= 0 else None
