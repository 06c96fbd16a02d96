"""Word's template (``reference.docx``), made from the brand: styles, A4, running head, page numbers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from importlib import resources
from io import BytesIO
from pathlib import Path

from evaluation.presentation.brand import PACKAGED_FAMILY
from evaluation.reporting.embedded import pandoc

_MOMENT = (2021, 6, 1, 0, 0, 0)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
# 27 mm left and right on A4 in twentieths of a point: the same measure as the PDF.
_SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rIdH1"/><w:footerReference w:type="default" r:id="rIdF1"/>'
    '<w:headerReference w:type="first" r:id="rIdH2"/><w:footerReference w:type="first" r:id="rIdF2"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1588" w:right="1474" w:bottom="1474" w:left="1474" '
    'w:header="794" w:footer="680" w:gutter="0"/><w:titlePg/></w:sectPr>'
)


def reference_docx(colours: Mapping[str, str], *, family: str, title: str, sender: str, mark: str) -> bytes:
    """Return the template as bytes; the same bytes for the same words and colours.

    Parameters
    ----------
    colours : mapping of str to str
        Role to ``#RRGGBB``.
    family : str
        Font of everything.
    title, sender : str
        Running head and foot.
    mark : str
        ``Fiktive data`` and the like for the foot of every page; empty when there is nothing to say.
    """
    parts = dict(_base())
    colour = {role: value.lstrip("#") for role, value in colours.items()}
    parts["word/styles.xml"] = styles(colour, family).encode()
    parts["word/document.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document {_W} {_R}><w:body><w:p/>{_SECTION}</w:body></w:document>'
    ).encode()
    for name, content in _running(colour, title, sender, mark).items():
        parts[f"word/{name}.xml"] = content.encode()
        kind = "header" if name.startswith("header") else "footer"
        parts["[Content_Types].xml"] = _declared(parts["[Content_Types].xml"], name, kind)
        parts["word/_rels/document.xml.rels"] = _related(parts["word/_rels/document.xml.rels"], name, kind)
    settings = parts["word/settings.xml"].decode().replace('w:decimalSymbol w:val="."', 'w:decimalSymbol w:val=","')
    settings = settings.replace('w:listSeparator w:val=","', 'w:listSeparator w:val=";"')
    parts["word/settings.xml"] = settings.replace(
        'w:themeFontLang w:val="en-US"', 'w:themeFontLang w:val="da-DK"'
    ).encode()
    return pack(parts)


@lru_cache(maxsize=1)
def _base() -> dict[str, bytes]:
    """Parts of the template that comes with pandoc."""
    base, _ = pandoc.run(["--print-default-data-file", "reference.docx"], b"", Path.cwd())
    return unpack(base)


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the parts of a zip by name."""
    with zipfile.ZipFile(BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip whose bytes depend on nothing but the parts."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            # Pictures are packed already: more effort makes them no smaller.
            target.writestr(entry, content, compresslevel=1 if name.endswith(".png") else None)
    return stream.getvalue()


def _declared(types: bytes, name: str, kind: str) -> bytes:
    entry = (
        f'<Override PartName="/word/{name}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/></Types>'
    )
    return types.decode().replace("</Types>", entry).encode()


def _related(relations: bytes, name: str, kind: str) -> bytes:
    ident = f"rId{name[0].upper()}{name[-1]}"
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    entry = f'<Relationship Type="{base}/{kind}" Id="{ident}" Target="{name}.xml"/></Relationships>'
    return relations.decode().replace("</Relationships>", entry).encode()


def _running(colour: Mapping[str, str], title: str, sender: str, mark: str) -> dict[str, str]:
    head = f'<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{_run(title)}</w:p>'
    bold = f'<w:rPr><w:b/><w:color w:val="{colour["foreground"]}"/></w:rPr>'
    page = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    tab = "<w:r><w:tab/></w:r>"
    start = '<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    foot = f"{start}{_run(sender)}{tab}{_run(mark, bold)}{tab}{page}</w:p>"
    first = f"{start}{tab}{_run(mark, bold)}</w:p>"
    large = f'<w:rPr><w:b/><w:color w:val="{colour["primary"]}"/><w:sz w:val="26"/></w:rPr>'
    cover = f'<w:p><w:pPr><w:pStyle w:val="Normal"/></w:pPr>{_run(sender, large)}</w:p>'
    xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return {
        "header1": f"{xml}<w:hdr {_W}>{head}</w:hdr>",
        "footer1": f"{xml}<w:ftr {_W}>{foot}</w:ftr>",
        "header2": f"{xml}<w:hdr {_W}>{cover}</w:hdr>",
        "footer2": f"{xml}<w:ftr {_W}>{first}</w:ftr>",
    }


def _run(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r>' if text else ""


def styles(colour: Mapping[str, str], family: str = PACKAGED_FAMILY) -> str:
    """``styles.xml`` with the brand's colours and font in place of its ``{role}`` and ``{family}``."""
    template = resources.files("evaluation.reporting").joinpath("word_styles.xml").read_text(encoding="utf-8")
    words = {**colour, "family": escape(family)}
    return re.sub(r"\{([a-z]+)\}", lambda match: words[match[1]], template)
