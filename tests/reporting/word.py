"""Word files changed as Word changes them, by hand in the XML, so that no Word is needed."""

from __future__ import annotations

import html
import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
WHEN = "2026-03-02T10:00:00Z"
_BODY, _BETWEEN = ("word/document.xml", "word/footnotes.xml"), "\x00"
_RUN = re.compile(r"<w:r>((?:<w:rPr>.*?</w:rPr>)?)<w:t(?: [^>]*)?>([^<]*)</w:t></w:r>", re.S)


def run(text: str, properties: str = "", tag: str = "t") -> str:
    """One run of text."""
    return (
        f'<w:r>{properties}<w:{tag} xml:space="preserve">{html.escape(text, quote=False)}</w:{tag}></w:r>'
        if text
        else ""
    )


@dataclass
class Word:
    """A Word file under change."""

    data: bytes
    parts: dict[str, bytes] = field(default_factory=dict)
    body: str = ""
    comments: list[str] = field(default_factory=list)
    extended: list[str] = field(default_factory=list)
    count: int = 900

    def __post_init__(self) -> None:
        with zipfile.ZipFile(BytesIO(self.data)) as source:
            self.parts = {name: source.read(name) for name in source.namelist()}
        self.body = _BETWEEN.join(self.parts[name].decode() for name in _BODY)

    def _mark(self, author: str) -> str:
        self.count += 1
        return f'w:id="{self.count}" w:author="{author}" w:date="{WHEN}"'

    def _find(self, text: str) -> tuple[re.Match[str], str]:
        """The run that holds ``text``, and its words; runs are joined where it stands in several."""
        for match in _RUN.finditer(self.body):
            if text in html.unescape(match[2]):
                return match, html.unescape(match[2])
        joined = self._join(text)
        assert joined, f"{text!r} is in no paragraph"
        return self._find(text)

    def _join(self, text: str) -> bool:
        """Make one run of neighbouring runs of the same looks, as Word does."""
        pair = re.compile(
            r"<w:r>((?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?)<w:t(?: [^>]*)?>([^<]*)</w:t></w:r>"
            r"\s*<w:r>\1<w:t(?: [^>]*)?>([^<]*)</w:t></w:r>",
            re.S,
        )
        before = self.body
        while True:
            joined = pair.sub(lambda m: f'<w:r>{m[1]}<w:t xml:space="preserve">{m[2]}{m[3]}</w:t></w:r>', self.body)
            if joined == self.body:
                break
            self.body = joined
        return self.body != before and any(text in html.unescape(match[2]) for match in _RUN.finditer(self.body))

    def change(self, old: str, new: str, author: str = "Anna And") -> Word:
        """A recorded change of ``old`` into ``new``; either may be empty if ``at`` is given by the other."""
        match, whole = self._find(old)
        before, _, after = whole.partition(old)
        gone = f"<w:del {self._mark(author)}>{run(old, match[1], 'delText')}</w:del>"
        come = f"<w:ins {self._mark(author)}>{run(new, match[1])}</w:ins>" if new else ""
        made = run(before, match[1]) + gone + come + run(after, match[1])
        self.body = self.body[: match.start()] + made + self.body[match.end() :]
        return self

    def insert(self, after: str, new: str, author: str = "Anna And") -> Word:
        """A recorded insertion behind ``after``."""
        match, whole = self._find(after)
        before, _, rest = whole.partition(after)
        made = run(before + after, match[1]) + f"<w:ins {self._mark(author)}>{run(new, match[1])}</w:ins>"
        self.body = self.body[: match.start()] + made + run(rest, match[1]) + self.body[match.end() :]
        return self

    def silently(self, old: str, new: str) -> Word:
        """A change that is not recorded."""
        match, whole = self._find(old)
        self.body = self.body[: match.start()] + run(whole.replace(old, new, 1), match[1]) + self.body[match.end() :]
        return self

    def _paragraph(self, text: str) -> tuple[int, int]:
        for match in re.finditer(r"<w:p>.*?</w:p>", self.body, re.S):
            words = html.unescape("".join(re.findall(r"<w:(?:t|delText)(?: [^>]*)?>([^<]*)<", match[0])))
            if text in words:
                return match.span()
        raise AssertionError(f"{text!r} is in no paragraph")

    def paragraph_after(self, text: str, new: str, style: str = "BodyText", author: str = "Anna And") -> Word:
        """A recorded new paragraph below the one with ``text``, as Word marks it: the mark above is the new one."""
        start, end = self._paragraph(text)
        mark = f"<w:rPr><w:ins {self._mark(author)}/></w:rPr>"
        above = self._with_mark(self.body[start:end], mark)
        style_ = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        below = f"<w:p>{style_}<w:ins {self._mark(author)}>{run(new)}</w:ins></w:p>"
        self.body = self.body[:start] + above + below + self.body[end:]
        return self

    def remove_paragraph(self, text: str, author: str = "Anna And") -> Word:
        """The paragraph with ``text`` deleted, its mark too."""
        start, end = self._paragraph(text)
        old = self.body[start:end]
        gone = _RUN.sub(
            lambda m: f"<w:del {self._mark(author)}>{run(html.unescape(m[2]), m[1], 'delText')}</w:del>", old
        )
        gone = self._with_mark(gone, f"<w:rPr><w:del {self._mark(author)}/></w:rPr>")
        self.body = self.body[:start] + gone + self.body[end:]
        return self

    def split(self, before: str, author: str = "Anna And") -> Word:
        """The paragraph ended before ``before``, recorded."""
        match, whole = self._find(before)
        left, _, _ = whole.partition(before)
        start = self.body.rfind("<w:p>", 0, match.start())
        properties = re.match(r"<w:p>\s*(<w:pPr>.*?</w:pPr>)?", self.body[start:], re.S)
        assert properties is not None
        style = properties[1] or ""
        above = self._with_mark(
            self.body[start : match.start()] + run(left, match[1]) + "</w:p>",
            f"<w:rPr><w:ins {self._mark(author)}/></w:rPr>",
        )
        self.body = (
            self.body[:start] + above + f"<w:p>{style}" + run(whole[len(left) :], match[1]) + self.body[match.end() :]
        )
        return self

    def _with_mark(self, paragraph: str, mark: str) -> str:
        if "<w:pPr>" in paragraph:
            return paragraph.replace("</w:pPr>", f"{mark}</w:pPr>", 1)
        return paragraph.replace("<w:p>", f"<w:p><w:pPr>{mark}</w:pPr>", 1)

    def comment(
        self, on: str, says: str, *, author: str = "Bo Bemærker", answers: int | None = None, done: bool = False
    ) -> Word:
        """A comment on ``on``; ``answers`` is the place of the comment it replies to."""
        match, whole = self._find(on)
        ident = len(self.comments)
        before, _, after = whole.partition(on)
        reference = f'<w:r><w:commentReference w:id="{ident}"/></w:r>'
        made = (
            f'{run(before, match[1])}<w:commentRangeStart w:id="{ident}"/>{run(on, match[1])}'
            f'<w:commentRangeEnd w:id="{ident}"/>{reference}{run(after, match[1])}'
        )
        self.body = self.body[: match.start()] + made + self.body[match.end() :]
        self.comments.append(
            f'<w:comment w:id="{ident}" w:author="{author}" w:date="{WHEN}"><w:p w14:paraId="0000000{ident}">'
            f"{run(says)}</w:p></w:comment>"
        )
        parent = "" if answers is None else f' w15:paraIdParent="0000000{answers}"'
        self.extended.append(f'<w15:commentEx w15:paraId="0000000{ident}"{parent} w15:done="{int(done)}"/>')
        return self

    def bytes(self) -> bytes:
        """The file as it is now."""
        parts = {**self.parts, **dict(zip(_BODY, (part.encode() for part in self.body.split(_BETWEEN)), strict=True))}
        if self.comments:
            parts["word/comments.xml"] = (
                f'<w:comments xmlns:w="{W}" xmlns:w14="{W14}">{"".join(self.comments)}</w:comments>'
            ).encode()
            parts["word/commentsExtended.xml"] = (
                f'<w15:commentsEx xmlns:w15="{W15}">{"".join(self.extended)}</w15:commentsEx>'
            ).encode()
        return packed(parts)

    def save(self, path: Path) -> Path:
        """Write the file."""
        path.write_bytes(self.bytes())
        return path


def packed(parts: dict[str, bytes]) -> bytes:
    """Parts as a zip."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return stream.getvalue()
