"""An instrument: items, scales, response scales and groups, as written in ``data/codebooks/*.toml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from evaluation.plan.model import Id, Model, Text


class Choice(Model):
    """One answer category. ``score`` 0–100, or none for an answer that is kept apart by ``state``."""

    code: int
    label: Text
    score: float | None = Field(None, ge=0, le=100)
    state: Literal["", "ved_ikke", "ikke_relevant", "vil_ikke_svare", "var_her_ikke"] = ""


class ResponseScale(Model):
    """An ordered set of answer categories, worst (lowest score) first."""

    id: Id
    lead: Text | None = Field(None, description="Question that introduces the items answered on this scale.")
    choices: tuple[Choice, ...] = Field(alias="choice")
    positive: tuple[int, ...] = Field((), description="Codes counted in the share of positive answers.")


class Item(Model):
    """One statement or question."""

    id: Id
    text: Text
    response: Id
    scale: Id | None = None
    theme: Id
    reversed: bool = Field(False, description="Scored 100 − score in its scale.")
    kind: Literal["item", "perceived"] = Field(
        "item", description="'perceived': oplevet ændring, retrospective; never pooled with measured change."
    )
    mechanisms: tuple[Id, ...] = ()


class Scale(Model):
    """Several items that make one score, the mean of the answered items' 0–100 scores."""

    id: Id
    title: Text
    theme: Id
    higher_is: Literal["better", "worse", "neutral"] = "better"
    response: Id | None = Field(None, description="Response scale of its items, where an item names none.")
    min_answered: int = Field(ge=1, description="Fewest answered items for a score.")
    mechanisms: tuple[Id, ...] = Field((), description="Mechanisms and potentials that this scale speaks to.")
    description: Text | None = None


class GroupValue(Model):
    """One value of a group variable; ``code`` as in the export."""

    code: str
    id: Id
    label: Text


class GroupVariable(Model):
    """A background variable to break results down by."""

    id: Id
    title: Text
    values: tuple[GroupValue, ...] = Field(alias="value")
    levels: tuple[Literal["kommune", "enhed"], ...] = ("kommune",)


class Theme(Model):
    """A heading that scales and items stand under; the family of tests is survey × theme."""

    id: Id
    title: Text


class Instrument(Model):
    """A questionnaire: what was asked, how it is answered, how it is scored."""

    id: Id
    title: Text
    version: str = "1"
    respondent: Text
    row_is: Literal["person", "child", "class"] = "person"
    themes: tuple[Theme, ...] = Field(alias="theme")
    responses: tuple[ResponseScale, ...] = Field(alias="response")
    scales: tuple[Scale, ...] = Field((), alias="scale")
    items: tuple[Item, ...] = Field(alias="item")
    groups: tuple[GroupVariable, ...] = Field((), alias="group")

    def response_of(self, item: Item) -> ResponseScale:
        """The response scale of ``item``."""
        return next(r for r in self.responses if r.id == item.response)

    def items_of(self, scale: Scale | str) -> tuple[Item, ...]:
        """Items of a scale in order."""
        wanted = scale if isinstance(scale, str) else scale.id
        return tuple(i for i in self.items if i.scale == wanted)

    def scale(self, scale_id: str) -> Scale:
        """The scale of that id."""
        return next(s for s in self.scales if s.id == scale_id)
