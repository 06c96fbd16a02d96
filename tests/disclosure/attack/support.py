"""Small publications written by hand: answers in, csv tables as an outsider finds them out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from evaluation.disclosure.attack.facts import Facts, Question, SurveyFacts
from evaluation.disclosure.attack.programme import Leak, Rule
from evaluation.disclosure.attack.run import Report, audit, read

CODES = ("1", "2", "3", "4", "5")
SCORES = (0.0, 25.0, 50.0, 75.0, 100.0)
LEVELS = (
    "key",
    "survey",
    "measure",
    "stat",
    "group",
    "wave",
    "n",
    "value",
    "sd",
    "median",
    "se",
    "ci_low",
    "ci_high",
    "df",
    "clusters",
    "method",
    "people",
    "weighting",
    "base",
    "suppressed",
    "reason",
)
DISTRIBUTIONS = (
    "key",
    "survey",
    "item",
    "group",
    "wave",
    "code",
    "state",
    "count",
    "share",
    "n_base",
    "base",
    "suppressed",
    "reason",
)
#: Three units in two types.
TYPES = {"enhed-a": ("type-x",), "enhed-b": ("type-x",), "enhed-c": ("type-y",)}
Counts = Sequence[int]


def facts(
    parents: Mapping[str, tuple[str, ...]] | None = None, variables: tuple[str, ...] = (), **rule: object
) -> Facts:
    """Public knowledge: one survey ``s`` with the item ``q`` on five steps and the scale ``skala``."""
    question = Question("q", CODES, SCORES, frozenset({"4", "5"}), ("ikke_besvaret",), False)
    survey = SurveyFacts("s", {"q": question}, {"skala": "En skala", "q": "Et udsagn"}, {}, variables)
    return Facts(Rule(**rule), {"s": survey}, dict(parents or {}))  # type: ignore[arg-type]


def together(*counts: tuple[int, ...]) -> tuple[int, ...]:
    """Groups as one."""
    return tuple(sum(column) for column in zip(*counts, strict=True))


def mean(counts: Counts) -> float:
    return float(np.dot(counts, SCORES) / sum(counts))


def sd(counts: Counts) -> float:
    return float(np.std(np.repeat(SCORES, counts), ddof=1))


def level(
    group: str, counts: Counts | int, *, wave: str = "2024", measure: str = "q", stat: str = "snit", **shown: object
) -> dict[str, object]:
    """A row of levels: n is always public; ``value`` and more only where given."""
    n = counts if isinstance(counts, int) else sum(counts)
    row: dict[str, object] = {
        "key": f"s.{measure}.{stat}.{group}.{wave}",
        "survey": "s",
        "measure": measure,
        "stat": stat,
        "group": group,
        "wave": wave,
        "n": n,
        "base": "besvaret",
    }
    return row | {"suppressed": "false" if "value" in shown else "true"} | shown


def whole(group: str, counts: Counts, **more: object) -> dict[str, object]:
    """A mean in whole points."""
    return level(group, counts, value=round(mean(counts)), reason="hele_point", **more)  # type: ignore[arg-type]


def distribution(group: str, counts: Counts, wave: str = "2024") -> list[dict[str, object]]:
    """All counts of a group."""
    return [
        {
            "key": f"s.q-{code}.antal.{group}.{wave}",
            "survey": "s",
            "item": "q",
            "group": group,
            "wave": wave,
            "code": code,
            "count": count,
            "n_base": sum(counts),
            "base": "besvaret",
            "suppressed": "false",
        }
        for code, count in zip(CODES, counts, strict=True)
    ]


def write(
    folder: Path,
    levels: Iterable[Mapping[str, object]],
    distributions: Iterable[Mapping[str, object]] = (),
    **others: Sequence[Mapping[str, object]],
) -> Path:
    """A publication as files."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"levels": (LEVELS, list(levels)), "distributions": (DISTRIBUTIONS, list(distributions))}
    tables |= {
        name: (tuple(dict.fromkeys(k for row in rows for k in row)), list(rows)) for name, rows in others.items()
    }
    for name, (columns, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def attacked(folder: Path, known: Facts, earlier: Sequence[Path] = (), shown: Sequence[Path] = ()) -> Report:
    """What comes of attacking a publication."""
    return audit(read(folder, earlier, shown), known)


def found(report: Report, group: str, kind: str | None = None) -> list[Leak]:
    """Leaks about a group."""
    return [leak for leak in report.leaks if leak.group == group and kind in (None, leak.kind)]
