"""Published numbers by survey, measure, wave, publication and group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.disclosure.attack.files import Publication, Record, number

#: The reason that says of a number that it was rounded: to whole points, shares to whole per cent.
ROUNDED = "hele_point"
#: Reasons that say of a group that few people stand behind its answers. So does a number in whole points, where the
#: record does not say of the same answers that they are hidden for the sake of others.
FEW = frozenset({"under_taersklen", "kun_samlede_andele"})
COVER = "diskretion"
#: The design of ``trends`` whose ``before`` and ``after`` are means of two waves.
WAVE_BY_WAVE = "boelge"
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One published number: a mean 0–100 or a share 0–1 of ``n`` answers, with the half width of its rounding."""

    value: float
    n: int
    half: float
    source: str


@dataclass(slots=True)
class Cell:
    """All that was published about one group, measure and wave in one publication.

    ``few``: a published reason says that fewer people than three thresholds stand behind it, whatever ``n`` is;
    ``few_asked``: the same of those who were asked; ``cover``: the record says that it covers others; ``rounded``: it
    shows a number in whole points, for one of the two reasons.
    ``bounds`` are intervals of the mean that nobody published, but that other published numbers give.
    """

    n: int | None = None
    few: bool = False
    few_asked: bool = False
    cover: bool = False
    rounded: bool = False
    asked: int | None = None
    counts: dict[str, tuple[int, str]] = field(default_factory=dict)
    states: dict[str, tuple[int, str]] = field(default_factory=dict)
    means: list[Shown] = field(default_factory=list)
    bounds: list[Shown] = field(default_factory=list)
    shares: list[tuple[str, Shown]] = field(default_factory=list)
    spreads: list[tuple[str, Shown]] = field(default_factory=list)


@dataclass(slots=True)
class Numbers:
    """Cells of items and of scales: key to publication to group to cell."""

    items: dict[Key, dict[str, dict[str, Cell]]] = field(default_factory=dict)
    scales: dict[Key, dict[str, dict[str, Cell]]] = field(default_factory=dict)
    changes: list[tuple[Record, str]] = field(default_factory=list)
    comparisons: list[tuple[Record, str]] = field(default_factory=list)
    trends: list[tuple[Record, str]] = field(default_factory=list)

    def cell(self, key: Key, source: str, group: str, *, scale: bool = False) -> Cell:
        """The cell of that place, made where it is not there."""
        table = self.scales if scale else self.items
        return table.setdefault(key, {}).setdefault(source, {}).setdefault(group, Cell())


def gather_numbers(
    publications: Sequence[Publication],
    items: Mapping[str, Iterable[str]],
    spared: Callable[[str], bool] = lambda group: False,
) -> Numbers:
    """All published numbers; ``items`` are the items of each survey, groups that are ``spared`` are left out."""
    made = Numbers()
    known = {(survey, item) for survey, names in items.items() for item in names}
    for publication in publications:
        name = publication.name

        def rows(table: str, publication: Publication = publication) -> list[Record]:
            return [row for row in publication.rows(table) if not spared(row["group"])]

        for row in rows("record"):
            _cover(made, row, name)
        for row in rows("levels"):
            _level(made, row, name)
        for row in rows("distributions"):
            if (row["survey"], row["item"]) in known:
                _distribution(made, row, name)
        for row in rows("perceived"):
            _perceived(made, row, name)
        for row in rows("estimates"):
            _change(made, row, name)
        made.comparisons += [(row, name) for row in publication.rows("comparisons")]
        for row in rows("trends"):
            _trend(made, row, name)
    for by_source in (*made.items.values(), *made.scales.values()):
        _share_few(by_source)
    return made


def _cover(made: Numbers, row: Record, source: str) -> None:
    """Answers that are hidden for the sake of others: those of few people are hidden for another reason."""
    head, found, wave = row["key"].partition(f".antal.{row['group']}.")
    survey, _, code = head.partition(".")
    if row["table"] == "distributions" and row["rule"] == COVER and found:
        made.cell((survey, code.rpartition("-")[0], wave), source, row["group"]).cover = True


def _share_few(by_source: Mapping[str, Mapping[str, Cell]]) -> None:
    """As few people stand behind as many answers of a group wherever these were published."""
    places: dict[tuple[str, int | None], list[Cell]] = {}
    asked: dict[tuple[str, int | None], list[Cell]] = {}
    for groups in by_source.values():
        for group, cell in groups.items():
            places.setdefault((group, cell.n), []).append(cell)
            asked.setdefault((group, cell.asked), []).append(cell)
    for cells in places.values():
        cover = any(cell.cover for cell in cells)
        few = any(cell.few or (cell.rounded and not cover) for cell in cells)
        for cell in cells:
            cell.few = few
    for cells in asked.values():
        few = any(cell.few_asked for cell in cells)
        for cell in cells:
            cell.few_asked = few


def whole(text: str | None) -> int | None:
    """A whole number of a table."""
    value = number(text)
    return None if value is None else round(value)


def shown(
    row: Record, column: str, n: int | None, source: str, *, share: bool = False, scale: float = 1.0
) -> Shown | None:
    """A number of a row, or None where it is hidden, weighted, or of nobody."""
    value = number(row.get(column))
    if value is None or not n or row.get("weighting"):
        return None
    # products print fewer decimals than tables; a share printed so is a share, not per cent
    half = (0.005 if share else 0.5) if row.get("reason") == ROUNDED else float(row.get("_half") or 0.0)
    return Shown(value * scale, n, half, f"{source}: {row['key']}")


def _level(made: Numbers, row: Record, source: str) -> None:
    scale = row["stat"] == "score"
    cell = made.cell((row["survey"], row["measure"], row["wave"]), source, row["group"], scale=scale)
    n = whole(row.get("n"))
    cell.few |= row.get("reason") in FEW
    cell.rounded |= row.get("reason") == ROUNDED
    if row["stat"] == "andel":
        share = shown(row, "value", n, source, share=True)
        if share is not None:
            cell.shares.append(("positive", share))
        if row.get("base") != "stillet" and cell.n is None:
            cell.n = n
        return
    cell.n = n
    mean = shown(row, "value", n, source)
    if mean is not None:
        cell.means.append(mean)
    for column in ("sd", "median"):
        spread = shown(row, column, n, source)
        if spread is not None:
            cell.spreads.append((column, Shown(spread.value, spread.n, 0.0, spread.source)))
    for column in ("floor_share", "ceiling_share"):
        share = shown(row, column, n, source)
        if share is not None:
            cell.shares.append((column, Shown(share.value, share.n, 0.0, share.source)))
    _from_interval(cell, row, n, source)


def _from_interval(cell: Cell, row: Record, n: int | None, source: str) -> None:
    """The standard deviation behind an interval or standard error of independent persons."""
    if cell.spreads or not n or not (row.get("method") == "cr2_person" or whole(row.get("clusters")) == n):
        return
    se = number(row.get("se"))
    low, high, df = (number(row.get(name)) for name in ("ci_low", "ci_high", "df"))
    if se is None and low is not None and high is not None and df is not None:
        from scipy.special import stdtrit

        se = (high - low) / 2 / float(stdtrit(df, 0.975))
    if se is not None and not row.get("weighting"):
        cell.spreads.append(("sd", Shown(se * n**0.5, n, 0.0, f"{source}: {row['key']}")))


def _distribution(made: Numbers, row: Record, source: str) -> None:
    cell = made.cell((row["survey"], row["item"], row["wave"]), source, row["group"])
    few = row.get("reason") in FEW
    cell.few, cell.few_asked = cell.few or (few and not row["state"]), cell.few_asked or (few and bool(row["state"]))
    base, count = whole(row.get("n_base")), number(row.get("count"))
    share = number(row.get("share"))
    if count is None and share is not None and base and not row.get("weighting"):
        count = share * base
    if row["base"] == "besvaret" and cell.n is None:
        cell.n = base
    if row["base"] in ("spurgte", "stillet"):
        cell.asked = base
    if count is None:
        return
    where = (round(count), f"{source}: {row['key']}")
    if row["state"]:
        cell.states[row["state"]] = where
    else:
        cell.counts[row["code"]] = where


def _perceived(made: Numbers, row: Record, source: str) -> None:
    cell = made.cell((row["survey"], row["item"], row["wave"]), source, row["group"])
    cell.n, cell.asked = whole(row.get("n")), whole(row.get("asked"))
    cell.few |= row.get("reason") in FEW
    for column in ("share_worse", "share_same", "share_better"):
        share = shown(row, column, cell.n, source, share=True)
        if share is not None:
            cell.shares.append((column, share))
    net = shown(row, "net", cell.n, source)
    if net is not None:
        cell.shares.append(("net", net))
    for column, state in (("share_dont_know", "ved_ikke"), ("share_not_here", "ikke_relevant")):
        share = shown(row, column, cell.asked, source)
        if share is not None and cell.asked:
            cell.states.setdefault(state, (round(share.value * cell.asked), share.source))


def _change(made: Numbers, row: Record, source: str) -> None:
    """Before and after of a change: the people of a wave, or those of them who lie on one side of the release."""
    made.changes.append((row, source))
    if row.get("comparable") != "ja" or row["group"].startswith("forskel-"):
        return
    waves = split_waves(row["waves"])
    scale = row["stat"] == "score"
    share = row["stat"] == "andel"
    values = {side: number(row.get(side)) for side in ("before", "after")}
    change = number(row.get("change"))
    if change is not None and not row.get("weighting"):
        if values["before"] is None and values["after"] is not None:
            values["before"] = values["after"] - change
        elif values["after"] is None and values["before"] is not None:
            values["after"] = values["before"] + change
    for side, wave in zip(("before", "after"), waves, strict=True):
        n = whole(row.get(f"n_{side}"))
        if share and row.get("base") == "stillet":
            continue
        cell = made.cell((row["survey"], row["measure"], wave), f"{source} {row['waves']}", row["group"], scale=scale)
        cell.n = n if cell.n is None else cell.n
        found = shown({**row, "value": repr(values[side])}, "value", n, source, share=share)
        if found is not None and share:
            cell.shares.append(("positive", found))
        elif found is not None:
            cell.means.append(found)


def _trend(made: Numbers, row: Record, source: str) -> None:
    """Two waves of the kommune, of those who take part in all of them; other designs tie several groups together."""
    if row["stat"] != "score" or row.get("comparable") != "ja":
        return
    made.trends.append((row, source))
    if row["design"] != WAVE_BY_WAVE:
        return
    for side, wave in zip(("before", "after"), split_waves(row["waves"]), strict=True):
        n = whole(row.get(f"n_{side}"))
        place = f"{source} {row['design']} {row['waves']}"
        cell = made.cell((row["survey"], row["measure"], wave), place, row["group"], scale=True)
        cell.n = n if cell.n is None else cell.n
        found = shown(row, side, n, source)
        if found is not None:
            cell.means.append(found)


def split_waves(waves: str) -> tuple[str, str]:
    """Both waves of ``before_after``: the cut in the middle."""
    parts = waves.split("_")
    half = len(parts) // 2
    return "_".join(parts[:half]), "_".join(parts[half:])
