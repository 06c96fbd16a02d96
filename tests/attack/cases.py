"""Small surveys for the attacker: what a case says, and one way to draw it for hypothesis and for the campaign."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

#: Whom the threshold counts: the person, the household (two children at most), the teacher behind a class.
BEHIND = ("person", "household", "teacher")
#: What an earlier publication was without, or had otherwise.
STEPS = ("fewer", "correction", "wave", "groups", "merged", "same")


class Source(Protocol):
    """Where numbers come from."""

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""


class Seeded:
    """Numbers by a seed: the campaign's source."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        return int(self.rng.integers(low, high + 1))


@dataclass(frozen=True, slots=True)
class UnitCase:
    """A unit: its type, its area, and its people in every wave."""

    type: int
    area: int
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ItemCase:
    """An item.

    Attributes
    ----------
    codes : int
        Answers it offers, scored evenly from 0 to 100.
    positive : int
        How many of the highest count as positive; 0 for an item without a share.
    skew : int
        0 answers all over, 1 leaning, 2 nearly everybody alike.
    missing, dont_know : int
        Per cent without an answer.
    kind : str
        ``scale`` (in the one scale), ``item`` or ``perceived``.
    """

    codes: int
    positive: int
    skew: int
    missing: int
    dont_know: int
    kind: str


@dataclass(frozen=True, slots=True)
class Step:
    """An earlier publication: what was otherwise (:data:`STEPS`), for how many people, and in which unit."""

    kind: str
    amount: int
    unit: int


@dataclass(frozen=True, slots=True)
class Case:
    """A survey with its policy and everything published before; ``residual`` is per cent without a value."""

    seed: int
    threshold: int
    protection: int
    every: bool
    waves: int
    typed: bool
    areas: int
    values: tuple[int, ...]
    residual: int
    behind: str
    exempt: bool
    panel: bool
    comparison: int
    units: tuple[UnitCase, ...]
    items: tuple[ItemCase, ...]
    earlier: tuple[Step, ...]


def as_text(case: Case) -> str:
    """The case as JSON."""
    return json.dumps(asdict(case))


def from_text(text: str) -> Case:
    """The case that :func:`as_text` wrote."""
    raw: dict[str, Any] = json.loads(text)
    return Case(
        **{
            **raw,
            "values": tuple(raw["values"]),
            "units": tuple(UnitCase(u["type"], u["area"], tuple(u["sizes"])) for u in raw["units"]),
            "items": tuple(ItemCase(**i) for i in raw["items"]),
            "earlier": tuple(Step(**s) for s in raw["earlier"]),
        }
    )


def draw(
    source: Source, *, published: bool | None = None, behind: str = "", scales: bool | None = None, small: bool = False
) -> Case:
    """Draw a case.

    Parameters
    ----------
    published : bool, optional
        Whether there are earlier publications; default: by chance.
    behind : str
        One of :data:`BEHIND`; default: by chance.
    scales : bool, optional
        Whether items make a scale; default: by chance.
    small : bool
        Fewer waves, units and items, for tests that have to be quick.
    """

    def chance(per_cent: int) -> bool:
        # the simplest draw is no
        return source.whole(0, 99) >= 100 - per_cent

    def pick(*options: Any) -> Any:
        return options[source.whole(0, len(options) - 1)]

    waves = pick(1, 1, 1, 1, 2) if small else pick(1, 1, 2, 2, 3)
    types, areas = pick(1, 2, 2, 3), pick(0, 0, 2, 3)
    units = tuple(
        UnitCase(source.whole(0, types - 1), source.whole(0, max(areas - 1, 0)), _sizes(source, waves))
        for _ in range(source.whole(2, 4 if small else 6))
    )
    scale = pick(0, 0, 2) if small else pick(0, 2, 2, 3)
    if scales is not None:
        scale = max(scale, 2) if scales else 0
    single = 0 if scale else 1 if small else 2
    items = (*(_item(source, "scale") for _ in range(scale)), *(_item(source, "item") for _ in range(single)))
    if chance(15):
        items = (*items, _item(source, "perceived"))
    if scale and chance(70):
        # most people answer all of a battery: only then is its score the mean of its items
        first = items[0]
        items = tuple(
            ItemCase(first.codes, i.positive, i.skew, pick(0, 0, 0, 4), 0, "scale") if i.kind == "scale" else i
            for i in items
        )
    behind = behind or pick("person", "person", "person", "person", "household", "teacher")
    values = tuple(source.whole(2, 5) for _ in range(pick(0, 1, 1) if small else pick(0, 1, 1, 2)))
    every = chance(25)
    # Where every count keeps its protection, a grouping that is new beside a number that stays cannot be protected.
    steps = tuple(step for step in STEPS if not (every and step == "groups"))
    earlier: tuple[Step, ...] = ()
    if chance(30) if published is None else published:
        earlier = tuple(
            Step(pick(*steps), source.whole(1, 30), source.whole(0, len(units) - 1))
            for _ in range(1 if small else pick(1, 1, 2))
        )
    return Case(
        seed=source.whole(0, 2**31 - 1),
        threshold=pick(5, 5, 3, 4, 6, 8, 10),
        protection=pick(3, 3, 2, 4, 5),
        every=every,
        waves=waves,
        typed=not chance(25),
        areas=areas,
        values=values,
        residual=pick(0, 0, 5, 20) if values else 0,
        behind=behind,
        exempt=bool(values) and chance(10),
        panel=not chance(40),
        comparison=pick(0, 0, 0, 0, 0, 0, 20),
        units=units,
        items=items,
        earlier=earlier,
    )


def _sizes(source: Source, waves: int) -> tuple[int, ...]:
    """People of a unit in every wave: mostly about as many, sometimes quite other ones."""
    most = (12, 20, 40)[source.whole(0, 2)]
    first = source.whole(0, most)
    others = (
        source.whole(0, 40) if source.whole(0, 9) == 9 else max(0, min(40, first + source.whole(-4, 4)))
        for _ in range(waves - 1)
    )
    return (first, *others)


def _item(source: Source, kind: str) -> ItemCase:
    codes = (5, 4, 3, 2, 6, 7, 5)[source.whole(0, 6)]
    if kind == "perceived":
        codes = (3, 5)[source.whole(0, 1)]
    return ItemCase(
        codes=codes,
        positive=source.whole(0, codes - 1) if source.whole(0, 3) == 0 else max(codes // 2, 1),
        skew=source.whole(0, 2),
        missing=(0, 0, 5, 25, 60)[source.whole(0, 4)],
        dont_know=(0, 0, 5, 15)[source.whole(0, 3)],
        kind=kind,
    )
