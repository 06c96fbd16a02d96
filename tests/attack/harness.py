"""One case through analysis, gate and files, and then under attack; also with the gate made worse on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyarrow import csv

from evaluation.analysis.estimates import Estimates
from evaluation.analysis.run import analyse
from evaluation.disclosure import gate
from evaluation.disclosure.as_published import settle
from evaluation.disclosure.attack.facts import Facts, gather
from evaluation.disclosure.attack.run import Report, audit, read
from evaluation.disclosure.attack.solve import Attack
from evaluation.disclosure.publications import Publication
from evaluation.disclosure.published import TABLES, Published, conform
from evaluation.disclosure.published import _arrow as arrow
from tests.attack.cases import Case
from tests.attack.surveys import Survey, then, today

#: Seconds for one attack, and for one programme of it.
TOTAL, EACH = 60.0, 20.0
_OPTIONS = csv.WriteOptions(include_header=False, quoting_style="needed")


@dataclass(frozen=True, slots=True)
class Made:
    """What the gate made of a case: the folders of files, oldest first, today's last; and what it was made of.

    ``then``: answers and tables of earlier publications.
    """

    folders: tuple[Path, ...]
    facts: Facts
    private: Estimates
    published: Published
    then: tuple[tuple[Estimates, Published], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case: ``mutated`` holds every way in which the gate was made worse, and whether it was found."""

    programmes: int
    cells: int
    leaks: tuple[str, ...]
    unproven: tuple[str, ...]
    mutated: tuple[tuple[str, bool], ...]

    @property
    def safe(self) -> bool:
        """Whether nothing was found and everything is proven."""
        return not self.leaks and not self.unproven


def make(case: Case, folder: Path) -> Made:
    """Everything published of a case, as files under ``folder``."""
    earlier: list[Publication] = []
    folders: list[Path] = []
    privates: list[Estimates] = []
    for number, step in enumerate(case.earlier):
        survey = then(case, step)
        privates.append(_private(survey))
        made = _gated(case, survey, privates[-1], earlier)
        folders.append(folder / f"earlier{number}")
        _write(made, folders[-1])
        earlier.append(Publication(f"earlier{number}", made, case.threshold, case.protection))
    survey = today(case)
    private = _private(survey)
    published = _gated(case, survey, private, earlier)
    folders.append(folder / "now")
    _write(published, folders[-1])
    facts = gather(survey.workspace.plan, survey.workspace.registers, {"lille": survey.instrument})
    old = tuple(zip(privates, (one.published for one in earlier), strict=True))
    return Made(tuple(folders), facts, private, published, old)


def attacked(made: Made) -> Report:
    """What comes of attacking these files, and nothing but them; a leak is what the policy calls one."""
    *earlier, now = made.folders
    with _as_agreed(made):
        return audit(read(now, earlier), made.facts, seconds=TOTAL, each=EACH)


def check(case: Case, folder: Path, *, mutations: bool) -> Outcome:
    """Attack a case as it is and, where ``mutations`` asks for it, with the gate made worse on purpose."""
    made = make(case, folder / "whole")
    report = attacked(made)
    told = [f"{one.measure} {one.wave} {one.group} {one.kind} {one.what}" for one in report.leaks]
    gaps = [f"{one.measure} {one.wave} {one.kind} {one.reason}" for one in report.unproven]
    mutated: list[tuple[str, bool]] = []
    if mutations and not case.earlier:
        back = put_back(case, made, folder / "back")
        if back is not None:
            worse, place = back
            found = {(one.measure, one.group, one.wave) for one in attacked(worse).leaks}
            mutated.append(("put back", place in found))
        with blind():
            worse = make(case, folder / "blind")
        if hides_beside(made.published, worse.published):
            mutated.append(("alone", bool(attacked(worse).leaks)))
    return Outcome(report.programmes, report.cells, tuple(told), tuple(gaps), tuple(mutated))


@contextmanager
def _as_agreed(made: Made) -> Iterator[None]:
    """Ask of counts what the policy asks: ``rare = "margin"`` lets true numbers of large groups be known.

    An outsider who is not told them may be left more in doubt than the policy wants, and still less than he would
    otherwise like to see: only who knows the answers can tell that from a leak. It is the measure that is known here;
    the attacker gets to know nothing.
    """
    original = Attack._needed
    tables: dict[tuple[str, str, str], list[Counted]] = {}

    def needed(self: Attack) -> NDArray[np.float64]:
        need = original(self)
        programme = self.made.programme
        if self.rule.every:
            return need
        key = programme.measure, programme.wave, programme.kind
        if key not in tables:
            large = 3 * made.facts.rule.threshold
            every = [*made.then, (made.private, made.published)]
            tables[key] = [Counted(private, shown, large, *key) for private, shown in every]
        for place, node in enumerate(self.made.nodes):
            if need[place].any():
                total = float(self.made.totals[place])
                rooms = [one.room(node.name, programme.labels, total) for one in tables[key]]
                room = np.min(rooms, axis=0)
                need[place] = np.minimum(need[place], np.minimum(room, self.made.totals[place]))
        return need

    with mock.patch.object(Attack, "_needed", needed):
        yield


@dataclass(frozen=True, slots=True)
class Pool:
    """Groups together, without others."""

    plus: Sequence[str]
    minus: Sequence[str] = ()


class Counted:
    """True counts of one item and wave, of answers or of states, and what the policy lets be known of them."""

    def __init__(self, estimates: Estimates, published: Published, large: int, item: str, wave: str, kind: str) -> None:
        private, shown = estimates.distributions, published.distributions
        column = "state" if kind == "state" else "code"
        rows = private[(private["item"] == item) & (private["wave"] == wave) & (private[column] != "")]
        self.counts: dict[str, dict[str, float]] = {}
        self.heads: dict[str, tuple[float, str, str]] = {}
        names = ["group", column, "count", "_persons", "_grouping", "_above"]
        for group, label, count, people, grouping, above in rows[names].itertuples(index=False, name=None):
            self.counts.setdefault(group, {})[label] = float(count)
            self.heads.setdefault(group, (float(people), str(grouping), str(above)))
        seen = shown[(shown["item"] == item) & (shown["wave"] == wave) & shown["count"].notna() & (shown[column] != "")]
        self.alike = kind != "state"
        self.open = set(seen["group"])
        self.large = large

    def room(self, group: str, labels: tuple[str, ...], total: float) -> NDArray[np.float64]:
        """Widest interval that large groups' true numbers leave for each count of ``group``, ``total`` of them."""
        room = np.full(len(labels), np.inf)
        for pool in self._around(group) if group in self.heads else self._around_rest(group, total):
            people, counts = self._sum(pool.plus, labels)
            less, fewer = self._sum(pool.minus, labels)
            counts, people = counts - fewer, people - less
            if people >= self.large:
                # that all could have answered alike is never left open
                alike = self.alike & (counts >= counts.sum())
                room = np.minimum(room, np.maximum(np.minimum(counts, counts.sum() - counts), alike))
        return room

    def _sum(self, names: Sequence[str], labels: tuple[str, ...]) -> tuple[float, NDArray[np.float64]]:
        known = [name for name in names if name in self.counts]
        counts = np.array([[self.counts[name].get(label, 0.0) for label in labels] for name in known])
        return sum(self.heads[name][0] for name in known), counts.reshape(-1, len(labels)).sum(axis=0)

    def _around(self, group: str) -> Iterator[Pool]:
        """Groups that hold it, those that hide beside it, and what others leave of the groups that hold it."""
        _, grouping, above = self.heads[group]
        mine = [name for name, head in self.heads.items() if head[1] == grouping]
        hidden = [name for name in mine if name not in self.open]
        yield Pool([name for name in hidden if self.heads[name][2] == above])
        yield Pool(hidden)
        yield Pool([group])
        for over in ("kommune", *filter(None, above.split(";"))):
            inside = [name for name in mine if over == "kommune" or over in self.heads[name][2].split(";")]
            yield Pool([over])
            yield Pool([over], [name for name in inside if name in self.open])

    def _around_rest(self, name: str, total: float) -> Iterator[Pool]:
        """What holds the answers that a grouping leaves of a group; which grouping, their number tells."""
        over = name.removesuffix(" (rest)") if name.removesuffix(" (rest)") in self.heads else "kommune"
        if over not in self.heads:
            return
        yield Pool([over])
        for grouping in dict.fromkeys(head[1] for head in self.heads.values()):
            inside = [
                one
                for one, head in self.heads.items()
                if head[1] == grouping and one != "kommune" and (over == "kommune" or over in head[2].split(";"))
            ]
            counted = sum(sum(self.counts[one].values()) for one in inside)
            if inside and sum(self.counts[over].values()) - counted == total:
                yield Pool([over], [one for one in inside if one in self.open])


def _write(published: Published, folder: Path) -> None:
    """The csv tables as the project writes them; the attacker reads nothing else."""
    folder.mkdir(parents=True)
    for name, columns in TABLES.items():
        with (folder / f"{name}.csv").open("wb") as stream:
            stream.write((",".join(columns) + "\n").encode())
            if len(getattr(published, name)):
                csv.write_csv(arrow(name, getattr(published, name)), stream, _OPTIONS)


def _private(survey: Survey) -> Estimates:
    """The project's own analysis."""
    return analyse(survey.workspace, {"lille": survey.instrument}, survey.responses)


def _gated(case: Case, survey: Survey, private: Estimates, earlier: list[Publication]) -> Published:
    policy = survey.workspace.plan.disclosure
    shared = frozenset() if case.behind == "person" else frozenset({"s"})
    return settle(gate.publish(private, policy), earlier, policy, shared)


@contextmanager
def blind() -> Iterator[None]:
    """The gate without its complementary steps: only the rules for one number are left."""

    def nothing(table: pd.DataFrame, *rest: object) -> NDArray[np.bool_]:
        return np.zeros(len(table), dtype=bool)

    with (
        mock.patch.object(gate, "protected", lambda items, *rest: [one.start.copy() for one in items]),
        mock.patch.object(gate, "hidden_scores", lambda levels, gone, *rest: gone & (levels["stat"] == "score")),
        mock.patch.object(gate, "with_scores", lambda items, found, levels, gone, *rest: (found, np.asarray(gone))),
        mock.patch.object(gate, "complement", nothing),
    ):
        yield


def hides_beside(whole: Published, alone: Published) -> bool:
    """Whether the complementary steps hid the number of anything."""
    return int(whole.levels["suppressed"].sum()) > int(alone.levels["suppressed"].sum())


def put_back(case: Case, made: Made, folder: Path) -> tuple[Made, tuple[str, str, str]] | None:
    """Show all but one of the groups that hide together: other files of today, and (item, group, wave) left alone.

    Only where the whole shows its distribution, so that the last group is known to the last answer and what is hidden
    of it must be found; None where the case has no such place.
    """
    if case.behind != "person":
        return None
    private, shown = made.private.distributions, made.published.distributions
    codes = private[private["state"] == ""]
    whole = shown[(shown["group"] == "kommune") & shown["count"].notna() & (shown["state"] == "")]
    for (item, wave), counts in whole.groupby(["item", "wave"]):
        part = codes[(codes["item"] == item) & (codes["wave"] == wave)]
        if (counts["count"] > 0).sum() < 2:
            continue
        for kind, rows in part[~part["_grouping"].isin(["kommune", "sammenligning"])].groupby("_grouping"):
            sizes = rows.groupby("group")["_persons"].max()
            few = sizes[(sizes > 1) & (sizes < 3 * case.threshold)]
            complete = rows["count"].sum() == counts["count"].sum()
            if complete and len(few) and (sizes > 0).sum() > 1 and kind not in made.facts.exempt:
                last = str(few.index[0])
                beside, alone = rows[rows["group"] != last], rows[rows["group"] == last]
                return _shown(made, folder, beside, alone), (str(item), last, str(wave))
    return None


def _shown(made: Made, folder: Path, rows: pd.DataFrame, last: pd.DataFrame) -> Made:
    table = made.published.distributions
    added = conform("distributions", rows.assign(suppressed=False, reason="", rule_version="x"))
    gone = set(last["key"])
    kept = table[~table["key"].isin(set(added["key"]) | gone)]
    published = replace(made.published, distributions=pd.concat([kept, added], ignore_index=True))
    _write(published, folder)
    return replace(made, folders=(*made.folders[:-1], folder), published=published)
