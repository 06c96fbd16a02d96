"""A condition cut into words, numbers, texts and keys, and written again as an expression Python can parse.

Keys are no Python (``2020_2024``, ``type-dagpleje``) and neither is a decimal comma, so every operand is
replaced by a name of our own; what :mod:`ast` then gets to see are operators and names, nothing a person wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from evaluation.common.errors import EvaluationError, fail

#: A condition is a line of text; longer ones are refused before anything looks at them.
LONGEST = 600
DEEPEST = 20
#: Digits of a number, and signs and ``not`` in front of something: beyond these nothing sensible is meant.
_DIGITS, _PREFIXES = 15, 40
WORDS = ("and", "or", "not", "in", "abs", "round")

_TOKEN = re.compile(
    r"(?P<blank>\s+)"
    r"|(?P<text>'[^'\n]*'|\"[^\"\n]*\"|’[^’\n]*’|‘[^’\n]*’|“[^”\n]*”|”[^”\n]*”|»[^«\n]*«)"
    r"|(?P<key>[^\W\d_][\w-]*(?:\.[\w-]+)+)"
    r"|(?P<number>\d+(?:[.,]\d+)*)(?![\w.])"
    r"|(?P<word>[^\W\d_]\w*)"
    r"|(?P<sign>==|!=|<=|>=|[<>≤≥≠(),\-\u2212+])"
)
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "\u2212": "-"}
# "1.284" is a thousand to a Dane and one and a quarter to a program.
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+\Z")
_DECIMAL = re.compile(r"\d+(?:[.,](?P<decimals>\d+))?\Z")


@dataclass(frozen=True, slots=True)
class Typed:
    """A number as typed: its value and how many decimals it was given."""

    value: float
    decimals: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key as written."""

    path: str


Operand = Typed | Key | str


@dataclass(slots=True)
class Rewritten:
    """``source`` holds names like ``_3_`` that stand for ``operands``; ``places`` maps its columns to the original."""

    source: str = ""
    operands: dict[str, Operand] = field(default_factory=dict)
    places: list[tuple[int, int]] = field(default_factory=list)

    def add(self, text: str, place: int) -> None:
        """Append ``text``, which stood at ``place``."""
        self.places.append((len(self.source), place))
        self.source += text + " "

    def stand_in(self, operand: Operand, place: int) -> None:
        """Append a name for ``operand``."""
        name = f"_{len(self.operands)}_"
        self.operands[name] = operand
        self.add(name, place)

    def original(self, column: int) -> int:
        """Where in the original that stood which is at ``column`` of ``source``."""
        return max((place for start, place in self.places if start <= column), default=0)


def broken(code: str, condition: str, place: int = 0, **params: object) -> EvaluationError:
    """The problem ``claims-code`` with ``condition`` shown from ``place`` on."""
    condition = "".join(sign if sign.isprintable() else "\ufffd" for sign in condition)
    shown = condition if len(condition) <= 160 else condition[:160] + " …"
    rest = condition[place : place + 40].strip() if 0 < place < len(condition) else ""
    return fail(f"claims-{code}", found=f"{shown}  ›  {rest}" if rest else shown or "–", **params)


def rewrite(condition: str) -> Rewritten:
    """``condition`` with every operand replaced.

    Raises
    ------
    EvaluationError
        ``claims-too-long``, ``claims-sign``, ``claims-word``, ``claims-number`` for what has no place in a condition.
    """
    made = Rewritten()
    depth = prefixes = 0
    if len(condition) > LONGEST:
        raise broken("too-long", condition, most=LONGEST)
    odd = next((place for place, sign in enumerate(condition) if not sign.isprintable()), None)
    if odd is not None:
        raise broken("sign", condition, odd, sign=f"U+{ord(condition[odd]):04X}")
    place = 0
    while place < len(condition):
        match = _TOKEN.match(condition, place)
        if match is None:
            raise broken("sign", condition, place, sign=condition[place])
        token, kind = match[0], match.lastgroup
        if kind == "text":
            made.stand_in(token[1:-1], place)
        elif kind == "key":
            made.stand_in(Key(token), place)
        elif kind == "number":
            made.stand_in(_number(token, condition, place), place)
        elif kind == "word":
            if token not in WORDS:
                raise broken("word", condition, place, word=token, known=", ".join(WORDS))
            made.add(token, place)
        elif kind == "sign":
            depth += (token == "(") - (token == ")")
            if depth > DEEPEST:
                raise broken("too-long", condition, place, most=LONGEST)
            made.add(_SIGNS.get(token, token), place)
        prefixes += token in ("not", "-", "+", "\u2212")
        if prefixes > _PREFIXES:
            raise broken("too-long", condition, place, most=LONGEST)
        place = match.end()
    return made


def _number(token: str, condition: str, place: int) -> Typed:
    match = _DECIMAL.match(token)
    if match is None or _AMBIGUOUS.match(token) or len(token) > _DIGITS:
        raise broken("number", condition, place, number=token)
    return Typed(float(token.replace(",", ".")), len(match["decimals"] or ""))
