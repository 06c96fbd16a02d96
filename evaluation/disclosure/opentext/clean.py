"""Text made plain before it is looked at, so that nothing hides behind invisible or look-alike characters."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources

_JOINER, _SELECTOR = "\u200d", "\ufe0f"
_LINES = re.compile(r"\r\n?|\u2028|\u2029|\x0b|\x0c|\x85")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’´`][^\W\d_]+)*")
# What may stand between the end of one sentence and the first word of the next.
_BETWEEN = " \t\"'»«”“„’([{*_#>-–—•·"
_ENDS = ".!?:;\n…"
# A full stop behind these ends no sentence.
_SHORT = re.compile(
    r"(?:\b(?:hr|fr|frk|dr|sct|skt|st|gl|nr|tlf|ca|evt|pga|mht|bl|kl|pr|inkl|f|eks|osv|prof|jf|mvh|vh|kh|afd|str)|\d|\b[A-ZÆØÅ])\.\Z",
    re.I,
)


def clean(text: str) -> str:
    """``text`` with one kind of line break, plain digits, and without control, direction and zero-width characters.

    Emoji stay as they are, also those joined of several; so does all markup, which is data here.
    """
    text = _LINES.sub("\n", unicodedata.normalize("NFC", text))
    made = []
    for place, char in enumerate(text):
        if char.isascii():
            if char.isprintable() or char in "\n\t":
                made.append(char)
            continue
        category = unicodedata.category(char)
        if category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and not _joins(text, place)):
            continue
        if category == "Zs":
            made.append(" ")
        elif category == "Nd":
            made.append(str(unicodedata.decimal(char)))
        elif "\uff01" <= char <= "\uff5e" or (category[0] == "L" and unicodedata.normalize("NFKC", char).isalpha()):
            # 𝐇𝐚𝐧𝐧𝐞, Ｈａｎｎｅ－９
            made.append(unicodedata.normalize("NFKC", char))
        else:
            made.append(char)
    return "".join(made).strip()


def _joins(text: str, place: int) -> bool:
    """Whether a character joins two emoji into one."""
    return (
        text[place] == _JOINER
        and 0 < place < len(text) - 1
        and all(
            unicodedata.category(c) in ("So", "Sk", "Mn") or c == _SELECTOR for c in (text[place - 1], text[place + 1])
        )
    )


class Token:
    """A word with its place, whether it has a capital, and whether it begins a sentence."""

    __slots__ = ("capital", "end", "first", "start", "text", "upper")

    def __init__(self, text: str, start: int, first: bool) -> None:
        self.text, self.start, self.end, self.first = text, start, start + len(text), first
        self.capital = text[0].isupper()
        self.upper = len(text) > 1 and text.isupper()


def tokens(text: str) -> list[Token]:
    """The words of ``text``."""
    found = []
    for match in _WORD.finditer(text):
        place = match.start() - 1
        while place >= 0 and text[place] in _BETWEEN:
            place -= 1
        first = place < 0 or (text[place] in _ENDS and not _ordinal(text, place))
        found.append(Token(match.group(), match.start(), first))
    return found


def _ordinal(text: str, place: int) -> bool:
    """Whether a full stop stands behind a number, one letter or a short form: "3. maj", "H. Sørensen", "hr."."""
    return text[place] == "." and _SHORT.search(text, max(0, place - 6), place + 1) is not None


@cache
def lexicon(name: str) -> frozenset[str]:
    """The words of a committed list, in lower case."""
    content = (resources.files(__package__) / "lexicon" / f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in content.splitlines() if not line.startswith("#"))
    return frozenset(word.replace("_", " ").casefold() for line in lines for word in line.split())


def word_list(name: str) -> frozenset[str]:
    """A short list of ``lexicon/words.toml``."""
    return frozenset(_word_lists()[name].split())


@cache
def _word_lists() -> dict[str, str]:
    content = (resources.files(__package__) / "lexicon" / "words.toml").read_text(encoding="utf-8")
    return {name: str(words) for name, words in tomllib.loads(content).items()}
