"""Lines of TOML values: every key of every TOML file of ours is found on a line that holds it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaluation.plan.locate import Locator

ROOT = Path(__file__).parents[2]
FILES = [
    "evaluation.toml",
    "pyproject.toml",
    *(f"data/codebooks/{p.name}" for p in (ROOT / "data/codebooks").glob("*")),
]

TRICKY = '''\
# a comment with [brackets] and "quotes"
first = 1
"quoted key" = "a # no comment"
dotted.key = 'it''s'
text = """
[not.a.table]
key = 1
"""
raw = \'\'\'
"""
\'\'\'
list = [ # comment ]
  "a]",
  {x = 1, y = [1, 2]},
  [3,
   4],
]
when = 2021-06-01 # day

[table]
a.b = {c = {d = 1}}
[table.inner]
e = "\\"]"

[[rows]]
id = 1
[[rows.parts]]
id = 2
[[rows.parts]]
id = 3
[rows.parts.deep]
f = 1
[[rows]]
id = 4
'''.replace("'it''s'", "'its'")


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path in a TOML document."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from paths(part, (*path, key))


@pytest.mark.parametrize("name", FILES)
def test_every_key_stands_on_its_line(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    lines, locator = text.splitlines(), Locator(text)
    found = [path for path in paths(tomllib.loads(text)) if isinstance(path[-1], str)]
    assert found
    for path in found:
        assert path[-1] in lines[locator.line(path) - 1], path


@pytest.mark.parametrize(
    ("path", "start"),
    [
        (("first",), "first"),
        (("quoted key",), '"quoted key"'),
        (("dotted", "key"), "dotted"),
        (("text",), "text"),
        (("raw",), "raw"),
        (("list",), "list"),
        (("list", 0), '  "a]"'),
        (("list", 1, "y", 1), "  {x"),
        (("list", 2, 1), "   4]"),
        (("when",), "when"),
        (("table", "a", "b", "c", "d"), "a.b"),
        (("table", "inner", "e"), 'e = "'),
        (("rows", 0, "id"), "id = 1"),
        (("rows", 0, "parts", 1, "id"), "id = 3"),
        (("rows", 0, "parts", 1, "deep", "f"), "f = 1"),
        (("rows", 1, "id"), "id = 4"),
    ],
)
def test_all_that_toml_can_do(path, start):
    tomllib.loads(TRICKY)
    lines = TRICKY.splitlines()
    assert lines[Locator(TRICKY).line(path) - 1].startswith(start)


def test_what_is_not_there_lies_where_its_table_begins():
    assert Locator(TRICKY).line(("rows", 1, "name")) == TRICKY.splitlines().index("id = 4")
    assert Locator(TRICKY).line(("nothing",)) == 1


def test_windows_line_ends_count_once():
    assert Locator(TRICKY.replace("\n", "\r\n")).line(("when",)) == Locator(TRICKY).line(("when",))
