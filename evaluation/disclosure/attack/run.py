"""The whole attack: published files in, a report out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from evaluation.disclosure.attack.build import programmes
from evaluation.disclosure.attack.cells import gather_numbers
from evaluation.disclosure.attack.direct import direct, pages
from evaluation.disclosure.attack.facts import Facts
from evaluation.disclosure.attack.files import PageTable, Publication, page_tables, read_publication
from evaluation.disclosure.attack.programme import Leak, Outcome, Programme, Rule, Unproven
from evaluation.disclosure.attack.solve import attack
from evaluation.disclosure.attack.sums import Sums, attack_sums, sums

#: Seconds one programme may take, and all together.
EACH = 20.0
TOTAL = 900.0
_CHUNK = 12
Progress = Callable[[str, str, int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was attacked and what came of it. ``safe`` only where nothing leaks and everything is proven."""

    files: tuple[str, ...]
    programmes: int
    cells: int
    solves: int
    seconds: float
    leaks: tuple[Leak, ...]
    unproven: tuple[Unproven, ...]

    @property
    def safe(self) -> bool:
        """Whether nobody can find anything."""
        return not self.leaks and not self.unproven


@dataclass(frozen=True, slots=True)
class Material:
    """Published files as read."""

    publications: tuple[Publication, ...]
    tables: tuple[PageTable, ...] = ()
    files: tuple[str, ...] = ()


def read(current: Path, earlier: Sequence[Path] = (), html: Sequence[Path] = ()) -> Material:
    """Read the publication of today, earlier ones and rendered pages.

    Raises
    ------
    EvaluationError
        What cannot be read.
    """
    found = [read_publication(current, "published"), *(read_publication(path, path.name) for path in earlier)]
    tables = tuple(table for path in html for table in page_tables(path))
    return Material(tuple(found), tables, tuple(str(path) for path in (current, *earlier, *html)))


def audit(
    material: Material,
    facts: Facts,
    *,
    seconds: float = TOTAL,
    each: float = EACH,
    processes: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Attack everything published.

    Parameters
    ----------
    seconds, each : float
        Time for everything and for one programme; what is not done by then is not proven.
    processes : int
        More than one only from a program with a main guard.
    """
    start = time.monotonic()
    told = progress or _silent
    items = {name: survey.questions for name, survey in facts.surveys.items()}
    numbers = gather_numbers(material.publications, items)
    work: list[Programme | Sums] = [*programmes(numbers, facts), *sums(numbers, facts)]
    leaks = [*direct(material.publications, facts), *pages(material.tables, material.publications, facts)]
    done = _all(work, facts.rule, start + seconds, each, processes, told)
    leaks += [leak for outcome in done for leak in outcome.leaks]
    leaks = [leak for leak in leaks if leak.group]
    unproven = tuple(one for outcome in done for one in outcome.unproven)
    cells, solves = sum(one.cells for one in done), sum(one.solves for one in done)
    ordered = tuple(sorted(set(leaks), key=_order))
    return Report(material.files, len(work), cells, solves, time.monotonic() - start, ordered, unproven)


def _order(leak: Leak) -> tuple[str, str, str, str, str, str]:
    return leak.survey, leak.measure, leak.wave, leak.group, leak.kind, leak.what


def _silent(stage: str, what: str, done: int, total: int) -> None:
    """Tell nobody."""


def _all(
    work: Sequence[Programme | Sums], rule: Rule, until: float, each: float, processes: int, told: Progress
) -> list[Outcome]:
    if not work:
        return []
    chunks = [work[i : i + _CHUNK] for i in range(0, len(work), _CHUNK)]
    workers = min(processes, os.cpu_count() or 1, len(chunks))
    if workers < 2:
        found: list[Outcome] = []
        for number, chunk in enumerate(chunks):
            told("audit", _name(chunk[0]), number, len(chunks))
            found += attack_all(chunk, rule, until - time.monotonic(), each)
        return found
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        # a clock of its own in each process: what is left when a chunk is handed out is not known beforehand
        ends = time.time() + until - time.monotonic()
        jobs = {pool.submit(_until, chunk, rule, ends, each): i for i, chunk in enumerate(chunks)}
        made: dict[int, list[Outcome]] = {}
        for number, job in enumerate(as_completed(jobs)):
            made[jobs[job]] = job.result()
            told("audit", _name(chunks[jobs[job]][0]), number, len(chunks))
    return [outcome for i in sorted(made) for outcome in made[i]]


def _until(chunk: Sequence[Programme | Sums], rule: Rule, ends: float, each: float) -> list[Outcome]:
    return attack_all(chunk, rule, ends - time.time(), each)


def attack_all(work: Sequence[Programme | Sums], rule: Rule, seconds: float, each: float) -> list[Outcome]:
    """Attack one after the other within ``seconds``; what is not reached is not proven."""
    until = time.monotonic() + seconds
    found = []
    for one in work:
        left = min(each, until - time.monotonic())
        if left <= 0:
            found.append(Outcome((), (_not_reached(one),), 0, 0))
        elif isinstance(one, Programme):
            found.append(attack(one, rule, left))
        else:
            found.append(attack_sums(one, rule, left))
    return found


def _not_reached(one: Programme | Sums) -> Unproven:
    wave = one.wave if isinstance(one, Programme) else "_".join(dict.fromkeys(t.wave for t in one.totals if t.wave))
    kind = one.kind if isinstance(one, Programme) else "mean"
    return Unproven(one.survey, one.measure, wave, kind, "time", 0)


def _name(one: Programme | Sums) -> str:
    return f"{one.survey} {one.measure}"
