"""Tables as pandoc wrote them the last time: two thirds of its time go to them, and a changed sentence changes none.

Every table that pandoc writes alike wherever it stands is put between two marks. What pandoc makes between them is
kept by the hash of the table, of what is around it and of everything else it is made from; the next time a table of
one cell stands in for it, so that pandoc goes on as after any table, and what was kept takes its place again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from evaluation.common.errors import fail
from evaluation.common.files import hash_bytes
from evaluation.reporting.embedded import tree
from evaluation.reporting.embedded.memory import Memory, digest
from evaluation.reporting.embedded.tree import Node

#: Kinds of nodes that are written alike in any table of any document: no numbers, addresses or pictures of their own.
_ALIKE = frozenset(
    ("Str", "Space", "SoftBreak", "LineBreak", "Emph", "Strong", "Superscript", "Subscript", "Strikeout", "SmallCaps",
     "Underline", "Quoted", "SingleQuote", "DoubleQuote", "Plain", "Para", "Div", "Span", "RawBlock", "RawInline",
     "Table", "ColWidth", "ColWidthDefault")
)  # fmt: skip
#: A mark in each of pandoc's formats; Word's is a bookmark, because nothing else lets itself be found again there.
_MARKS: Mapping[str, tuple[str, str, str]] = {
    "html5": ("html", "<!--tabel {name}-->", r"<!--tabel {name}-->\n?"),
    "typst-citations": ("typst", "// tabel {name}", r"// tabel {name}\n+"),
    "docx": (
        "openxml",
        '<w:bookmarkStart w:id="0" w:name="{name}"/>',
        r'<w:bookmarkStart\s+w:id="0"\s+w:name="{name}"\s*/>\s*',
    ),
}


class Tables:
    """The tables of one document in one of pandoc's formats.

    Parameters
    ----------
    output : str
        The format, as pandoc names it: ``html5``, ``typst-citations`` or ``docx``.
    memory : Memory
        Where tables are kept from one render to the next.
    *made_from : bytes
        Everything besides a table and its place that decides how it is written.
    """

    def __init__(self, output: str, memory: Memory, *made_from: bytes) -> None:
        self._output, self._memory = output, memory
        self._basis = digest((output.encode(), *made_from)).decode()
        self._kept = memory.tables(output)
        self._used: dict[str, str] = {}
        self._marked = 0

    def marked(self, blocks: list[Node]) -> list[Node]:
        """``blocks`` with marks around the tables, and stand-ins for those that are known."""
        return self._blocks(blocks, self._basis)

    def restored(self, written: str) -> str:
        """What pandoc wrote, with the known tables in place and without the marks; the others are known from now on.

        Raises
        ------
        EvaluationError
            ``reporting-pandoc-failed`` where not every table that was marked is found again.
        """
        found = _MARKS[self._output][2]
        begin = found.replace("{name}", r"a-(?P<digest>[0-9a-f]{32})")
        pattern = re.compile(f"{begin}(?P<text>.*?){found.replace('{name}', 'e-(?P=digest)')}", re.S)

        def place(match: re.Match[str]) -> str:
            name = match["digest"]
            self._used[name] = self._kept.get(name, match["text"])
            return self._used[name]

        done, count = pattern.subn(place, written)
        if count != self._marked:
            raise fail("reporting-pandoc-failed", found=f"{self._output}: {count} / {self._marked}")
        self._memory.keep_tables(self._output, self._used)
        return done

    def _blocks(self, blocks: list[Node], around: str) -> list[Node]:
        done: list[Node] = []
        for place, block in enumerate(blocks):
            if block["t"] == "Div":
                attributes = block["c"][0]
                inside = self._blocks(block["c"][1], around + json.dumps(attributes))
                done.append({"t": "Div", "c": [attributes, inside]})
            elif block["t"] == "Table" and not _beside_another(blocks, place):
                done += self._table(block, around)
            else:
                done.append(block)
        return done

    def _table(self, table: Node, around: str) -> list[Node]:
        # 128 bits: a bookmark of Word has at most 40 signs
        name = hash_bytes((around + json.dumps(table)).encode())[:32]
        if name not in self._kept and not _alike(table):
            return [table]
        self._marked += 1
        language, mark, _ = _MARKS[self._output]
        first, last = (tree.raw(language, mark.replace("{name}", f"{kind}-{name}")) for kind in "ae")
        return [first, _STAND_IN if name in self._kept else table, last]


def _beside_another(blocks: list[Node], place: int) -> bool:
    """Whether a table follows or precedes at once: pandoc puts a paragraph between two in Word."""
    return any(block["t"] == "Table" for block in (*blocks[max(place - 1, 0) : place], *blocks[place + 1 : place + 2]))


def _alike(table: Node) -> bool:
    return all(
        (node["t"] in _ALIKE or node["t"].startswith("Align")) and not tree.attr(node)[0] for node in tree.nodes(table)
    )


def _stand_in() -> Node:
    cell = [["", [], []], {"t": "AlignDefault"}, 1, 1, [tree.plain([tree.string("–")])]]
    body = [["", [], []], 0, [], [[["", [], []], [cell]]]]
    column = [{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]
    nothing = [["", [], []], []]
    return {"t": "Table", "c": [["", [], []], [None, []], [column], nothing, [body], nothing]}


_STAND_IN = _stand_in()
