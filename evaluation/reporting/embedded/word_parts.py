"""The last touch on a Word file: fonts inside, whole rows, properties without trace of the machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

from evaluation.reporting.fonts import Fonts, packaged, subset_font
from evaluation.reporting.reference import pack, unpack

_FONT_KEY = "6F1C0B52-7D3A-4E58-9A41-2C8E5D90B7{:02X}"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_UPDATE = (
    '<w:updateFields w:val="true"/><w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
)
CUSTOM = "docProps/custom.xml"


def finish(
    data: bytes,
    sender: str = "",
    fonts: Fonts | None = None,
    *,
    custom: bytes | None = None,
    restored: Callable[[str], str] | None = None,
    pictures: Mapping[bytes, bytes] | None = None,
) -> bytes:
    """Return the finished Word file; the same bytes for the same content.

    Parameters
    ----------
    data : bytes
        What pandoc wrote.
    sender : str
        Stands as its author where the document names none.
    fonts : Fonts, optional
        Go into it; the packaged ones where nothing is said.
    custom : bytes, optional
        The part with its custom properties; none where nothing is said.
    restored : callable, optional
        Puts back into the text what pandoc was spared.
    pictures : mapping of bytes to bytes, optional
        Pictures, by what stands for them in ``data``.
    """
    pictures = pictures or {}
    parts = unpack(data)
    for name, content in parts.items():
        if name.startswith("word/media/") and content in pictures:
            parts[name] = pictures[content]
    body = parts["word/document.xml"].decode()
    parts["word/document.xml"] = _new_pages(_whole_rows(restored(body) if restored else body)).encode()
    core = parts["docProps/core.xml"].decode()
    core = core.replace("<dc:creator></dc:creator>", f"<dc:creator>{escape(sender, quote=False)}</dc:creator>")
    core = core.replace("<dc:language>da</dc:language>", "<dc:language>da-DK</dc:language>")
    parts["docProps/core.xml"] = core.encode()
    # Word spells by country; pandoc writes the language alone.
    parts["word/styles.xml"] = re.sub(rb'(<w:lang [^>]*w:val=")da"', rb'\1da-DK"', parts["word/styles.xml"])
    # Not metadata of ours, which pandoc would show there.
    parts[CUSTOM] = custom or custom_properties()
    _embed_fonts(parts, fonts or packaged())
    return pack(parts)


def custom_properties(entries: str = "") -> bytes:
    """Return the part with custom properties, given the XML of each."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Properties '
        'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    )
    return f"{head}{entries}</Properties>".encode()


def _whole_rows(body: str) -> str:
    body = re.sub(r"<w:tr>\s*(?!\s*<w:trPr)", "<w:tr><w:trPr><w:cantSplit/></w:trPr>", body)
    body = re.sub(r"<w:tr>\s*<w:trPr>\s*(?!<w:cantSplit)", "<w:tr><w:trPr><w:cantSplit/>", body)
    # A paragraph right below a table keeps its distance.
    below = r'(</w:tbl>\s*<w:p>\s*<w:pPr>\s*<w:pStyle w:val="(?:BodyText|FirstParagraph)"\s*/>)'
    return re.sub(below, lambda match: match[1] + '<w:spacing w:before="240" w:after="150"/>', body)


def _new_pages(body: str) -> str:
    """Give the paragraph below a break the break: an empty paragraph would leave a blank line on the new page."""
    marks = r"((?:<w:bookmark(?:Start|End)[^>]*/>\s*)*)"
    pause = r'(?:<w:p><w:r><w:br w:type="page"\s*/></w:r></w:p>\s*)+'

    def broken(match: re.Match[str]) -> str:
        # A new page needs no air above its first heading.
        air = '<w:spacing w:before="0"/>' if match[3] == "Heading1" else ""
        return f"{match[1]}{match[2]}<w:pageBreakBefore/>{air}"

    body = re.sub(pause + marks + r'(<w:p>\s*<w:pPr>\s*<w:pStyle w:val="(\w+)"\s*/>)', broken, body)
    return re.sub(pause, '<w:p><w:r><w:br w:type="page"/></w:r></w:p>', body)


def _embed_fonts(parts: dict[str, bytes], fonts: Fonts) -> None:
    entries, relations = [], []
    for number, (element, path) in enumerate(fonts.word().items(), start=1):
        key = _FONT_KEY.format(number)
        parts[f"word/fonts/font{number}.odttf"] = obfuscated(subset_font(path, "ttf"), key)
        entries.append(f'<w:{element} r:id="rId{number}" w:fontKey="{{{key}}}"/>')
        relations.append(f'<Relationship Id="rId{number}" Type="{_RELATIONS}/font" Target="fonts/font{number}.odttf"/>')
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    parts["word/fontTable.xml"] = (
        f'{head}<w:fonts {_W} xmlns:r="{_RELATIONS}"><w:font w:name="{fonts.family}"><w:altName w:val="Calibri"/>'
        f'<w:charset w:val="00"/><w:family w:val="swiss"/><w:pitch w:val="variable"/>{"".join(entries)}'
        "</w:font></w:fonts>"
    ).encode()
    parts["word/_rels/fontTable.xml.rels"] = (
        f'{head}<Relationships xmlns="{_PACKAGE}">{"".join(relations)}</Relationships>'
    ).encode()
    types = parts["[Content_Types].xml"].decode()
    kind = '<Default Extension="odttf" ContentType="application/vnd.openxmlformats-officedocument.obfuscatedFont"/>'
    parts["[Content_Types].xml"] = re.sub(r"(<Types[^>]*>)", lambda match: match[1] + kind, types, count=1).encode()
    settings = re.sub(r"<w:embedSystemFonts\s*/>", "", parts["word/settings.xml"].decode())
    flags = "<w:embedTrueTypeFonts/><w:saveSubsetFonts/>"
    settings, found = re.subn(r"(<w:zoom [^>]*/>)", lambda match: match[1] + flags, settings, count=1)
    if not found:
        settings = re.sub(r"(<w:settings[^>]*>)", lambda match: match[1] + flags, settings, count=1)
    # Long Danish words in narrow columns: Word divides them by its own dictionary.
    stop = r"(<w:defaultTabStop [^>]*/>)"
    settings = re.sub(stop, lambda match: match[1] + "<w:autoHyphenation/>", settings, count=1)
    # Only Word knows on which page a heading stands; it asks the reader and then fills in the contents.
    settings = re.sub(r"(<w:rsids\b)", lambda match: _UPDATE + match[1], settings, count=1)
    parts["word/settings.xml"] = settings.encode()


def obfuscated(font: bytes, key: str) -> bytes:
    """Return the font as Office Open XML wants it: the first 32 bytes mixed with the key (ECMA-376 part 4, 17.8.1)."""
    mask = bytes.fromhex(key.replace("-", ""))[::-1]
    first = bytes(byte ^ mask[place % 16] for place, byte in enumerate(font[:32]))
    return first + font[32:]
