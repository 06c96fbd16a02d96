"""Word's template (``reference.docx``), made from the brand: styles, A4, running head, page numbers."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from evaluation.reporting.embedded import pandoc

_MOMENT = (2021, 6, 1, 0, 0, 0)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_FONT = "Source Sans Pro"
# 27 mm left and right on A4 in twentieths of a point: the same measure as the PDF.
_SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rIdH1"/><w:footerReference w:type="default" r:id="rIdF1"/>'
    '<w:headerReference w:type="first" r:id="rIdH2"/><w:footerReference w:type="first" r:id="rIdF2"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1588" w:right="1474" w:bottom="1474" w:left="1474" '
    'w:header="794" w:footer="680" w:gutter="0"/><w:titlePg/></w:sectPr>'
)


def reference_docx(colours: Mapping[str, str], *, title: str, sender: str, mark: str) -> bytes:
    """The template as bytes; the same bytes for the same words and colours.

    Parameters
    ----------
    colours : mapping of str to str
        Role to ``#RRGGBB``.
    title, sender : str
        Running head and foot.
    mark : str
        ``Fiktive data`` and the like for the foot of every page; empty when there is nothing to say.
    """
    base, _ = pandoc.run(["--print-default-data-file", "reference.docx"], b"", Path.cwd())
    source = zipfile.ZipFile(BytesIO(base))
    parts = {name: source.read(name) for name in source.namelist()}
    colour = {role: value.lstrip("#") for role, value in colours.items()}
    parts["word/styles.xml"] = styles(colour).encode()
    parts["word/document.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document {_W} {_R}><w:body><w:p/>{_SECTION}</w:body></w:document>'
    ).encode()
    for name, content in _running(colour, title, sender, mark).items():
        parts[f"word/{name}.xml"] = content.encode()
        kind = "header" if name.startswith("header") else "footer"
        parts["[Content_Types].xml"] = _declared(parts["[Content_Types].xml"], name, kind)
        parts["word/_rels/document.xml.rels"] = _related(parts["word/_rels/document.xml.rels"], name, kind)
    settings = parts["word/settings.xml"].decode().replace('w:decimalSymbol w:val="."', 'w:decimalSymbol w:val=","')
    parts["word/settings.xml"] = settings.replace('w:listSeparator w:val=","', 'w:listSeparator w:val=";"').encode()
    return pack(parts)


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A zip whose bytes depend on nothing but the parts."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content)
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
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
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
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def styles(colour: Mapping[str, str]) -> str:
    """``styles.xml``: sizes in half points, spaces in twentieths of a point."""
    c = colour
    box = 'w:val="single" w:sz="{size}" w:space="8" w:color="{colour}"'
    left = "<w:pBdr><w:left " + box + "/></w:pBdr>"
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:cs="{_FONT}" w:eastAsia="{_FONT}"/>'
        f'<w:color w:val="{c["foreground"]}"/><w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="da-DK"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="0" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    )
    rows = [
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>',
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>',
        _style("BodyText", "Body Text", "Normal", '<w:spacing w:before="0" w:after="150"/>'),
        _style("FirstParagraph", "First Paragraph", "BodyText"),
        _style("Compact", "Compact", "BodyText", '<w:spacing w:before="20" w:after="40" w:line="252" w:lineRule="auto"/>'),
        *_headings(c),
        _style("Title", "Title", "Normal", f'<w:pBdr><w:bottom w:val="single" w:sz="36" w:space="14" w:color="{c["accent"]}"/></w:pBdr><w:spacing w:before="3400" w:after="280" w:line="216" w:lineRule="auto"/>', _font(68, c["primary"], bold=True)),
        _style("Subtitle", "Subtitle", "Normal", '<w:spacing w:after="700"/>', _font(32, c["secondary"])),
        _style("Author", "Author", "Normal", '<w:spacing w:after="60"/>', _font(22, c["foreground"], bold=True)),
        _style("Date", "Date", "Normal", '<w:spacing w:after="60"/>', _font(22, c["muted"])),
        _style("Afsender", "Afsender", "Normal", '<w:spacing w:after="60"/>', _font(22, c["muted"])),
        _style("Caption", "caption", "Normal", '<w:keepNext/><w:keepLines/><w:spacing w:before="260" w:after="100"/>', _font(19, c["foreground"])),
        _style("Figure", "Figure", "Normal", '<w:keepNext/><w:spacing w:after="40"/>'),
        _style("CaptionedFigure", "Captioned Figure", "Figure"),
        _style("Anm", "Anm", "Normal", '<w:keepLines/><w:spacing w:before="40" w:after="280" w:line="240" w:lineRule="auto"/><w:contextualSpacing/>', _font(16, c["muted"])),
        _style("HovedpointerTitel", "Hovedpointer Titel", "Normal", '<w:keepNext/><w:spacing w:after="100"/>', _font(24, c["secondary"], bold=True)),
        _style("BemaerkTitel", "Bemærk Titel", "Normal", '<w:keepNext/><w:spacing w:after="80"/>', "<w:b/>"),
        _style("Fiktiv", "Fiktiv", "Normal", left.format(size=24, colour=c["accent"]) + '<w:spacing w:before="900" w:after="160"/><w:ind w:left="200"/>', "<w:b/>"),
        _style("Gruppe", "Gruppe", "Compact", '<w:keepNext/><w:spacing w:before="140" w:after="40"/>', f'<w:b/><w:color w:val="{c["secondary"]}"/>'),
        _style("Udeladt", "Udeladt", "Normal", left.format(size=12, colour=c["rule"]) + '<w:spacing w:before="80" w:after="160"/><w:ind w:left="200"/>', _font(21, c["muted"])),
        _style("Citat", "Citat", "Normal", '<w:spacing w:before="120" w:after="160"/><w:ind w:left="400" w:right="400"/>', f'<w:i/><w:color w:val="{c["secondary"]}"/>'),
        _style("Kolofon", "Kolofon", "Normal", '<w:spacing w:after="100"/>', _font(18, c["muted"])),
        _style("BlockText", "Block Text", "BodyText", '<w:ind w:left="400" w:right="400"/>'),
        _style("Bibliography", "Bibliography", "Normal", '<w:spacing w:after="110"/><w:ind w:left="400" w:hanging="400"/>'),
        _style("FootnoteText", "footnote text", "Normal", '<w:spacing w:after="40" w:line="240" w:lineRule="auto"/>', _font(17, c["foreground"])),
        _style("TOCHeading", "TOC Heading", "Normal", '<w:keepNext/><w:spacing w:before="0" w:after="200"/>', _font(35, c["primary"], bold=True)),
        _style("TOC1", "toc 1", "Normal", '<w:tabs><w:tab w:val="left" w:pos="500"/><w:tab w:val="right" w:leader="dot" w:pos="8958"/></w:tabs><w:spacing w:before="130" w:after="30"/>', "<w:b/>"),
        _style("TOC2", "toc 2", "Normal", '<w:tabs><w:tab w:val="left" w:pos="1100"/><w:tab w:val="right" w:leader="dot" w:pos="8958"/></w:tabs><w:spacing w:after="20"/><w:ind w:left="500"/>'),
        _style("Header", "header", "Normal", f'<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="4" w:color="{c["rule"]}"/></w:pBdr>', _font(17, c["muted"])),
        _style("Footer", "footer", "Normal", '<w:tabs><w:tab w:val="center" w:pos="4479"/><w:tab w:val="right" w:pos="8958"/></w:tabs>', _font(17, c["muted"])),
        '<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>',
        f'<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:color w:val="{c["link"]}"/></w:rPr></w:style>',
        '<w:style w:type="character" w:customStyle="1" w:styleId="VerbatimChar"><w:name w:val="Verbatim Char"/><w:rPr><w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/></w:rPr></w:style>',
        _table(c),
    ]  # fmt: skip
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:styles {_W}>{defaults}{"".join(rows)}</w:styles>'


def _style(ident: str, name: str, base: str, paragraph: str = "", run: str = "") -> str:
    known = {
        "Normal",
        "BodyText",
        "Title",
        "Subtitle",
        "Date",
        "Caption",
        "FootnoteText",
        "TOC1",
        "TOC2",
        "Header",
        "Footer",
        "TOCHeading",
    }
    custom = "" if ident in known or ident.startswith("Heading") else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{custom} w:styleId="{ident}"><w:name w:val="{name}"/><w:basedOn w:val="{base}"/>'
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _font(size: int, colour: str, *, bold: bool = False) -> str:
    return f'{"<w:b/>" if bold else ""}<w:color w:val="{colour}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


def _headings(c: Mapping[str, str]) -> list[str]:
    sizes = ((35, 480, 180), (27, 340, 130), (23, 280, 110), (21, 240, 100))
    rows = []
    for level, (size, before, after) in enumerate(sizes, start=1):
        paragraph = (
            f'<w:keepNext/><w:keepLines/><w:tabs><w:tab w:val="left" w:pos="680"/></w:tabs>'
            f'<w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/><w:outlineLvl w:val="{level - 1}"/>'
        )
        run = _font(size, c["primary"] if level == 1 else c["secondary"], bold=True)
        rows.append(_style(f"Heading{level}", f"heading {level}", "Normal", paragraph, run))
    return rows


def _table(c: Mapping[str, str]) -> str:
    rule = f'w:val="single" w:sz="4" w:space="0" w:color="{c["rule"]}"'
    strong = f'w:val="single" w:sz="10" w:space="0" w:color="{c["primary"]}"'
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        '<w:tblCellMar><w:left w:w="90" w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="table" w:customStyle="1" w:styleId="Table"><w:name w:val="Table"/><w:basedOn w:val="TableNormal"/>'
        '<w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr>'
        f"<w:tblPr><w:tblBorders><w:top {strong}/><w:bottom {strong}/><w:insideH {rule}/></w:tblBorders></w:tblPr>"
        f'<w:tblStylePr w:type="firstRow"><w:pPr><w:keepNext/></w:pPr><w:rPr><w:b/><w:color w:val="{c["primary"]}"/></w:rPr>'
        f'<w:tcPr><w:tcBorders><w:bottom {strong}/></w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="{c["light"]}"/>'
        '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
    )
