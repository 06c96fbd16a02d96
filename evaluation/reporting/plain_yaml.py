"""The YAML that our own ``_variables.yml`` consists of, read in a quarter of the time a YAML parser takes."""

from __future__ import annotations

import json
import re
from typing import Any

# Letters that stand for themselves in YAML's double quotes and in JSON's: no control, line or byte-order signs.
_LETTER = r"[^\"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
_STRING = rf'"(?:{_LETTER}|\\["\\nrtbf]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{{4}})*"'
_LINE = re.compile(rf"((?:  )*)({_STRING}):(?: ({_STRING}))?")


def read_plain(text: str) -> dict[str, Any] | None:
    """Nested mappings of double-quoted strings, two blanks a level; None where the text is anything else.

    A text that a person has edited may be any YAML: the caller then asks a real parser.
    """
    open_nodes: list[dict[str, Any]] = [{}]
    empty = False
    for line in text.removesuffix("\n").split("\n"):
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        indent, key, value = found.groups()
        depth = len(indent) // 2
        # A key without a value must be followed by something deeper: alone it stands for nothing at all.
        if depth >= len(open_nodes) or (empty and depth != len(open_nodes) - 1):
            return None
        del open_nodes[depth + 1 :]
        empty = value is None
        child: Any = {} if value is None else _unquoted(value)
        open_nodes[depth][_unquoted(key)] = child
        if value is None:
            open_nodes.append(child)
    return None if empty else open_nodes[0]


def _unquoted(quoted: str) -> str:
    return str(json.loads(quoted)) if "\\" in quoted else quoted[1:-1]
