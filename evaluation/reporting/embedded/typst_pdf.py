"""The PDF: pandoc's Typst with the floats, callouts and templates of the project, compiled by the Typst wheel."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from evaluation.common.errors import fail
from evaluation.reporting.embedded import pandoc, tree
from evaluation.reporting.embedded.kept import Tables
from evaluation.reporting.embedded.memory import Memory
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.fonts import page_fonts
from evaluation.reporting.project import Project

# The frame that real Quarto puts around the same two template partials.
_FRAME = """#let horizontalrule = line(start: (25%, 0%), end: (75%, 0%))

$typst-template.typ()$

// evaluation: definitions end
$typst-show.typ()$

$body$
"""
#: Comments in the source where it may be put into several files: below the definitions, and before each chapter.
_DEFINED, _CHAPTER = "// evaluation: definitions end\n", "// evaluation: chapter\n"
#: What holds from there to the end of a file, and would end with the chapter.
_LASTING = re.compile(r"#(?:set|show|let|import|include)\b")
#: What a chapter in a file of its own would not know.
_NAMING = re.compile(r"#(?:let|import)\b")
_KIND = {"fig": "quarto-float-fig", "tbl": "quarto-float-tbl"}
_COLOURS = {"note": "link", "tip": "secondary", "important": "after", "warning": "accent", "caution": "accent"}
# A row over all columns introduces the rows below it; as a header of the second level it stays with them.
_GROUP_ROW = re.compile(r"^(?P<indent> +)(?P<cell>table\.cell\(colspan: \d+\)\[#strong\[.*\]\]),$", re.M)
# Longer tables may be split; then their last rows and the note below them stay together, as the foot of the table.
_SHORT_TABLE = 12
_FOOT_ROWS = 3
# So are few rows with long texts; rapport.lua counts alike for Word.
_SHORT_LINES = 26
_LINE_SIGNS = 95
_MAIN = ".typst/main.typ"
_TIMESTAMP = int(pandoc.SOURCE_DATE_EPOCH)


def write_pdf(document: Mapping[str, Any], project: Project, folder: Path, memory: Memory | None = None) -> bytes:
    """Return the document as PDF/UA-1; the same bytes at every render.

    Parameters
    ----------
    folder : Path
        Folder of the project's files (figures, ``_stil``).
    memory : Memory, optional
        Where the source is kept for the next render; a layout that it has begun is waited for.

    Raises
    ------
    EvaluationError
        ``reporting-typst-failed`` with what Typst says.
    """
    source = write_typst(document, project, folder, memory)
    if memory is None:
        return compile_typst(source, folder)
    memory.finish_layout()
    made = compile_typst(source, folder)
    memory.keep_source(source)
    return made


def write_typst(document: Mapping[str, Any], project: Project, folder: Path, memory: Memory | None = None) -> str:
    """Return the Typst source."""
    options = project.options("pdf")
    blocks = _with_chapters(_footed(document["blocks"]))
    whole = {"meta": document["meta"], "blocks": blocks}
    changed = tree.walk(whole, lambda node: _change(node, document), "Image", "Link", "Header", "Div")
    with tempfile.TemporaryDirectory() as name:
        frame = Path(name) / "frame.typst"
        frame.write_text(_FRAME, encoding="utf-8")
        for part in ("typst-template.typ", "typst-show.typ"):
            source = next(
                (folder / str(path) for path in options.get("template-partials", []) if str(path).endswith(part)),
                None,
            )
            if source is None or not source.is_file():
                raise fail("reporting-style-missing", where=folder, found=part)
            (Path(name) / part).write_bytes(source.read_bytes())
        arguments = ["--template", str(frame), *filters(folder)]
        for key in ("toc", "section-numbering", "figurliste", "tabelliste", "toc-title"):
            if options.get(key):
                arguments += ["-V", f"{key}={str(options[key]).replace('True', 'true')}"]
        arguments += ["-V", f"toc-depth={options.get('toc-depth', 3)}"]
        tables = Tables("typst-citations", memory or Memory(), *decisive(project, folder))
        blocks = tables.marked(changed["blocks"])
        output, _ = pandoc.write({**document, **changed, "blocks": blocks}, "typst-citations", folder, arguments)
    return _rows_of_tables(tables.restored(output.decode("utf-8")))


def _rows_of_tables(source: str) -> str:
    """Make group rows headers of the second level, and take away the line that pandoc draws above a foot."""

    def header(match: re.Match[str]) -> str:
        inside_foot = source.rfind("table.footer(", 0, match.start()) > source.rfind("#table(", 0, match.start())
        return match[0] if inside_foot else f"{match['indent']}table.header(level: 2, repeat: false, {match['cell']}),"

    return re.sub(r"table\.hline\(\),\s+table\.footer\(", "table.footer(", _GROUP_ROW.sub(header, source))


def _footed(blocks: list[Node]) -> list[Node]:
    """``blocks`` with the last rows of long tables, and the note that follows, as the foot of the table."""
    done: list[Node] = []
    for block in blocks:
        previous = done[-1] if done else None
        if previous is not None and "anm" in tree.attr(block)[1] and (table := _long_table(previous)) is not None:
            done[-1] = tree.walk([previous], partial(_foot, table, block))[0]
        elif block["t"] == "Div" and "svaevefelt" not in tree.attr(block)[1]:
            done.append({"t": "Div", "c": [block["c"][0], _footed(block["c"][1])]})
        else:
            done.append(block)
    return done


def _long_table(block: Node) -> Node | None:
    """Return the one table of a float that is long enough to be split."""
    if not {"svaevefelt", "tbl"} <= set(tree.attr(block)[1]):
        return None
    found: list[Node] = []
    tree.visit(block, lambda node: found.append(node) if node["t"] == "Table" else None)
    if len(found) != 1 or found[0]["c"][5][1]:
        return None
    long = rows(found) > _SHORT_TABLE or (rows(found) > _FOOT_ROWS + 1 and lines(found[0]) > _SHORT_LINES)
    return found[0] if long else None


def _foot(table: Node, note: Node, node: Node) -> list[Node] | None:
    if node["t"] != "Table":
        return None
    attributes, caption, columns, head, bodies, _ = table["c"]
    *first, (body_attributes, heads, body_head, body) = bodies
    kept = body[:-_FOOT_ROWS]
    below = tree.raw("typst", "#v(0.3em)")
    settings = [["typst:stroke", "none"], ["typst:inset", "(x: 0pt, y: 5pt)"]]
    cell = [["", [], settings], {"t": "AlignLeft"}, 1, len(columns), [note, below]]
    foot = [["", [], []], [*body[-_FOOT_ROWS:], [["", [], []], [cell]]]]
    bodies = [*first, [body_attributes, heads, body_head, kept]]
    return [{"t": "Table", "c": [attributes, caption, columns, head, bodies, foot]}]


def filters(folder: Path) -> list[str]:
    """Return the project's own filter for its custom divs; Quarto runs the same file."""
    found = folder / "_stil" / "rapport.lua"
    return ["-L", str(found)] if found.is_file() else []


def decisive(project: Project, folder: Path) -> tuple[bytes, ...]:
    """What decides how pandoc writes a table, besides the table: its version, the filter, the language."""
    code = (Path(name).read_bytes() for name in filters(folder) if name != "-L")
    return (pandoc.pandoc_version().encode(), project.lang.encode(), *code)


def compile_typst(source: str, folder: Path) -> bytes:
    """Compile Typst source with only the fonts that come with the project."""
    import typst

    # Always the same places below the root: what Typst remembers of one source goes by them.
    main = folder / _MAIN
    main.parent.mkdir(exist_ok=True)
    for name, part in _files(source).items():
        (main.parent / name).write_text(part, encoding="utf-8")
    fonts = [str(path) for path in page_fonts(folder).folders]
    try:
        made, warnings = typst.compile_with_warnings(
            str(main), root=str(folder), font_paths=fonts, ignore_system_fonts=True,
            format="pdf", pdf_standards=["ua-1"], timestamp=_TIMESTAMP,
        )  # fmt: skip
    except (RuntimeError, typst.TypstError) as error:
        raise fail("reporting-typst-failed", found=_message(error, source)) from error
    finally:
        shutil.rmtree(main.parent, ignore_errors=True)
    unsettled = [str(warning) for warning in warnings if "converge" in str(warning)]
    if unsettled:
        # Typst gives a PDF all the same, with wrong numbers in it.
        raise fail("reporting-typst-failed", found=unsettled[0])
    return bytes(made)


def _with_chapters(blocks: list[Node]) -> list[Node]:
    """``blocks`` with a comment before each chapter, where it is nobody's content but the document's."""
    mark = tree.raw("typst", _CHAPTER.strip())
    opens = [block["t"] == "Header" and block["c"][0] == 1 for block in blocks]
    return [node for block, first in zip(blocks, opens, strict=True) for node in ([mark, block] if first else [block])]


def _files(source: str) -> dict[str, str]:
    """The source as files, a chapter each, by name.

    Typst gives every word of a file a number, and a paragraph more changes all of them: nothing in that file that it
    laid out before is then found again. Of a report in one file that is everything.
    """
    definitions, defined, text = source.partition(_DEFINED)
    front, *chapters = text.split(_CHAPTER)
    if not defined or _NAMING.search(front) or any(_LASTING.search(chapter) for chapter in chapters):
        return {Path(_MAIN).name: source}
    names = [f"chapter{number}.typ" for number in range(len(chapters))]
    files = {name: f'#import "frame.typ": *\n{chapter}' for name, chapter in zip(names, chapters, strict=True)}
    included = "".join(f'#include "{name}"\n' for name in names)
    return {Path(_MAIN).name: f"{definitions}{front}{included}", "frame.typ": definitions, **files}


def _message(error: Exception, source: str) -> str:
    parts = [str(error)]
    for name in ("message", "hints", "trace"):
        value = getattr(error, name, None)
        if value and str(value) not in parts[0]:
            parts.append(str(value))
    return " ".join(" ".join(parts).split())[:800]


def quoted(value: str) -> str:
    """``value`` as a Typst string."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _change(node: Node, document: Mapping[str, Any]) -> list[Node] | None:
    kind = node["t"]
    if kind == "Image":
        return [_image(node)]
    if kind == "Link" and node["c"][2][0].startswith("#"):
        target = node["c"][2][0][1:]
        return [
            tree.raw("typst", f"#link(<{target}>)[", block=False),
            *node["c"][1],
            tree.raw("typst", "]", block=False),
        ]
    if kind == "Header":
        level, (ident, classes, pairs), content = node["c"]
        keep = [pair for pair in pairs if pair[0] != "number"]
        return [{"t": "Header", "c": [level, [ident, classes, keep], content]}]
    if kind != "Div":
        return None
    _, classes, pairs = tree.attr(node)
    if "svaevefelt" in classes:
        return _float(node, pairs)
    if "callout" in classes:
        return _callout(node, classes)
    return None


def _image(node: Node) -> Node:
    _, _, pairs = tree.attr(node)
    source = node["c"][2][0]
    # Compiled from a folder of its own inside the project, so paths start at the project's root.
    code = f"image({quoted('/' + source.lstrip('./'))}, alt: {quoted(tree.text(node['c'][1]))}"
    width = pairs.get("width", "")
    if re.fullmatch(r"[\d.]+(%|cm|mm|in|pt)", width):
        code += f", width: {width}"
    return tree.raw("typst", f"#{code})", block=False)


def _float(node: Node, pairs: Mapping[str, str]) -> list[Node]:
    ident, classes, _ = node["c"][0]
    caption, content = (part["c"][1] for part in node["c"][1])
    kind = "tbl" if "tbl" in classes else "fig"
    number = f', supplement: [{pairs["praefiks"]}], numbering: "1"' if "nummer" in pairs else ", numbering: none"
    label = f"\n<{ident}>" if ident else ""
    kind_name = _KIND[kind] if "nummer" in pairs else "uden-nummer"
    return [
        tree.raw("typst", "#figure(["),
        *content,
        tree.plain(
            [
                tree.raw("typst", "], caption: figure.caption(position: top, [", block=False),
                *(caption[0]["c"] if caption else []),
                tree.raw("typst", f']), kind: "{kind_name}"{number}){label}', block=False),
            ]
        ),
    ]


def rows(blocks: list[Node]) -> int:
    """Count the body rows of the tables in ``blocks``."""
    found: list[int] = []

    def look(node: Node) -> None:
        if node["t"] == "Table":
            found.extend(len(body[3]) for body in node["c"][4])

    tree.visit(blocks, look)
    return sum(found)


def lines(table: Node) -> int:
    """Return about how many lines the rows of ``table`` take, its columns being equally wide."""
    _, _, columns, head, bodies, _ = table["c"]
    every = [*head[1], *(row for body in bodies for row in body[3])]
    longest = [max((len(tree.text(cell[4])) for cell in row[1]), default=0) for row in every]
    return sum(max(1, -(-signs * len(columns) // _LINE_SIGNS)) for signs in longest)


def _callout(node: Node, classes: list[str]) -> list[Node]:
    title, body = (part["c"][1] for part in node["c"][1])
    name = next(item.removeprefix("callout-") for item in classes if item.startswith("callout-"))
    colour = f"palet.get().{_COLOURS[name]}"
    return [
        tree.plain(
            [
                tree.raw("typst", f"#context callout(icon_color: {colour}, title: [", block=False),
                *(title[0]["c"] if title else []),
                tree.raw("typst", "], body: [", block=False),
            ]
        ),
        *body,
        tree.raw("typst", "])"),
    ]
