"""The whole attack: published files in, a report out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from evaluation.disclosure.attack.build import programmes
from evaluation.disclosure.attack.cells import gather_numbers
from evaluation.disclosure.attack.direct import direct
from evaluation.disclosure.attack.equation import solve_scales
from evaluation.disclosure.attack.facts import Facts
from evaluation.disclosure.attack.files import Publication, read_publication
from evaluation.disclosure.attack.pages import pages
from evaluation.disclosure.attack.products import Product, products
from evaluation.disclosure.attack.programme import Leak, Outcome, Programme, Rule, Unproven
from evaluation.disclosure.attack.solve import attack
from evaluation.disclosure.attack.sums import Sums, attack_sums, sums

#: Seconds one programme may take, and all together.
EACH = 20.0
TOTAL = 900.0
_CHUNK = 8
Progress = Callable[[str, str, int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was attacked and what came of it. ``safe`` only where nothing leaks and everything is proven.

    ``exempt`` names groupings whose shown numbers were left out: the policy takes the risk that they tell of others.
    """

    files: tuple[str, ...]
    programmes: int
    cells: int
    solves: int
    seconds: float
    leaks: tuple[Leak, ...]
    unproven: tuple[Unproven, ...]
    exempt: tuple[str, ...] = ()

    @property
    def safe(self) -> bool:
        """Whether nobody can find anything."""
        return not self.leaks and not self.unproven


@dataclass(frozen=True, slots=True)
class Material:
    """Published files as read."""

    publications: tuple[Publication, ...]
    product: Product = field(default_factory=Product)
    files: tuple[str, ...] = ()


def read(current: Path, earlier: Sequence[Path] = (), shown: Sequence[Path] = ()) -> Material:
    """Read the publication of today, earlier ones, and files of products (``products.KINDS``).

    Raises
    ------
    EvaluationError
        What cannot be read.
    """
    found = [read_publication(current, "published"), *(read_publication(path, path.name) for path in earlier)]
    product = products(shown, found[0])
    return Material(tuple(found), product, tuple(str(path) for path in (current, *earlier, *shown)))


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
    pool = _helpers(processes)
    try:
        return _audit(material, facts, seconds, each, pool, progress or _silent)
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _audit(
    material: Material, facts: Facts, seconds: float, each: float, pool: ProcessPoolExecutor | None, told: Progress
) -> Report:
    start = time.monotonic()
    items = {name: survey.questions for name, survey in facts.surveys.items()}
    everything = (*material.publications, *material.product.tidy)
    numbers = gather_numbers(everything, items, facts.spares)
    solve_scales(numbers, facts)
    work: list[Programme | Sums] = [*programmes(numbers, facts), *sums(numbers, facts)]
    leaks = [
        *direct(material.publications, facts),
        *pages(material.product, material.publications, facts),
    ]
    done = _all(work, facts.rule, start + seconds, each, pool, told)
    leaks += [leak for outcome in done for leak in outcome.leaks]
    leaks = [leak for leak in leaks if leak.group]
    unproven = tuple(one for outcome in done for one in outcome.unproven)
    cells, solves = sum(one.cells for one in done), sum(one.solves for one in done)
    ordered = tuple(sorted(set(leaks), key=_order))
    spent = time.monotonic() - start
    return Report(material.files, len(work), cells, solves, spent, ordered, unproven, facts.exempt)


def _order(leak: Leak) -> tuple[str, str, str, str, str, str]:
    return leak.survey, leak.measure, leak.wave, leak.group, leak.kind, leak.what


def _silent(stage: str, what: str, done: int, total: int) -> None:
    """Tell nobody."""


def _helpers(processes: int) -> ProcessPoolExecutor | None:
    """Processes beside this one, started at once: they are ready when the tables are read."""
    workers = min(processes, os.cpu_count() or 1) - 1
    if workers < 1:
        return None
    pool = ProcessPoolExecutor(workers, get_context("spawn"))
    for _ in range(workers):
        pool.submit(attack_all, [], Rule(), 0.0, 0.0)
    return pool


def _all(
    work: Sequence[Programme | Sums],
    rule: Rule,
    until: float,
    each: float,
    pool: ProcessPoolExecutor | None,
    told: Progress,
) -> list[Outcome]:
    """Outcomes in order: this process works from the end, its helpers from the front."""
    chunks = [work[i : i + _CHUNK] for i in range(0, len(work), _CHUNK)]
    # a clock of its own in each process: what is left when a chunk is handed out is not known beforehand
    ends = time.time() + until - time.monotonic()
    jobs = [] if pool is None else [pool.submit(_until, chunk, rule, ends, each) for chunk in chunks]
    made: dict[int, list[Outcome]] = {}
    for i in reversed(range(len(chunks))):
        if not jobs or jobs[i].cancel():
            told("audit", _name(chunks[i][0]), len(chunks) - 1 - i, len(chunks))
            made[i] = attack_all(chunks[i], rule, until - time.monotonic(), each)
        else:
            made[i] = jobs[i].result()
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
