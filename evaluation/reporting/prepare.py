"""What a project needs besides prose and pieces, in ``_resultater/``: metadata, colours for html, Word's template.

The same files serve both engines, and a consultant who renders from the editor.
"""

from __future__ import annotations

import base64
import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from evaluation.common.files import write_atomic
from evaluation.common.language import catalogue
from evaluation.presentation.brand import load_brand
from evaluation.presentation.escape import markdown
from evaluation.reporting.colours import page_colours
from evaluation.reporting.embedded.crossref import CALLOUTS, language
from evaluation.reporting.embedded.html import banner, head_tags
from evaluation.reporting.fonts import Fonts, page_fonts
from evaluation.reporting.project import SUPPORT_FOLDER, Project, read_yaml
from evaluation.reporting.reference import reference_docx

#: Keys of ``plan`` in ``_variables.yml`` that the title page shows, unless the front matter says otherwise.
_FROM_PLAN = {"udgiver": "udgiver", "projektnummer": "projekt", "aar": "aar", "kommune": "kommune"}


def write_support(
    folder: Path, *, engine: str = "", draft: bool = False, marks: Mapping[str, str] | None = None
) -> None:
    """Write ``_metadata.yml``, ``brand.css`` and ``reference.docx`` into ``folder/_resultater``.

    Whether the data are fictional comes from ``plan.fiktiv`` of ``_variables.yml`` alone; nothing here can
    switch it off. ``marks`` are notes behind claims that do not hold, by the SHA-1 of their condition.
    """
    variables_file = folder / "_variables.yml"
    variables = read_yaml(variables_file) if variables_file.is_file() else {}
    config = read_yaml(folder / "_quarto.yml") if (folder / "_quarto.yml").is_file() else {}
    project = Project(folder, "index.qmd", config, variables)
    ours = catalogue("words", project.lang)["reporting"]
    colours, fonts = page_colours(folder), page_fonts(folder)
    metadata: dict[str, str] = {f"farve-{role}": colour.lstrip("#") for role, colour in colours.items()}
    metadata["skrift"] = fonts.family
    plan = variables.get("plan")
    plan = plan if isinstance(plan, Mapping) else {}
    metadata |= {ours_key: str(plan[key]) for key, ours_key in _FROM_PLAN.items() if str(plan.get(key, "")).strip()}
    if project.fictional:
        metadata["fiktiv"] = metadata["keywords"] = metadata["description"] = ours["fictional"]
    if draft:
        metadata["udkast"] = ours["draft"]
    if engine:
        metadata["motor"] = engine
        # The colophon is a generated piece, and who sets it is known only here: rapport.lua adds the line.
        metadata["sat-med"] = ours["set-with"].format(engine=engine)
    titles = language(project.lang, config)
    metadata |= {f"boks-{name}": titles[f"callout-{name}-title"] for name in CALLOUTS}
    # Words of the frame around the html (_stil/rapport.template).
    metadata |= {"ord-spring": ours["skip"], "ord-projekt": ours["project"]}
    metadata |= _logo(folder, _bare(plan.get("udgiver")))
    support = folder / SUPPORT_FOLDER
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in metadata.items()]
    if marks:
        lines.append(f"tjek-brudt: {json.dumps(dict(marks), ensure_ascii=False)}")
    mark = " · ".join(metadata[key] for key in ("fiktiv", "udkast") if key in metadata)
    # For real Quarto: the embedded engine writes these itself.
    tags = head_tags(_bare(plan.get("udgiver")), _bare(plan.get("undertitel")), metadata.get("fiktiv", ""))
    for place, text in (("include-in-header", tags), ("include-before-body", banner(mark))):
        if text:
            lines += [] if "format:" in lines else ["format:", "  html:"]
            lines.append(f"    {place}:\n      - text: {json.dumps(text, ensure_ascii=False)}")
    write_atomic(support / "_metadata.yml", "\n".join(lines) + "\n")
    write_atomic(support / "brand.css", _brand_css(colours, fonts))
    reference = reference_docx(
        colours, family=fonts.family, title=_bare(plan.get("titel")), sender=_bare(plan.get("udgiver")), mark=mark
    )
    write_atomic(support / "reference.docx", reference)


def _brand_css(colours: Mapping[str, str], fonts: Fonts) -> str:
    roles = "".join(f"--{role}:{colour};" for role, colour in colours.items())
    return f'{fonts.css()}\n:root{{{roles}--skrift:"{fonts.family}";}}\n'


def _logo(folder: Path, sender: str) -> dict[str, str]:
    """Where the logo lies, seen from the project, and for html the picture itself; nothing where the brand has none."""
    path = folder / "_brand.yml"
    logo = load_brand(path).logo if path.is_file() else None
    if logo is None:
        return {}
    kind = mimetypes.guess_type(logo.path.name)[0] or "image/png"
    data = base64.b64encode(logo.path.read_bytes()).decode("ascii")
    # In the frame of the html it stands between straight quotes, which pandoc leaves as they are.
    alt = (logo.alt or sender).replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}")
    return {
        "logo-fil": logo.path.relative_to(folder).as_posix(),
        "logo-word": logo.word.relative_to(folder).as_posix(),
        "logo-data": f"data:{kind};base64,{data}",
        "logo-tekst": markdown(alt),
    }


def _bare(value: object) -> str:
    """Return a Markdown value as plain words (its escapes taken away), for Word's running head."""
    text = "" if value is None else str(value)
    return "".join(sign for place, sign in enumerate(text) if sign != "\\" or text[place + 1 : place + 2] == "\\")
