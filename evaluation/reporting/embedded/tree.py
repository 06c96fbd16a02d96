"""Pandoc's JSON tree: a small walker and the few constructors the transforms need."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Node = dict[str, Any]
NBSP = "\u00a0"
_ATTR_AT = {"Div": 0, "Span": 0, "Code": 0, "CodeBlock": 0, "Link": 0, "Image": 0, "Figure": 0, "Table": 0, "Header": 1}


def walk(value: Any, change: Callable[[Node], list[Node] | None], *kinds: str) -> Any:
    """``value`` with every node changed from the inside out.

    ``change`` returns the nodes that take the place of the one it got, or None to keep it. What holds no
    changed node is not copied: the very same lists and nodes are in the result. Where ``kinds`` says which
    kinds of nodes ``change`` cares for, tables without them are not gone through.
    """
    if isinstance(value, list):
        return _walk_list(value, change, kinds)
    if isinstance(value, dict):
        changed = {key: walk(item, change, *kinds) for key, item in value.items()}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    return value


def _walk_list(value: list[Any], change: Callable[[Node], list[Node] | None], kinds: tuple[str, ...]) -> list[Any]:
    result: list[Any] | None = None
    for place, item in enumerate(value):
        new = [item]
        if isinstance(item, dict):
            node = item
            if "t" not in item:
                node, changed = walk(item, change, *kinds), None
            elif kinds and item["t"] == "Table" and not holds(item, *kinds):
                changed = None
            else:
                content = item.get("c")
                # most nodes are words: not worth a call
                if content and not isinstance(content, str):
                    inside = walk(content, change, *kinds)
                    if inside is not content:
                        node = {"t": item["t"], "c": inside}
                changed = change(node)
            new = [node] if changed is None else changed
        elif item and isinstance(item, list):
            new = [_walk_list(item, change, kinds)]
        if result is None:
            if len(new) == 1 and new[0] is item:
                continue
            result = value[:place]
        result += new
    return value if result is None else result


def visit(value: Any, look: Callable[[Node], None]) -> None:
    """Call ``look`` with every node, outer before inner, in document order."""
    if isinstance(value, dict):
        if "t" in value:
            look(value)
        value = value.values()
    elif not isinstance(value, list):
        return
    for item in value:
        if isinstance(item, (list, dict)):
            visit(item, look)


def of_kind(value: Any, kind: str) -> list[Node]:
    """Every node of a kind, in document order."""
    found: list[Node] = []
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if item.get("t") == kind:
                found.append(item)
            waiting.extend(reversed(item.values()))
        elif isinstance(item, list):
            waiting.extend(reversed(item))
    return found


#: Blocks that only hold blocks, and where.
_HOLDERS = {"Div": 1, "Figure": 2}


def outline(blocks: list[Node]) -> Iterator[Node]:
    """Headings and divs in document order, but in tables and notes: the words are not gone through."""
    for block in blocks:
        kind = block["t"]
        if kind in ("Header", "Div"):
            yield block
        if kind in _HOLDERS:
            yield from outline(block["c"][_HOLDERS[kind]])
        elif kind == "BlockQuote":
            yield from outline(block["c"])
        elif kind in ("BulletList", "OrderedList"):
            for item in block["c"] if kind == "BulletList" else block["c"][1]:
                yield from outline(item)


def holds(value: Any, *kinds: str, ident: str = "") -> bool:
    """Whether a node of one of ``kinds``, or one that may have the id ``ident``, is in ``value``.

    Much faster than going through it. Words that look like pandoc's own JSON cannot be mistaken for it; their
    quotes are written otherwise.
    """
    written = json.dumps(value)
    return any(f'"t": "{kind}"' in written for kind in kinds) or (bool(ident) and f'["{ident}", ' in written)


def nodes(value: Any) -> Iterator[Node]:
    """Every node, in no particular order."""
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "t" in item:
                yield item
            waiting += [inner for inner in item.values() if isinstance(inner, (list, dict))]
        else:
            waiting += [inner for inner in item if isinstance(inner, (list, dict))]


def attr(node: Node) -> tuple[str, list[str], dict[str, str]]:
    """Id, classes and attributes of a node; empty for nodes that have none."""
    index = _ATTR_AT.get(node["t"])
    if index is None:
        return "", [], {}
    ident, classes, pairs = node["c"][index]
    return ident, classes, dict(pairs)


def text(value: Any) -> str:
    """Return the plain words of inlines or blocks."""
    parts: list[str] = []

    def look(node: Node) -> None:
        kind = node["t"]
        if kind == "Str":
            parts.append(node["c"])
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            parts.append(" ")
        elif kind in ("Code", "Math"):
            parts.append(node["c"][1])
        elif kind in ("Para", "Plain", "Header") and parts and parts[-1] != " ":
            parts.append(" ")

    visit([value], look)
    return "".join(parts).strip()


def string(value: str) -> Node:
    """One word."""
    return {"t": "Str", "c": value}


def words(value: str) -> list[Node]:
    """``value`` as words and spaces, its letters taken literally."""
    nodes: list[Node] = []
    for number, word in enumerate(value.split(" ")):
        if number:
            nodes.append({"t": "Space"})
        if word:
            nodes.append(string(word))
    return nodes


def raw(output: str, code: str, *, block: bool = True) -> Node:
    """Code of one output format (``html``, ``typst``, ``openxml``)."""
    return {"t": "RawBlock" if block else "RawInline", "c": [output, code]}


def div(content: list[Node], classes: list[str], ident: str = "", **pairs: str) -> Node:
    """Return a div."""
    return {
        "t": "Div",
        "c": [[ident, classes, [[key.replace("_", "-"), value] for key, value in pairs.items()]], content],
    }


def span(content: list[Node], classes: list[str], ident: str = "", **pairs: str) -> Node:
    """Return a span."""
    attributes = [[key.replace("_", "-"), value] for key, value in pairs.items()]
    return {"t": "Span", "c": [[ident, classes, attributes], content]}


def link(content: list[Node], target: str, classes: list[str]) -> Node:
    """Return a link."""
    return {"t": "Link", "c": [["", classes, []], content, [target, ""]]}


def para(content: list[Node]) -> Node:
    """Return a paragraph."""
    return {"t": "Para", "c": content}


def plain(content: list[Node]) -> Node:
    """Text without paragraph around it."""
    return {"t": "Plain", "c": content}


def strong(content: list[Node]) -> Node:
    """Bold text."""
    return {"t": "Strong", "c": content}


def inlines(blocks: list[Node]) -> list[Node]:
    """Return the inlines of blocks of text, joined by spaces (what Quarto makes of a value of several blocks)."""
    joined: list[Node] = []
    for block in blocks:
        if joined:
            joined.append({"t": "Space"})
        joined += block["c"] if block["t"] in ("Para", "Plain") else words(text(block))
    return joined
