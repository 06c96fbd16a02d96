"""The html: one file with style, fonts and figures inside, readable without script and without network."""

from __future__ import annotations

import base64
import html as escape
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.common.language import catalogue
from evaluation.reporting.embedded import pandoc, tree
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.embedded.typst_pdf import filters
from evaluation.reporting.fonts import font_faces
from evaluation.reporting.project import Project

_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{window_title}</title>
{meta}<style>
{fonts}
{css}
</style>
</head>
<body class="rapport">
<a class="spring" href="#indhold-start">{skip}</a>
{banner}<header id="title-block-header">
<div class="forside">
{header}
</div>
</header>
<div class="side">
{contents}
<main id="indhold-start">
{body}
</main>
</div>
{footer}</body>
</html>
"""


def write_html(document: Mapping[str, Any], project: Project, folder: Path, words: Mapping[str, str]) -> bytes:
    """Return the document as one self-contained html file."""
    options = project.options("html")
    changed = tree.walk({"meta": document["meta"], "blocks": document["blocks"]}, lambda node: _change(node, folder))
    arguments = [*filters(folder), "--section-divs", "--mathml", "--email-obfuscation=none"]
    output, _ = pandoc.write({**document, **changed}, "html5", folder, arguments)
    return _page(document, project, folder, words, options, output.decode("utf-8")).encode("utf-8")


def _page(
    document: Mapping[str, Any], project: Project, folder: Path, words: Mapping[str, str],
    options: Mapping[str, Any], body: str,
) -> str:  # fmt: skip
    ours = catalogue("words", project.lang)["reporting"]
    meta = document["meta"]
    title, fictional = _meta_text(meta, "title"), _meta_text(meta, "fiktiv")
    tags = [
        ("author", _meta_text(meta, "udgiver")),
        ("description", _meta_text(meta, "subtitle")),
        ("keywords", fictional),
    ]
    mark = " · ".join(part for part in (fictional, _meta_text(meta, "udkast")) if part)
    banner = f'<p class="fiktiv-banner" role="note">{escape.escape(mark)}</p>\n' if mark else ""
    sender = " · ".join(part for part in (_meta_text(meta, "udgiver"), fictional) if part)
    return _PAGE.format(
        lang=escape.escape(str(project.settings.get("lang", "da"))),
        window_title=escape.escape(" – ".join(part for part in (title, fictional) if part)),
        meta="".join(f'<meta name="{name}" content="{escape.escape(value)}">\n' for name, value in tags if value),
        fonts=font_faces(),
        css=_css(folder, options),
        skip=ours["skip"],
        banner=banner,
        header=_header(meta, ours),
        contents=_contents(document, options, words) if options.get("toc") else "",
        body=body,
        footer=f'<footer class="sidefod"><p>{escape.escape(sender)}</p></footer>\n' if sender else "",
    )


def _css(folder: Path, options: Mapping[str, Any]) -> str:
    names = options.get("css") or []
    names = names if isinstance(names, list) else [names]
    sheets = [(folder / str(name)).read_text(encoding="utf-8") for name in names if (folder / str(name)).is_file()]
    # The fonts stand in the page already; brand.css carries them for real Quarto.
    return re.sub(r"@font-face\{[^}]*\}\n?", "", "\n".join(sheets)).replace("</", "<\\/")


def _meta_text(meta: Mapping[str, Any], key: str) -> str:
    value = meta.get(key)
    return "" if value is None else tree.text(value["c"]) if not isinstance(value["c"], str) else value["c"]


def _header(meta: Mapping[str, Any], ours: Mapping[str, str]) -> str:
    authors = meta.get("author")
    names = [tree.text(item["c"]) for item in authors["c"]] if authors and authors["t"] == "MetaList" else []
    if authors and not names:
        names = [_meta_text(meta, "author")]
    project = _meta_text(meta, "projekt")
    facts = [", ".join(names), _meta_text(meta, "date") or _meta_text(meta, "aar")]
    facts += [f"{ours['project']} {project}"] if project else []
    parts = [
        ("p", "afsender", _meta_text(meta, "udgiver")),
        ("p", "udkast", _meta_text(meta, "udkast")),
        ("h1", "title", _meta_text(meta, "title")),
        ("p", "subtitle", _meta_text(meta, "subtitle")),
        ("p", "forsidedata", " · ".join(fact for fact in facts if fact)),
    ]
    return "\n".join(f'<{tag} class="{name}">{escape.escape(text)}</{tag}>' for tag, name, text in parts if text)


def _contents(document: Mapping[str, Any], options: Mapping[str, Any], words: Mapping[str, str]) -> str:
    depth = int(options.get("toc-depth", 3))
    title = escape.escape(str(options.get("toc-title") or words["toc-title-document"]))
    rows: list[str] = []
    open_level = 0
    for level, ident, number, label in headings(document, depth):
        while open_level > level:
            rows.append("</li></ul>")
            open_level -= 1
        if open_level == level:
            rows.append("</li>")
        while open_level < level:
            rows.append("<ul>" if open_level + 1 == level else "<ul><li>")
            open_level += 1
        mark = f'<span class="nr">{number}</span> ' if number else ""
        rows.append(f'<li><a href="#{escape.escape(ident)}">{mark}{escape.escape(label)}</a>')
    rows.append("</li></ul>" * open_level)
    # A checkbox folds the list on a phone: no script, and it can be reached with the keyboard.
    return (
        f'<nav id="TOC" role="doc-toc" aria-label="{title}">\n<input type="checkbox" id="toc-fold">'
        f'<label for="toc-fold"><span>{title}</span></label>\n<div class="toc-liste">{"".join(rows)}</div>\n</nav>'
    )


def headings(document: Mapping[str, Any], depth: int) -> list[tuple[int, str, str, str]]:
    """Level, id, number and words of every heading down to ``depth``, in document order."""
    found: list[tuple[int, str, str, str]] = []

    def look(node: Node) -> None:
        if node["t"] == "Header" and node["c"][0] <= depth:
            level, (ident, classes, pairs), content = node["c"]
            if "unlisted" not in classes:
                found.append((level, ident, dict(pairs).get("number", ""), tree.text(content)))

    tree.visit(document["blocks"], look)
    return found


def _change(node: Node, folder: Path) -> list[Node] | None:
    kind = node["t"]
    if kind == "Image":
        return [_image(node, folder)]
    if kind == "Table":
        return [
            tree.raw("html", '<div class="tabel-rulle" tabindex="0">'),
            node,
            tree.raw("html", "</div>"),
        ]
    if kind == "Header":
        level, (ident, classes, pairs), content = node["c"]
        number = dict(pairs).get("number")
        keep = [pair for pair in pairs if pair[0] != "number"]
        head = [tree.span([tree.string(number)], ["header-section-number"]), {"t": "Space"}] if number else []
        return [{"t": "Header", "c": [level, [ident, classes, keep], [*head, *content]]}]
    if kind == "Div":
        _, classes, pairs = tree.attr(node)
        if "svaevefelt" in classes:
            return _float(node, classes, pairs)
        if "callout" in classes:
            ident, names, _ = node["c"][0]
            return [
                tree.raw("html", f'<aside class="{" ".join(names)}"{_id(ident)}>'),
                *node["c"][1],
                tree.raw("html", "</aside>"),
            ]
    return None


def _id(ident: str) -> str:
    return f' id="{escape.escape(ident)}"' if ident else ""


def _float(node: Node, classes: list[str], pairs: Mapping[str, str]) -> list[Node]:
    caption, content = (part["c"][1] for part in node["c"][1])
    number = (
        f'<span class="nummer">{escape.escape(pairs["praefiks"])}&nbsp;{pairs["nummer"]}</span> '
        if "nummer" in pairs
        else ""
    )
    return [
        tree.raw("html", f'<figure class="{" ".join(classes)}"{_id(node["c"][0][0])}>'),
        tree.plain(
            [
                tree.raw("html", f"<figcaption>{number}", block=False),
                *(caption[0]["c"] if caption else []),
                tree.raw("html", "</figcaption>", block=False),
            ]
        ),
        *content,
        tree.raw("html", "</figure>"),
    ]


def _image(node: Node, folder: Path) -> Node:
    source = node["c"][2][0]
    alternative = escape.escape(tree.text(node["c"][1]))
    path = folder / source
    pairs = dict(node["c"][0][2])
    style = f' style="width:{escape.escape(pairs["width"])}"' if "width" in pairs else ""
    if path.suffix == ".svg":
        drawing = inline_svg(path.read_text(encoding="utf-8"), path.stem, alternative)
        if drawing:
            return tree.raw("html", f'<span class="tegning"{style}>{drawing}</span>', block=False)
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return tree.raw("html", f'<img src="data:{media};base64,{data}" alt="{alternative}"{style}>', block=False)


def inline_svg(code: str, prefix: str, alternative: str) -> str:
    """Return an SVG for use inside the page, its ids made unique by ``prefix``; empty when it must stay an image.

    Inside the page its letters use the page's font. A drawing with script or foreign content is shown as an
    image instead, where neither can run.
    """
    start = code.find("<svg")
    if start < 0 or re.search(r"<script|<foreignObject|\bon\w+\s*=|javascript:|<text", code, re.I) is None:
        return ""
    if re.search(r"<script|<foreignObject|\bon\w+\s*=|javascript:", code, re.I):
        return ""
    drawing = re.sub(r"<metadata>.*?</metadata>", "", code[start:], flags=re.S)
    mark = re.sub(r"[^\w-]", "-", prefix) + "-"
    drawing = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{mark}{m[1]}"', drawing)
    drawing = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{mark}{m[1]})", drawing)
    drawing = re.sub(r'href="#([^"]+)"', lambda m: f'href="#{mark}{m[1]}"', drawing)
    drawing = re.sub(r"\s(width|height)=\"[^\"]*\"", "", drawing, count=2) if "viewBox" in drawing[:600] else drawing
    return drawing.replace("<svg", f'<svg role="img" aria-label="{alternative}"', 1).strip()
