"""What everybody knows: the plan's rule, the register of units, the questionnaires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evaluation.codebook.model import Instrument, Item
from evaluation.common.ids import slug
from evaluation.disclosure.attack.programme import Rule
from evaluation.plan.model import Plan
from evaluation.plan.registers import Registers

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
    """One survey: its questions, titles that reports print, and background variables in their order."""

    id: str
    questions: Mapping[str, Question]
    titles: Mapping[str, str]
    groups: Mapping[str, str]
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Public knowledge.

    ``parents`` names the groups a unit's group lies in (type, område), ``exempt`` groupings that are no secret.
    """

    rule: Rule
    surveys: Mapping[str, SurveyFacts]
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exempt: tuple[str, ...] = ()

    def protects(self, group: str, people: int, few: bool = False) -> bool:
        """Whether anything about the group has to stay hidden.

        The true numbers of three thresholds of people may be known (``rare = "margin"``): a group as large as that is
        hidden for the sake of others only. ``few`` says that fewer people stand behind its answers.
        """
        secret = not group.startswith(tuple(f"{name}-" for name in self.exempt))
        return secret and (self.rule.every or few or people < LARGE * self.rule.threshold)


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
    return Facts(rule, surveys, parents, policy.exempt)


def _survey(name: str, instrument: Instrument, units: Mapping[str, str]) -> SurveyFacts:
    titles = {scale.id: text for scale in instrument.scales for text in (scale.title.da,)}
    titles |= {item.id: item.text.da for item in instrument.items}
    groups = dict(units)
    for variable in instrument.groups:
        groups |= {f"{variable.id}-{value.id}": value.label.da for value in variable.values}
    questions = {item.id: _question(instrument, item) for item in instrument.items}
    return SurveyFacts(name, questions, titles, groups, tuple(v.id for v in instrument.groups))


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
