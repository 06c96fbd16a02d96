"""What everybody knows: the plan's rule, the register of units, the questionnaires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evaluation.codebook.model import Instrument, Item
from evaluation.common.ids import slug
from evaluation.disclosure.attack.programme import Rule
from evaluation.plan.model import Plan, Wave
from evaluation.plan.registers import Registers
from evaluation.plan.timing import covers, released_from

#: True numbers of this many thresholds of people may be known.
LARGE = 3
_STORED_AS = {"var_her_ikke": "ikke_relevant"}


@dataclass(frozen=True, slots=True)
class Question:
    """One item: answer codes with their scores (NaN for none), which are positive, and states offered."""

    id: str
    codes: tuple[str, ...]
    scores: tuple[float, ...]
    positive: frozenset[str]
    states: tuple[str, ...]
    turned: bool


@dataclass(frozen=True, slots=True)
class SurveyFacts:
    """One survey: its questions, titles that reports print, and background variables in their order.

    ``scales`` holds the items of each scale, and whether the scale turns them.
    """

    id: str
    questions: Mapping[str, Question]
    titles: Mapping[str, str]
    groups: Mapping[str, str]
    variables: tuple[str, ...]
    scales: Mapping[str, tuple[tuple[str, bool], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """Public knowledge.

    ``parents`` names the groups a unit's group lies in (type, område), ``exempt`` groupings that are no secret,
    ``sets`` the units that are compared with others, by wave and the name in ``comparisons``.
    """

    rule: Rule
    surveys: Mapping[str, SurveyFacts]
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exempt: tuple[str, ...] = ()
    sets: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def protects(self, group: str, people: int, few: bool = False) -> bool:
        """Whether anything about the group has to stay hidden.

        The true numbers of three thresholds of people could be shown, whatever ``rare`` says: a group as large as that
        is hidden for the sake of others only. ``few`` says that fewer people stand behind its answers.
        """
        return not self.spares(group) and (few or people < LARGE * self.rule.threshold)

    def spares(self, group: str) -> bool:
        """Whether the group is of a grouping that is no secret: what is shown of it is not used against others."""
        return group.startswith(tuple(f"{name}-" for name in self.exempt))


def gather(plan: Plan, registers: Registers, instruments: Mapping[str, Instrument]) -> Facts:
    """Public knowledge of a workspace."""
    policy = plan.disclosure
    rule = Rule(policy.threshold, policy.protection, every=policy.rare == "every")
    parents = {}
    for unit in registers.units:
        if not unit.administrative:
            named = [f"type-{slug(unit.type)}"] if unit.type else []
            named += [f"omraade-{slug(unit.area)}"] if unit.area else []
            parents[f"enhed-{slug(unit.id)}"] = tuple(named)
    units = {f"enhed-{slug(u.id)}": u.name for u in registers.units}
    surveys = {s.id: _survey(s.id, instruments[s.instrument], units) for s in plan.surveys}
    sets = {wave.id: _sets(plan, registers, wave) for wave in plan.waves}
    return Facts(rule, surveys, parents, policy.exempt, sets)


def _sets(plan: Plan, registers: Registers, wave: Wave) -> dict[str, frozenset[str]]:
    """Units in a trial and outside it, and those released by the same release, as of a wave."""
    root = _roots(registers)
    tried = {
        root.get(unit, unit).casefold()
        for trial in registers.trials
        if trial.start is None or trial.start <= wave.end
        for unit in trial.units
    }
    found: dict[str, set[str]] = {"forskel-forsoeg": set(), "uden-forsoeg": set(), "ikke-frisat": set()}
    for unit in registers.units:
        group = f"enhed-{slug(unit.id)}"
        inside = root.get(unit.id, unit.id).casefold() in tried
        found["forskel-forsoeg" if inside else "uden-forsoeg"].add(group)
        start = released_from(plan, unit)
        if start is None or start > wave.end:
            found["ikke-frisat"].add(group)
        first = next((r for r in plan.releases if r.start == start and covers(plan, r, unit)), None)
        if first is not None:
            found.setdefault(f"frisat-{slug(first.id)}", set()).add(group)
    return {name: frozenset(units) for name, units in found.items()}


def _roots(registers: Registers) -> dict[str, str]:
    """One id for a unit, its predecessors and its successors."""
    found: dict[str, str] = {}
    for unit in sorted(registers.units, key=lambda one: len(one.predecessors)):
        family = {unit.id, *unit.predecessors}
        lead = min(found.get(name, name) for name in family)
        found |= dict.fromkeys(family, lead)
        found |= {name: lead for name, old in found.items() if old in family}
    return found


def _survey(name: str, instrument: Instrument, units: Mapping[str, str]) -> SurveyFacts:
    titles = {scale.id: text for scale in instrument.scales for text in (scale.title.da,)}
    titles |= {item.id: item.text.da for item in instrument.items}
    groups = dict(units)
    for variable in instrument.groups:
        groups |= {f"{variable.id}-{value.id}": value.label.da for value in variable.values}
    questions = {item.id: _question(instrument, item) for item in instrument.items}
    scales = {s.id: tuple((item.id, item.reversed) for item in instrument.items_of(s)) for s in instrument.scales}
    return SurveyFacts(name, questions, titles, groups, tuple(v.id for v in instrument.groups), scales)


def _question(instrument: Instrument, item: Item) -> Question:
    response = instrument.response_of(item)
    plain = [choice for choice in response.choices if not choice.state]
    states = [_STORED_AS.get(choice.state, choice.state) for choice in response.choices if choice.state]
    return Question(
        item.id,
        tuple(str(choice.code) for choice in plain),
        tuple(float("nan") if choice.score is None else choice.score for choice in plain),
        frozenset(str(code) for code in response.positive),
        tuple(dict.fromkeys([*states, "ikke_besvaret"])),
        item.reversed,
    )
