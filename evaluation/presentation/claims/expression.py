"""The conditions of claims: parsed with :mod:`ast`, walked over a white list of nodes, never evaluated by Python.

``key``, numbers, texts, ``== != < <= > >=``, ``and or not``, ``in (…)``, ``abs()``, ``round(x, decimals)``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.common.table import VERDICTS
from evaluation.presentation.claims.tokens import Key, Operand, Rewritten, Typed, broken, rewrite
from evaluation.presentation.numbers import rounded

Value = float | str | bool
_DECIMALS = 6
#: Columns whose texts are codes: a code that does not exist is a slip of the pen, not a claim that fails.
CODES: Mapping[str, tuple[str, ...]] = {
    "direction": ("op", "ned", "ingen"),
    "verdict": VERDICTS,
    "comparable": ("ja", "nej", "med_forbehold"),
    "higher_is": ("better", "worse", "neutral"),
}
_ORDER: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
}
_ALIKE = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A parsed condition.

    Attributes
    ----------
    text : str
        As written, blanks collapsed.
    keys : tuple of str
        Every key in it, once, in the order of writing.
    """

    text: str
    keys: tuple[str, ...]
    _tree: ast.expr
    _rewritten: Rewritten

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether the condition is true of ``values``, which has a value for each of ``keys``.

        Raises
        ------
        EvaluationError
            ``claims-types`` where a number is compared with a text, ``claims-code`` for a code that does not
            exist, ``claims-no-claim`` where the whole is no yes or no.
        """
        answer = _Walk(self, values).value(self._tree)
        if not isinstance(answer, bool):
            raise broken("no-claim", self.text)
        return answer


def parse(text: str) -> Condition:
    """Read a condition.

    Raises
    ------
    EvaluationError
        ``claims-…`` with what cannot be read; nothing else, whatever ``text`` holds.
    """
    text = " ".join(text.split())
    made = rewrite(text)
    if not made.operands:
        raise broken("no-claim", text)
    try:
        tree = ast.parse(made.source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = (getattr(error, "offset", None) or 1) - 1
        raise broken("syntax", text, made.original(column)) from error
    condition = Condition(text, _keys(made), tree, made)
    if not condition.keys:
        raise broken("no-key", text)
    _check(condition, tree)
    return condition


def _keys(made: Rewritten) -> tuple[str, ...]:
    return tuple(dict.fromkeys(operand.path for operand in made.operands.values() if isinstance(operand, Key)))


def _at(condition: Condition, node: ast.AST) -> int:
    return condition._rewritten.original(getattr(node, "col_offset", 0))


def _check(condition: Condition, tree: ast.expr) -> None:
    """Refuse every node that is not on the list, before anything is looked up."""
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and not _allowed(node, condition, id(node) in functions):
            raise broken("syntax", condition.text, _at(condition, node))
    _walk_lists(condition, tree)


def _allowed(node: ast.expr, condition: Condition, called: bool) -> bool:
    if isinstance(node, ast.Name):
        return node.id in ("abs", "round") if called else node.id in condition._rewritten.operands
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not | ast.USub | ast.UAdd)
    if isinstance(node, ast.Call):
        most = {"abs": 1, "round": 2}.get(node.func.id, 0) if isinstance(node.func, ast.Name) else 0
        return 1 <= len(node.args) <= most and not node.keywords
    if isinstance(node, ast.Compare):
        return all(isinstance(one, (*_ALIKE, *_ORDER)) for one in node.ops)
    return isinstance(node, ast.BoolOp | ast.Tuple)


def _walk_lists(condition: Condition, tree: ast.expr) -> None:
    """Lists stand after ``in`` and nowhere else, and ``in`` wants one: ``in ('op')`` is a list of one."""
    welcome: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for kind, right in zip(node.ops, node.comparators, strict=True):
                if not isinstance(kind, ast.In | ast.NotIn):
                    continue
                welcome.add(id(right))
                parts = right.elts if isinstance(right, ast.Tuple) else [right]
                operands = [_operand(condition, part) for part in parts]
                commas = [one for one in operands if isinstance(one, Typed) and one.decimals]
                written = condition.text[_at(condition, right) :]
                # "in (1,2)" may be one number or two: decimals in a list are written with a point.
                if not parts or None in operands or (commas and "," in written.split(")")[0].replace(", ", "")):
                    raise broken("list", condition.text, _at(condition, right))
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and id(node) not in welcome:
            raise broken("syntax", condition.text, _at(condition, node))


def _operand(condition: Condition, node: ast.expr) -> Operand | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _operand(condition, node.operand)
        if isinstance(inner, Typed):
            return Typed(-inner.value if isinstance(node.op, ast.USub) else inner.value, inner.decimals)
        return None
    return condition._rewritten.operands.get(node.id) if isinstance(node, ast.Name) else None


class _Walk:
    """One evaluation of a checked tree."""

    def __init__(self, condition: Condition, values: Mapping[str, Value]) -> None:
        self._condition = condition
        self._values = values

    def value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            operand = self._condition._rewritten.operands[node.id]
            return self._values[operand.path] if isinstance(operand, Key) else getattr(operand, "value", operand)
        if isinstance(node, ast.BoolOp):
            answers = [self._yes_or_no(part) for part in node.values]
            return all(answers) if isinstance(node.op, ast.And) else any(answers)
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                return not self._yes_or_no(node.operand)
            number = self._number(node.operand)
            return -number if isinstance(node.op, ast.USub) else number
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            # All of them, so that a slip in the second is told also where the first does not hold.
            answers = [self._compare(left, kind, right) for left, kind, right in pairs]
            return all(answers)
        raise broken("syntax", self._condition.text, _at(self._condition, node))

    def _fail(self, node: ast.expr, code: str = "types", **params: object) -> Exception:
        return broken(code, self._condition.text, _at(self._condition, node), **params)

    def _yes_or_no(self, node: ast.expr) -> bool:
        answer = self.value(node)
        if not isinstance(answer, bool):
            raise self._fail(node)
        return answer

    def _number(self, node: ast.expr) -> float:
        answer = self.value(node)
        if isinstance(answer, bool) or not isinstance(answer, int | float):
            raise self._fail(node)
        return float(answer)

    def _call(self, node: ast.Call) -> float:
        number = self._number(node.args[0])
        if isinstance(node.func, ast.Name) and node.func.id == "abs":
            return abs(number)
        decimals = self._number(node.args[1]) if len(node.args) > 1 else 0.0
        if decimals not in range(_DECIMALS + 1):
            raise self._fail(node)
        return float(rounded(number, int(decimals)))

    def _compare(self, left: ast.expr, kind: ast.cmpop, right: ast.expr) -> bool:
        if isinstance(kind, ast.In | ast.NotIn):
            parts = right.elts if isinstance(right, ast.Tuple) else [right]
            same = [self._same(left, part) for part in parts]
            return any(same) is isinstance(kind, ast.In)
        if isinstance(kind, ast.Eq | ast.NotEq):
            return self._same(left, right) is isinstance(kind, ast.Eq)
        return _ORDER[type(kind)](self._number(left), self._number(right))

    def _same(self, left: ast.expr, right: ast.expr) -> bool:
        """Equal as printed: a typed number says by its decimals how exactly it is meant."""
        one, two = self.value(left), self.value(right)
        if type(one) is not type(two) and not (isinstance(one, int | float) and isinstance(two, int | float)):
            raise self._fail(left)
        if isinstance(one, bool) is not isinstance(two, bool):
            raise self._fail(left)
        if isinstance(one, str):
            self._known_code(left, two)
            self._known_code(right, one)
            return bool(one == two)
        operands = [_operand(self._condition, node) for node in (left, right)]
        typed = [side for side in operands if isinstance(side, Typed)]
        if not typed or isinstance(one, bool):
            return bool(one == two)
        decimals = max(side.decimals for side in typed)
        return rounded(one, decimals) == rounded(two, decimals)

    def _known_code(self, node: ast.expr, text: str) -> None:
        operand = _operand(self._condition, node)
        known = CODES.get(operand.path.rpartition(".")[2]) if isinstance(operand, Key) else None
        if known is not None and text not in known:
            raise self._fail(node, "code", text=text, known=", ".join(known))
