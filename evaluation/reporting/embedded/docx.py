"""The Word file: captions, contents and page numbers as Word's own fields, styles from the brand."""

from __future__ import annotations

import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.common.errors import EvaluationError, Problem
from evaluation.common.files import hash_bytes
from evaluation.common.language import catalogue
from evaluation.reporting.colours import page_colours
from evaluation.reporting.embedded import pandoc, tree
from evaluation.reporting.embedded.html import headings
from evaluation.reporting.embedded.kept import Tables
from evaluation.reporting.embedded.memory import Memory
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.embedded.typst_pdf import decisive, filters
from evaluation.reporting.embedded.word_parts import finish
from evaluation.reporting.fonts import page_fonts
from evaluation.reporting.project import Project
from evaluation.reporting.reference import reference_docx

# Option in _quarto.yml, class of a float, key of the heading's words, first number of Word's bookmarks.
_LISTS = (("figurliste", "fig", "figures", 200000), ("tabelliste", "tbl", "tables", 300000))
_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
# What pandoc may write into the file's properties; everything else in the metadata stays out of it.
_PROPERTIES = ("title", "subtitle", "author", "date", "lang", "sat-med", "tjek-brudt")


def write_docx(
    document: Mapping[str, Any],
    project: Project,
    folder: Path,
    words: Mapping[str, str],
    memory: Memory | None = None,
    custom: bytes | None = None,
) -> bytes:
    """Return the document as a Word file.

    Parameters
    ----------
    custom : bytes, optional
        The part with its custom properties.

    Raises
    ------
    EvaluationError
        ``reporting-image-missing`` where a figure has no picture that Word can show.
    """
    options = project.options("docx")
    problems: list[Problem] = []
    depth = int(options.get("toc-depth", 3))
    # Word wants names without hyphens of at most 40 signs; pandoc's own marks follow the headings' words.
    marks = {
        entry[1]: f"_Toc{100000 + place}" for place, entry in enumerate(headings(document, depth)) if options.get("toc")
    }
    changed = tree.walk(
        {"meta": document["meta"], "blocks": document["blocks"]},
        lambda node: _change(node, folder, problems, marks),
        "Image",
        "Header",
        "Div",
    )
    if problems:
        raise EvaluationError(problems)
    meta = changed["meta"]
    blocks = _front(meta, changed["blocks"], document, options, words, marks)
    properties = {key: meta[key] for key in meta if key in _PROPERTIES or key.startswith("farve-")}
    if "date" not in properties and "aar" in meta:
        properties["date"] = meta["aar"]
    mark = " · ".join(part for part in (_words(meta, "fiktiv"), _words(meta, "udkast")) if part)
    if mark:
        properties["keywords"] = {"t": "MetaList", "c": [{"t": "MetaInlines", "c": tree.words(mark)}]}
        properties["description"] = {"t": "MetaInlines", "c": tree.words(mark)}
    fonts = page_fonts(folder)
    template = reference_docx(
        page_colours(folder),
        family=fonts.family,
        title=_words(meta, "title"),
        sender=_words(meta, "udgiver"),
        mark=mark,
    )
    tables = Tables("docx", memory or Memory(), template, *decisive(project, folder))
    blocks = tables.marked(blocks)
    with tempfile.TemporaryDirectory() as name:
        reference, target, blanks = (Path(name) / part for part in ("reference.docx", "out.docx", "blanks"))
        reference.write_bytes(template)
        pictures = _blanks(blocks, folder, blanks)
        arguments = ["--reference-doc", str(reference), "-o", str(target), *filters(folder)]
        arguments += ["--resource-path", os.pathsep.join((str(blanks), "."))]
        pandoc.write({**document, "meta": properties, "blocks": blocks}, "docx", folder, arguments)
        sender, written = _words(meta, "udgiver"), target.read_bytes()
    return finish(written, sender, fonts, custom=custom, restored=tables.restored, pictures=pictures)


def _blanks(blocks: list[Node], folder: Path, target: Path) -> dict[bytes, bytes]:
    """Write a blank of its size for every picture into ``target``, where it lies in ``folder``; pictures by blank.

    Pandoc reads nothing but a picture's size and would pack the rest only for us to pack it again.
    """
    found: dict[bytes, bytes] = {}
    for image in tree.of_kind(blocks, "Image"):
        source = image["c"][2][0]
        path, place = folder / source, target / source
        if path.suffix != ".png" or not place.resolve().is_relative_to(target.resolve()):
            continue
        picture = path.read_bytes()
        made = blank_png(picture)
        if made is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(made)
            found[made] = picture
    return found


def blank_png(picture: bytes) -> bytes | None:
    """Return a PNG of the size and resolution of ``picture`` with nothing on it; None where it is no PNG.

    It names the picture's hash, so that two of a size can be told apart.
    """
    signature, first, end = picture[:8], picture[8:33], picture.find(b"IDAT")
    if signature != b"\x89PNG\r\n\x1a\n" or first[4:8] != b"IHDR" or end < 0:
        return None
    width, height = struct.unpack(">II", first[8:16])
    # one bit a point, in grey
    rows = zlib.compress((b"\0" * (1 + (width + 7) // 8)) * height, 1)
    resolution = picture[37:50] if picture[37:41] == b"pHYs" else b""
    parts = (first[4:16] + b"\1\0\0\0\0", resolution, b"tEXtpicture\0" + hash_bytes(picture).encode(), b"IDAT" + rows)
    chunks = (
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
        for part in (*parts, b"IEND")
        if part
    )
    return signature + b"".join(chunks)


def _words(meta: Mapping[str, Any], key: str) -> str:
    value = meta.get(key)
    return "" if value is None else value["c"] if isinstance(value["c"], str) else tree.text(value["c"])


def _front(
    meta: Mapping[str, Any], blocks: list[Node], document: Mapping[str, Any], options: Mapping[str, Any],
    words: Mapping[str, str], marks: Mapping[str, str],
) -> list[Node]:  # fmt: skip
    """Sender and mark on the title page, then the colophon, then the contents, then the text."""
    front: list[Node] = []
    project = _words(meta, "projekt")
    if project:
        front.append(tree.div([tree.para(tree.words(f"Projekt {project}"))], [], custom_style="Afsender"))
    if _words(meta, "fiktiv"):
        front.append(
            tree.div([tree.para([tree.strong(tree.words(_words(meta, "fiktiv")))])], [], custom_style="Fiktiv")
        )
    logo = _words(meta, "logo-word")
    if logo:
        text = tree.words(_words(meta, "logo-tekst"))
        picture: Node = {"t": "Image", "c": [["", [], [["height", "15mm"]]], text, [logo, ""]]}
        front.append(tree.div([tree.para([picture])], [], custom_style="Afsender"))
    colophon = [block for block in blocks if "kolofon" in tree.attr(block)[1]]
    rest = [block for block in blocks if block not in colophon]
    if front or colophon:
        front.append(tree.raw("openxml", _BREAK))
    front += [*colophon, tree.raw("openxml", _BREAK)] if colophon else []
    if options.get("toc"):
        front += [*_contents(document, options, words, marks), tree.raw("openxml", _BREAK)]
    lists = [block for wanted in _LISTS if options.get(wanted[0]) for block in _list(document, words, *wanted[1:])]
    front += [*lists, tree.raw("openxml", _BREAK)] if lists else []
    return [*front, *rest]


def _contents(
    document: Mapping[str, Any], options: Mapping[str, Any], words: Mapping[str, str], marks: Mapping[str, str]
) -> list[Node]:
    """Return a real field, filled in beforehand; the page numbers are fields of their own.

    Which page a heading stands on is known to nobody but the program that shows the file: LibreOffice counts as
    it opens it, and Word because the file asks for it (``updateFields``).
    """
    depth = int(options.get("toc-depth", 3))
    title = str(options.get("toc-title") or words["toc-title-document"])
    entries = headings(document, depth)
    blocks = [tree.div([tree.para(tree.words(title))], [], custom_style="TOC Heading")]
    for place, (level, ident, number, label) in enumerate(entries):
        content: list[Node] = []
        if place == 0:
            content.append(tree.raw("openxml", _field_start(f'TOC \\o "1-{depth}" \\h \\z \\u'), block=False))
        tab = tree.raw("openxml", "<w:r><w:tab/></w:r>", block=False)
        content += [tree.string(number), tab] if number else []
        page = _field_start(f"PAGEREF {marks[ident]} \\h") + "<w:r><w:t></w:t></w:r>" + _FIELD_END
        content += [tree.link(tree.words(label), "#" + marks[ident], []), tab, tree.raw("openxml", page, block=False)]
        if place == len(entries) - 1:
            content.append(tree.raw("openxml", _FIELD_END, block=False))
        blocks.append(tree.div([tree.para(content)], [], custom_style=f"toc {min(level, 2)}"))
    return blocks


def _list(document: Mapping[str, Any], words: Mapping[str, str], kind: str, title: str, first: int) -> list[Node]:
    """Return the list of figures or tables as a field over the captions, filled in beforehand."""
    found = []
    for node in tree.outline(document["blocks"]):
        _, classes, pairs = tree.attr(node)
        if "svaevefelt" in classes and kind in classes and "nummer" in pairs:
            found.append(node)
    if not found:
        return []
    ours = catalogue("words", "en" if words["crossref-tbl-title"] == "Table" else "da")["reporting"]
    blocks = [tree.div([tree.para(tree.words(ours[title]))], [], custom_style="TOC Heading")]
    for place, node in enumerate(found):
        pairs, mark = tree.attr(node)[2], f"_Toc{first + place}"
        caption = tree.text(node["c"][1][0]["c"][1])
        start = _field_start(f'TOC \\h \\z \\c "{pairs["praefiks"]}"') if place == 0 else ""
        page = _field_start(f"PAGEREF {mark} \\h") + "<w:r><w:t></w:t></w:r>" + _FIELD_END
        end = _FIELD_END if place == len(found) - 1 else ""
        label = [tree.string(f"{pairs['praefiks']}{tree.NBSP}{pairs['nummer']}"), tree.string("\u2002")]
        content = [tree.raw("openxml", start, block=False)] if start else []
        content.append(tree.link([*label, *tree.words(caption)], "#" + mark, []))
        content.append(tree.raw("openxml", "<w:r><w:tab/></w:r>" + page + end, block=False))
        blocks.append(tree.div([tree.para(content)], [], custom_style="table of figures"))
    return blocks


_FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def _field_start(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _change(node: Node, folder: Path, problems: list[Problem], marks: Mapping[str, str]) -> list[Node] | None:
    kind = node["t"]
    if kind == "Image":
        return [_image(node, folder, problems)]
    if kind == "Header":
        level, (ident, classes, pairs), content = node["c"]
        number = dict(pairs).get("number")
        keep = [pair for pair in pairs if pair[0] != "number"]
        head = [tree.string(number), tree.raw("openxml", "<w:r><w:tab/></w:r>", block=False)] if number else []
        if ident in marks:
            number_of_mark = marks[ident].removeprefix("_Toc")
            start = f'<w:bookmarkStart w:id="{number_of_mark}" w:name="{marks[ident]}"/>'
            mark = tree.raw("openxml", f'{start}<w:bookmarkEnd w:id="{number_of_mark}"/>', block=False)
            head.insert(0, mark)
        return [{"t": "Header", "c": [level, [ident, classes, keep], [*head, *content]]}]
    if kind != "Div":
        return None
    _, classes, pairs = tree.attr(node)
    if "svaevefelt" in classes:
        return _float(node, pairs)
    return None


def _float(node: Node, pairs: Mapping[str, str]) -> list[Node]:
    caption, content = (part["c"][1] for part in node["c"][1])
    text: list[Node] = []
    if "nummer" in pairs:
        number = f"<w:r><w:rPr><w:b/></w:rPr><w:t>{pairs['nummer']}</w:t></w:r>"
        first = next(entry[3] for entry in _LISTS if entry[1] in node["c"][0][1])
        mark = first + int(pairs["nummer"]) - 1
        start = f'<w:bookmarkStart w:id="{mark}" w:name="_Toc{mark}"/><w:bookmarkEnd w:id="{mark}"/>'
        text.append(tree.raw("openxml", start, block=False))
        field = _field_start(f"SEQ {pairs['praefiks']} \\* ARABIC") + number + _FIELD_END
        label = [tree.string(pairs["praefiks"] + tree.NBSP), tree.raw("openxml", field, block=False)]
        text += [tree.strong(label), tree.string("\u2002")]
    text += caption[0]["c"] if caption else []
    head = tree.div([tree.para(text)], [], node["c"][0][0], custom_style="caption")
    if "tbl" in node["c"][0][1]:
        return [head, *content]
    return [head, tree.div(content, [], custom_style="Figure")]


def _image(node: Node, folder: Path, problems: list[Problem]) -> Node:
    (_, _, pairs), alternative, (source, _) = node["c"]
    path = source.removesuffix(".svg") + ".png" if source.endswith(".svg") else source
    if not (folder / path).is_file():
        problems.append(Problem("reporting-image-missing", source, path))
    width = dict(pairs).get("width", "100%")
    return {"t": "Image", "c": [["", [], [["width", width]]], alternative, [path, ""]]}
