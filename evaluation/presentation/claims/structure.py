"""Blocks written by hand that pandoc would set without a word and wrongly: tables with cells too many, open divs.

A row with more cells than the head loses them in print, a table without its line of dashes becomes a paragraph of
strokes, and an ``:::`` too many is printed as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluation.common.errors import Problem
from evaluation.presentation.claims.prose import Document
from evaluation.presentation.escape import plain

_DIV = re.compile(r"^ {0,3}:{3,}[ \t]*(?P<head>[^:\s][^\n]*?)?[ \t:]*$")
_RULE = re.compile(r"^\s*(?:\|\s*:?-+:?\s*(?:[|+]\s*:?-+:?\s*)*\|?|:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?)\s*$")
_STROKE = re.compile(r"(?<!\\)\|")
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")


def structure(document: Document) -> list[Problem]:
    """What is wrong with the divs and tables of one document."""
    return [*_divs(document), *_tables(document)]


def _divs(document: Document) -> Iterator[Problem]:
    lines = document.prose.split("\n")
    open_divs: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        match = _DIV.match(line)
        if match is None:
            continue
        above = lines[number - 2].strip() if number > 1 else ""
        if match["head"]:
            if above and not _DIV.match(above):
                # pandoc takes it for a line of the paragraph above
                yield Problem("prose-div-glued", f"{document.name}:{number}", line.strip())
            else:
                open_divs.append((number, line.strip()))
        elif open_divs:
            open_divs.pop()
        else:
            yield Problem("prose-div-unopened", f"{document.name}:{number}", line.strip())
    for number, line in open_divs:
        yield Problem("prose-div-unclosed", f"{document.name}:{number}", line)


def _tables(document: Document) -> Iterator[Problem]:
    lines, code = document.prose.split("\n"), document.text.split("\n")
    number = 0
    while number < len(lines):
        if not lines[number].strip() or _DIV.match(lines[number]):
            number += 1
            continue
        end = number
        while end < len(lines) and lines[end].strip() and not _DIV.match(lines[end]):
            end += 1
        yield from _table(document.name, number, lines[number:end], code[number:end])
        number = end


def _table(name: str, first: int, lines: list[str], code: list[str]) -> Iterator[Problem]:
    """Problems of one block of lines without an empty one between."""
    rule = next((place for place, line in enumerate(lines) if _RULE.match(line)), None)
    if rule is None:
        rows = [line.strip() for line in lines]
        # A line block begins with a stroke too, but does not end with one.
        if all(row.startswith("|") and row.endswith("|") and len(row) > 1 for row in rows):
            yield Problem("prose-table-no-rule", f"{name}:{first + 1}", plain(code[0])[:100])
        return
    if rule > 1:
        # The head of a table is one line: what stands above it makes all of it a paragraph.
        yield Problem("prose-table-head", f"{name}:{first + 1}", plain(code[0])[:100])
        return
    wanted = _cells(lines[rule])
    for place, line in enumerate(lines):
        if place == rule or line.lstrip().startswith(":"):
            continue
        if "|" not in line:
            yield Problem("prose-table-no-row", f"{name}:{first + place + 1}", plain(code[place])[:100])
        elif (cells := _cells(line)) != wanted:
            shown = {"cells": str(cells), "wanted": str(wanted)}
            yield Problem("prose-table-cells", f"{name}:{first + place + 1}", plain(code[place])[:100], shown)


def _cells(line: str) -> int:
    bare = _INLINE_CODE.sub("", line).strip()
    bare = bare.removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return len(_STROKE.findall(bare.replace("+", "|") if _RULE.match(line) else bare)) + 1
