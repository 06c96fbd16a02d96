"""One kind of error for everything a user can mend.

A :class:`Problem` says what / where / expected / found / do this, under a stable
code. Its words come from ``catalogue/<lang>/errors_<layer>.toml``, so that the same
problem can be told in Danish and in English. Everything a layer finds wrong is
collected and raised together: :class:`EvaluationError` carries all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evaluation.common.language import catalogue


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that needs mending.

    Parameters
    ----------
    code : str
        Stable id in kebab case, a table of the error catalogues (``"plan-unknown-key"``).
    where : str
        File, sheet, column, row or line.
    found : str
        What stands there now.
    params : mapping of str to str
        Values for the ``{placeholders}`` of the catalogue text.
    """

    code: str
    where: str = ""
    found: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    def text(self, part: str, lang: str = "en") -> str:
        """Text of ``part`` (``what``, ``expected`` or ``do``) in ``lang``; empty when there is none."""
        entry = catalogue("errors", lang).get(self.code)
        if entry is None:
            raise KeyError(f"no text for error code {self.code!r} in catalogue {lang!r}")
        template = str(entry.get(part, ""))
        for name, value in self.params.items():
            template = template.replace("{" + name + "}", str(value))
        return template

    def render(self, lang: str = "en") -> str:
        """The whole problem as plain lines of text."""
        words = {
            "da": ("Hvor", "Forventet", "Fundet", "Gør dette"),
            "en": ("Where", "Expected", "Found", "Do this"),
        }[lang]
        lines = [f"[{self.code}] {self.text('what', lang)}"]
        parts = (self.where, self.text("expected", lang), self.found, self.text("do", lang))
        lines += [f"  {word}: {part}" for word, part in zip(words, parts, strict=True) if part]
        return "\n".join(lines)


class EvaluationError(ValueError):
    """Input that needs mending by the user: one or more problems, all told at once."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not self.problems:
            raise AssertionError("an EvaluationError needs at least one problem")
        super().__init__(self.problems[0].code)

    def __str__(self) -> str:
        return self.render("en")

    def render(self, lang: str = "en") -> str:
        """All problems in ``lang``, separated by blank lines."""
        return "\n\n".join(problem.render(lang) for problem in self.problems)


def fail(code: str, *, where: object = "", found: object = "", **params: object) -> EvaluationError:
    """A ready :class:`EvaluationError` with one problem; use as ``raise fail(...)``."""
    return EvaluationError(Problem(code, str(where), str(found), {name: str(value) for name, value in params.items()}))
