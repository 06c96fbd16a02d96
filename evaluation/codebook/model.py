"""An instrument: items, scales, response scales and groups, as written in ``data/codebooks/*.toml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from evaluation.plan.model import Id, Model, Text

HigherIs = Literal["better", "worse", "neutral"]
_TURNED: dict[HigherIs, HigherIs] = {"better": "worse", "worse": "better", "neutral": "neutral"}


class Choice(Model):
    """One answer category. ``score`` 0–100, or none for an answer that is kept apart by ``state``."""

    code: int = Field(description="Code in the export.")
    label: Text = Field(description="Words of the answer, as in the questionnaire.")
    score: float | None = Field(None, ge=0, le=100, description="0 for the worst, 100 for the best answer.")
    state: Literal["", "ved_ikke", "ikke_relevant", "vil_ikke_svare", "var_her_ikke"] = Field(
        "", description="Why this is no answer to the question itself; it has no score then."
    )


class ResponseScale(Model):
    """An ordered set of answer categories, worst (lowest score) first, then those kept apart."""

    id: Id
    lead: Text | None = Field(None, description="Question that introduces the items answered on this scale.")
    choices: tuple[Choice, ...] = Field(alias="choice", min_length=1)
    positive: tuple[int, ...] = Field((), description="Codes counted in the share of positive answers.")

    @property
    def scored(self) -> tuple[Choice, ...]:
        """The choices that have a score."""
        return tuple(choice for choice in self.choices if choice.score is not None)


class Item(Model):
    """One statement or question."""

    id: Id
    text: Text
    response: Id = Field(description="Response scale; default: that of its scale.")
    scale: Id | None = None
    theme: Id = Field(description="Default: that of its scale.")
    reversed: bool = Field(False, description="Scored 100 − score in its scale.")
    kind: Literal["item", "perceived"] = Field(
        "item", description="'perceived': oplevet ændring, retrospective; never pooled with measured change."
    )
    base: Literal["besvaret", "stillet"] = Field(
        "besvaret",
        description="What percentages of its answers are of: those who answered, or all who were asked "
        "(then 'Ved ikke' and no answer count as not having chosen the answer).",
    )
    mechanisms: tuple[Id, ...] = ()


class Scale(Model):
    """Several items that make one score, the mean of the answered items' 0–100 scores."""

    id: Id
    title: Text
    theme: Id
    higher_is: HigherIs = "better"
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
    values: tuple[GroupValue, ...] = Field(alias="value", min_length=1)
    levels: tuple[Literal["kommune", "enhed"], ...] = ("kommune",)


class OpenQuestion(Model):
    """A question answered in the person's own words; read from the raw export when quotes are made, never stored."""

    id: Id
    text: Text
    theme: Id
    role: Id | None = Field(None, description="Group that says by which role answers are quoted; none: by nobody's.")


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
    themes: tuple[Theme, ...] = Field(alias="theme", min_length=1)
    responses: tuple[ResponseScale, ...] = Field(alias="response", min_length=1)
    scales: tuple[Scale, ...] = Field((), alias="scale")
    items: tuple[Item, ...] = Field(alias="item", min_length=1)
    groups: tuple[GroupVariable, ...] = Field((), alias="group")
    open: tuple[OpenQuestion, ...] = Field((), description="Questions answered in the person's own words.")

    def response_of(self, item: Item) -> ResponseScale:
        """The response scale of ``item``."""
        return next(r for r in self.responses if r.id == item.response)

    def items_of(self, scale: Scale | str) -> tuple[Item, ...]:
        """Items of a scale in order."""
        wanted = scale if isinstance(scale, str) else scale.id
        return tuple(i for i in self.items if i.scale == wanted)

    def scale(self, scale_id: str) -> Scale:
        """The scale of that id (StopIteration when there is none)."""
        return next(s for s in self.scales if s.id == scale_id)

    def higher_is(self, item: Item) -> HigherIs:
        """Whether a high score on ``item`` as worded is good: as its scale says, turned for a reversed item."""
        direction: HigherIs = "better" if item.scale is None else self.scale(item.scale).higher_is
        return _TURNED[direction] if item.reversed else direction
