"""The html: one file with style, fonts and figures inside, readable without script and without network."""

from __future__ import annotations

import base64
import html as escape
import mimetypes
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.common.files import hash_bytes
from evaluation.common.resources import SHARED_PROJECT, resource_folder
from evaluation.reporting.embedded import pandoc, tree
from evaluation.reporting.embedded.kept import Tables
from evaluation.reporting.embedded.memory import Memory
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.embedded.typst_pdf import decisive, filters
from evaluation.reporting.fonts import page_fonts
from evaluation.reporting.project import Project

#: What makes a drawing more than a drawing; so does an attribute that begins with "on".
_RUNNING = ("<script", "<foreignobject", "javascript:")
#: What stands for a drawing until pandoc is done.
_DRAWING = re.compile(r"<!--tegning [0-9a-f]{64}-->")


def write_html(
    document: Mapping[str, Any], project: Project, folder: Path, words: Mapping[str, str], memory: Memory | None = None
) -> bytes:
    """Return the document as one self-contained html file.

    Pandoc gets a mark for each drawing, which is put in afterwards: it would only carry it through. The frame around
    the text (``_stil/rapport.template``) is the one that real Quarto uses.
    """
    options = project.options("html")
    drawings: dict[str, str] = {}
    changed = tree.walk(
        {"meta": document["meta"], "blocks": document["blocks"]},
        lambda node: _change(node, folder, drawings),
        "Image",
        "Header",
        "Div",
    )
    tables = Tables("html5", memory or Memory(), *decisive(project, folder))
    blocks = tables.marked(changed["blocks"])
    title = str(options.get("toc-title") or words["toc-title-document"])
    arguments = [
        *filters(folder),
        "--section-divs",
        "--mathml",
        "--email-obfuscation=none",
        "-V",
        f"toc-title={escape.escape(title)}",
    ]
    if options.get("toc"):
        arguments += ["--toc", f"--toc-depth={options.get('toc-depth', 3)}"]
    meta = dict(changed["meta"])
    meta.pop("css", None)
    with tempfile.TemporaryDirectory() as name:
        style, above = Path(name) / "style.html", Path(name) / "above.html"
        tags = head_tags(*(_text(meta, key) for key in ("udgiver", "subtitle", "fiktiv")))
        style.write_text(
            f"{tags}<style>\n{page_fonts(folder).css()}\n{_css(folder, options)}\n</style>", encoding="utf-8"
        )
        mark = " · ".join(part for part in (_text(meta, "fiktiv"), _text(meta, "udkast")) if part)
        above.write_text(banner(mark), encoding="utf-8")
        arguments += ["--template", str(_frame(folder)), "-H", str(style), "-B", str(above)]
        output, _ = pandoc.write({**document, "blocks": blocks, "meta": meta}, "html5", folder, arguments)
    page = tables.restored(output.decode("utf-8"))
    return _DRAWING.sub(lambda match: drawings.get(match[0], match[0]), page).encode()


def _frame(folder: Path) -> Path:
    own = folder / "_stil" / "rapport.template"
    # A workspace made before the frame was a file of its own has none.
    return own if own.is_file() else resource_folder("reports") / SHARED_PROJECT / "_stil" / "rapport.template"


def _text(meta: Mapping[str, Any], key: str) -> str:
    value = meta.get(key)
    return "" if value is None else value["c"] if isinstance(value["c"], str) else tree.text(value["c"])


def head_tags(sender: str, subtitle: str, fictional: str) -> str:
    """Return what the page says of itself to machines. Here and not in the frame: pandoc leaves quotes as they are."""
    named = (("author", sender), ("description", subtitle), ("keywords", fictional))
    return "".join(f'<meta name="{name}" content="{escape.escape(value)}">\n' for name, value in named if value)


def banner(mark: str) -> str:
    """Return the line on top of every page that says what is special about it; empty without a mark."""
    words = escape.escape(mark)
    return f'<section class="fiktiv-banner" aria-label="{words}"><p>{words}</p></section>' if mark else ""


def _css(folder: Path, options: Mapping[str, Any]) -> str:
    names = options.get("css") or []
    names = names if isinstance(names, list) else [names]
    sheets = [(folder / str(name)).read_text(encoding="utf-8") for name in names if (folder / str(name)).is_file()]
    # The fonts stand in the page already; brand.css carries them for real Quarto.
    return re.sub(r"@font-face\{[^}]*\}\n?", "", "\n".join(sheets)).replace("</", "<\\/")


def headings(document: Mapping[str, Any], depth: int) -> list[tuple[int, str, str, str]]:
    """Level, id, number and words of every heading down to ``depth``, in document order."""
    found: list[tuple[int, str, str, str]] = []
    for node in tree.outline(document["blocks"]):
        if node["t"] == "Header" and node["c"][0] <= depth:
            level, (ident, classes, pairs), content = node["c"]
            if "unlisted" not in classes:
                found.append((level, ident, dict(pairs).get("number", ""), tree.text(content)))
    return found


def _change(node: Node, folder: Path, drawings: dict[str, str]) -> list[Node] | None:
    kind = node["t"]
    if kind == "Image":
        return [_image(node, folder, drawings)]
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
                tree.raw("html", f'<div class="{" ".join(names)}"{_id(ident)} role="note">'),
                *node["c"][1],
                tree.raw("html", "</div>"),
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


def _image(node: Node, folder: Path, drawings: dict[str, str]) -> Node:
    source = node["c"][2][0]
    alternative = escape.escape(tree.text(node["c"][1]))
    path = folder / source
    pairs = dict(node["c"][0][2])
    style = f' style="width:{escape.escape(pairs["width"])}"' if "width" in pairs else ""
    if path.suffix == ".svg":
        drawing = inline_svg(path.read_text(encoding="utf-8"), path.stem, alternative)
        if drawing:
            mark = f"<!--tegning {hash_bytes(drawing.encode())}-->"
            drawings[mark] = drawing
            return tree.raw("html", f'<span class="tegning"{style}>{mark}</span>', block=False)
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return tree.raw("html", f'<img src="data:{media};base64,{data}" alt="{alternative}"{style}>', block=False)


def inline_svg(code: str, prefix: str, alternative: str) -> str:
    """Return an SVG for use inside the page, its ids made unique by ``prefix``; empty when it must stay an image.

    Inside the page its letters use the page's font. A drawing with script or foreign content is shown as an
    image instead, where neither can run.
    """
    start, plain = code.find("<svg"), code.lower()
    handlers = any(_begins(match) for match in re.finditer(r"on\w+\s*=", plain))
    if start < 0 or "<text" not in plain or handlers or any(word in plain for word in _RUNNING):
        return ""
    drawing = re.sub(r"<metadata>.*?</metadata>", "", code[start:], flags=re.S)
    mark = re.sub(r"[^\w-]", "-", prefix) + "-"
    drawing = re.sub(r'id="([^"]+)"', lambda m: f'id="{mark}{m[1]}"' if _begins(m) else m[0], drawing)
    drawing = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{mark}{m[1]})", drawing)
    drawing = re.sub(r'href="#([^"]+)"', lambda m: f'href="#{mark}{m[1]}"', drawing)
    drawing = re.sub(r"\s(width|height)=\"[^\"]*\"", "", drawing, count=2) if "viewBox" in drawing[:600] else drawing
    return drawing.replace("<svg", f'<svg role="img" aria-label="{alternative}"', 1).strip()


def _begins(match: re.Match[str]) -> bool:
    """Whether a word begins where ``match`` does. Patterns that begin with letters are found ten times as fast."""
    return re.match(r"\w", match.string[max(match.start() - 1, 0) : match.start()]) is None
