"""The units of the fictional municipality and how large they are.

Names and numbers stand in ``workspace/units.csv``, which is also the register of the new
workspace; sizes follow from the kind of unit.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

HOME = "Lindholt Kommune"
ELSEWHERE = "Vestermose Kommune"

#: Autumn of each wave: which units are open then.
FIELDWORK: Mapping[str, tuple[str, str]] = {
    "2019": ("2019-09-16", "2019-10-20"),
    "2020": ("2020-09-14", "2020-10-18"),
    "2022": ("2022-09-12", "2022-10-16"),
    "2024": ("2024-09-09", "2024-10-13"),
}

#: Employees and children of a unit of each kind, before a small variation between units.
EMPLOYEES: Mapping[str, int] = {"dagpleje": 14, "vuggestue": 14, "boernehave": 19, "integreret": 28}
CHILDREN: Mapping[str, int] = {"dagpleje": 25, "vuggestue": 27, "boernehave": 33, "integreret": 46}
#: Children that start school at one school in a year; teachers of the first school year there.
PUPILS, TEACHERS = 37, 2


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """One unit of ``units.csv``, as far as the generator needs it."""

    id: str
    type: str
    kommune: str
    administrative: bool
    valid_from: str
    valid_to: str
    predecessors: tuple[str, ...]

    def open_in(self, wave: str) -> bool:
        """Whether the unit exists when the fieldwork of ``wave`` begins."""
        start = FIELDWORK[wave][0]
        return self.valid_from <= start and (not self.valid_to or self.valid_to >= start)

    def open_in_year(self, year: int) -> bool:
        """Whether the unit is there on the last day of ``year``."""
        day = f"{year}-12-31"
        return self.valid_from <= day and (not self.valid_to or self.valid_to >= day)


def workspace_text(name: str) -> str:
    """Read a file of the fictional workspace that is the same for every seed."""
    return (resources.files("evaluation.demo") / "workspace" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def all_units() -> tuple[DemoUnit, ...]:
    """Every unit of the register, both municipalities."""
    return tuple(
        DemoUnit(
            row["id"],
            row["type"],
            row["kommune"],
            row["administrative"] == "true",
            row["valid_from"],
            row["valid_to"],
            tuple(filter(None, row["predecessors"].split(";"))),
        )
        for row in csv.DictReader(workspace_text("units.csv").splitlines())
    )


def day_care(kommune: str) -> tuple[DemoUnit, ...]:
    """Day-care units of one municipality (no schools, no administrative unit)."""
    return tuple(u for u in all_units() if u.kommune == kommune and u.type in CHILDREN)


def schools() -> tuple[DemoUnit, ...]:
    """Return the schools of the fictional municipality."""
    return tuple(u for u in all_units() if u.type == "skole")


def successors() -> dict[str, str]:
    """Old unit id = id of the unit it was merged into."""
    return {old: unit.id for unit in all_units() for old in unit.predecessors}


def size(base: int, position: int, scale: float) -> int:
    """Size of the unit at ``position`` in the register: ``base`` ± a quarter, times ``scale``."""
    return max(2, round(scale * base * (1 + 0.25 * ((position * 7) % 11 - 5) / 5)))
