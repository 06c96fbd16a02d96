"""What a key of a claim stands for today: looked up in the published tables and in the plan.

A key is the ``key`` of a published row with one of its columns behind it, or one of the short keys that
``{{< var >}}`` knows (``svar.…``, ``regel.…``, ``plan.…``, ``frisaettelse.…``). Numbers have the unit they are
printed with: points for scores and means, per cent and procentpoint for shares.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evaluation.common.ids import slug
from evaluation.disclosure.published import COUNTS, FLAGS, TABLES, TEXT, Published
from evaluation.plan.load import Workspace
from evaluation.presentation.claims.expression import Value
from evaluation.presentation.numbers import Numbers, is_missing, rounded

#: Columns that are shares 0–1 in every table, and those that are where ``stat`` is ``andel``.
_SHARES = frozenset({
    "share", "rate", "share_worse", "share_same", "share_better", "share_dont_know", "share_not_here", "floor_share",
    "ceiling_share", "largest_share", "invited_share", "answered_share", "rate_before", "rate_after", "efficiency",
    "trimmed", "gap",
})  # fmt: skip
_BY_STAT = frozenset({
    "before", "after", "change", "value", "ci_low", "ci_high", "eq_low", "eq_high", "delta", "mdc80", "se", "sd",
    "estimate", "total", "difference", "value_group", "value_against",
})  # fmt: skip
#: What may be said of a row whose numbers must not be, or cannot be compared.
_ALWAYS = frozenset({"suppressed", "comparable", "reason", "n_before", "n_after", "n_paired", "n", "asked"})
_NOT_COLUMNS = frozenset({"key", "rule_version"})
_TABLES = tuple(name for name in TABLES if name != "record")
_P_VALUES = frozenset({"p_value", "p_adjusted", "p_bootstrap", "pretrend_p", "drift_p", "congruence_p"})
_MOST = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What a key stands for.

    Attributes
    ----------
    value : float, str, bool or None
        None where there is nothing to compare with; ``state`` says why.
    state : str
        ``known``, ``hidden``, ``incomparable``, ``empty`` or ``unknown``.
    shown : str
        The value for people; ``..`` where there is none.
    near : str
        The nearest existing key where this one is unknown.
    """

    value: Value | None
    state: str
    shown: str = ".."
    near: str = ""


class Keys:
    """Keys of one set of published tables.

    Parameters
    ----------
    workspace : Workspace
        For what stands in the plan: limits, dates, names.
    lang : str
        Language in which values are shown.
    """

    def __init__(self, published: Published, workspace: Workspace, lang: str) -> None:
        self._published = published
        self._workspace = workspace
        self._numbers = Numbers(lang)

    def find(self, path: str) -> Found:
        """What ``path`` stands for; never an error."""
        path = _bare(path)
        if path in self._short:
            value = self._short[path]
            if value is None:
                return Found(None, "empty")
            return Found(value, "known", self._show(path.rpartition(".")[2], value))
        row_key, _, column = path.rpartition(".")
        for table in self._rows.get(row_key, {}):
            if column in _columns(table):
                return self._cell(table, self._rows[row_key][table], column)
        return Found(None, "unknown", near=self.nearest(path))

    def nearest(self, path: str) -> str:
        """The existing key most like ``path``: level by level, so that the parts that are right stay."""
        path = _bare(path)
        row_key, _, column = path.rpartition(".")
        if row_key not in self._rows:
            if path.split(".", 1)[0] in _SHORT:
                return _closest(path, list(self._short)) or ""
            full = self._nearest_row(row_key if path not in self._rows else path)
            row_key, column = full, column if path not in self._rows else ""
        columns = [name for table in self._rows.get(row_key, {}) for name in _columns(table)]
        usual = next((name for name in ("change", "value", "share", "net") if name in columns), columns[0])
        chosen = column if column in columns else (column and _closest(column, columns)) or usual
        return f"{row_key}.{chosen}"

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, int]]:
        """Tables and row numbers by key; a key may stand in two tables with different columns."""
        found: dict[str, dict[str, int]] = {}
        for name in _TABLES:
            for place, key in enumerate(getattr(self._published, name)["key"].tolist()):
                found.setdefault(str(key), {}).setdefault(name, place)
        return found

    def _cell(self, table: str, place: int, column: str) -> Found:
        row: dict[str, Any] = getattr(self._published, table).iloc[place].to_dict()
        source = "change" if column == "change_size" else column
        raw = row[source]
        if column not in _ALWAYS and source in row:
            if row.get("suppressed", False):
                return Found(None, "hidden")
            if row.get("comparable") == "nej":
                return Found(None, "incomparable")
        if source in FLAGS:
            return Found(bool(raw), "known", str(bool(raw)).lower())
        if source in TEXT:
            return Found(str(raw), "known", f"'{raw}'") if str(raw) else Found(None, "empty")
        if is_missing(raw):
            return Found(None, "empty")
        share = source in _SHARES or (row.get("stat") == "andel" and source in _BY_STAT)
        value = float(raw) * (100 if share else 1)
        value = abs(value) if column == "change_size" else value
        return Found(value, "known", self._show(column, value))

    def _show(self, column: str, value: Value) -> str:
        if isinstance(value, str):
            return f"'{value}'"
        if column in COUNTS or column in ("inviteret", "besvaret", "taerskel", "aar"):
            return self._numbers.integer(value) if column != "aar" else f"{value:.0f}"
        return self._numbers.number(value, 3 if column in _P_VALUES else _decimals(float(value)))

    @cached_property
    def _short(self) -> Mapping[str, Value | None]:
        return dict(_short_keys(self._published, self._workspace))

    @cached_property
    def _tree(self) -> Mapping[str, Any]:
        tree: dict[str, Any] = {}
        for key in self._rows:
            node = tree
            for part in key.split("."):
                node = node.setdefault(part, {})
        return tree

    def _nearest_row(self, row_key: str) -> str:
        node, taken = self._tree, list[str]()
        parts = row_key.split(".")
        while node:
            part = parts[len(taken)] if len(taken) < len(parts) else ""
            taken.append(part if part in node else _closest(part, list(node)) or next(iter(node)))
            node = node[taken[-1]]
        return ".".join(taken)


_SHORT = ("svar", "regel", "plan", "frisaettelse")


def _short_keys(published: Published, workspace: Workspace) -> Iterator[tuple[str, Value | None]]:
    """The short keys that ``_variables.yml`` has too, as values instead of words."""
    plan = workspace.plan
    yield "plan.aar", float(plan.evaluation.year)
    yield "plan.kommune", plan.evaluation.kommune
    yield "plan.fiktiv", "ja" if published.fictional else "nej"
    yield "regel.alpha", plan.decision.alpha
    yield "regel.taerskel", float(published.meta.get("threshold", plan.disclosure.threshold))
    for delta in plan.decision.deltas:
        yield f"regel.{delta.survey}.graense", delta.points
    for release in plan.releases:
        yield f"frisaettelse.{release.id}.fra", release.start.isoformat()
        yield f"frisaettelse.{release.id}.til", release.end.isoformat() if release.end else None
    table = published.response
    whole = table[table["group"] == "kommune"]
    for survey, wave, invited, answered, rate in zip(
        *(whole[name].tolist() for name in ("survey", "wave", "invited", "answered", "rate")), strict=True
    ):
        for name, value in (("inviteret", invited), ("besvaret", answered), ("procent", rate)):
            number = None if is_missing(value) else float(value) * (100 if name == "procent" else 1)
            yield f"svar.{survey}.{slug(str(wave))}.{name}", number


def _bare(path: str) -> str:
    """``path`` without the m that ``{{< var >}}`` wants before a part of digits only."""
    return ".".join(part[1:] if part[:1] == "m" and part[1:].isdigit() else part for part in path.split("."))


def _columns(table: str) -> tuple[str, ...]:
    own = tuple(name for name in TABLES[table] if name not in _NOT_COLUMNS)
    return (*own, "change_size") if "change" in own else own


def _closest(word: str, known: list[str]) -> str | None:
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.0)
    return found[0] if found else None


def _decimals(value: float) -> int:
    """As few decimals as tell the number to two places after the comma."""
    return next((few for few in range(_MOST) if abs(float(rounded(value, few)) - value) < 0.005), 2)
