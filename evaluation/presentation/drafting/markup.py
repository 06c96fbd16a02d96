"""Numbers as keys and judgements as claims: the marks in which a drafted sentence is set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from evaluation.common.language import catalogue
from evaluation.presentation.context import Context, Row, tidy
from evaluation.presentation.numbers import NBSP
from evaluation.presentation.sentences import capital

#: In the catalogue ⟦…⟧ are the words that a condition answers for.
_OPEN, _CLOSE = "⟦", "⟧"
_SPAN = re.compile(f"{_OPEN}(.*?){_CLOSE}", re.S)
#: A condition is read up to 600 signs; a little room is left for whoever goes on writing.
MOST = 560
_NUMBER = re.compile(r"(?<![\w.,{-])\d+(?:[.,]\d+)*(?![\w}])")


def var(key: str) -> str:
    """``{{< var … >}}`` of a dotted key; a part of digits only gets the letter that Quarto needs."""
    parts = (f"m{part}" if part.isdigit() else part for part in key.split("."))
    return "{{< var " + ".".join(parts) + " >}}"


def claim(words: str, condition: str) -> str:
    """``words`` with the condition under which they may be printed; without a condition the words alone."""
    return f'[{words}]{{.tjek hvis="{condition}"}}' if condition else words


def every(conditions: Sequence[str]) -> str:
    """All of them; empty where they are more than a condition may hold."""
    joined = " and ".join(dict.fromkeys(conditions))
    return joined if len(joined) <= MOST else ""


def spread(conditions: Sequence[str], spans: int) -> list[str]:
    """Conditions dealt out over so many spans; none where even that is not room enough."""
    size = -(-len(conditions) // spans)
    dealt = [every(conditions[start : start + size]) for start in range(0, size * spans, size)] if size else []
    parts = [conditions[start : start + size] for start in range(0, size * spans, size)] if size else []
    fits = all(made or not part for made, part in zip(dealt, parts, strict=True))
    return dealt if dealt and fits else [""] * spans


def typed(text: str) -> str:
    """``text`` whose figures stand there on purpose: what was asked and decided, never a result."""
    return _NUMBER.sub(lambda match: f"[{match[0]}]{{.tal}}", text)


class Pen:
    """Writes sentences of the catalogue's part ``draft``, their variants in turn.

    Parameters
    ----------
    turn : int
        Which variant comes first: chapters beside each other begin differently.
    """

    def __init__(self, ctx: Context, turn: int = 0) -> None:
        self.ctx = ctx
        self._turn = turn
        self._used: dict[str, int] = {}
        self._words: dict[str, Any] = dict(catalogue("words", ctx.lang)["draft"])

    def write(self, sentence: str, /, *conditions: str, **places: str) -> str:
        """The sentence of that name; its spans are claims with ``conditions`` in order, plain where one is empty."""
        found = self._words[sentence]
        variants = [found] if isinstance(found, str) else list(found)
        used = self._used.get(sentence, 0)
        self._used[sentence] = used + 1
        chosen = str(variants[(self._turn + used) % len(variants)])
        # "{Measure}" at the beginning of a sentence is "{measure}" with a capital letter.
        both = {**places, **{capital(key): capital(value) for key, value in places.items()}}
        text = _SPAN.sub(lambda match: match[0] if conditions else match[1], chosen)
        left = iter(conditions)
        # Before the places are filled: a title may hold any sign.
        parts: list[str] = []
        end = 0
        for match in _SPAN.finditer(text):
            parts += [text[end : match.start()].format(**both)]
            parts += [claim(match[1].format(**both), next(left, ""))]
            end = match.end()
        return tidy("".join([*parts, text[end:].format(**both)]))

    def spans(self, name: str) -> int:
        """How many claims a sentence has room for; the same in all its variants."""
        found = self._words[name]
        return len(_SPAN.findall(found if isinstance(found, str) else found[0]))

    def unit(self, name: str) -> str:
        """A word for a unit with the blank before it."""
        return NBSP + str(self.ctx.numbers.words[name])


def key(row: Row, column: str) -> str:
    """The key of one number of a published row."""
    return f"{row['key']}.{column}"


def is_verdict(row: Row) -> str:
    """The condition that a row still has its verdict."""
    return f"{key(row, 'verdict')} == '{row['verdict']}'"


def moved(row: Row) -> str:
    """The condition that a row still has its verdict and its direction."""
    return f"{is_verdict(row)} and {key(row, 'direction')} == '{row['direction']}'"
