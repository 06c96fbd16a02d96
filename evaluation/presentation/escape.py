"""Text that users wrote, made safe for the Markdown that Pandoc and Quarto read.

Quarto reads shortcodes before Pandoc sees the text, so ``{{<`` must never stand there
whole; every other sign is taken out of service with a backslash, which Pandoc's
Markdown allows before any punctuation.
"""

from __future__ import annotations

import json
import re
import unicodedata

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#$@|~^&\"'!])")
_RUNS = re.compile(r"(?:--+|\.\.\.+)")
_SHORTCODE = re.compile(r"\\?\{\\?\{\\?<|\\?>\\?\}\\?\}")
# What JSON leaves as it is and YAML does not print: half pairs, C1 controls, line signs, marks of byte order.
_NOT_IN_YAML = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
# What starts a list, a heading, a quotation, a definition, a div or a rule at the head of a block.
_LEADING_SIGN = re.compile(r"^([-+:%=.])")
_LEADING_COUNTER = re.compile(r"^(\(?[^\W_]+)([.)])")


def plain(text: str) -> str:
    """``text`` on one line without control and direction characters, blanks collapsed."""
    kept = text
    # Python calls no sign printable that one of the two lines below would change.
    if not text.isprintable():
        kept = "".join(" " if _unprintable(sign) else sign for sign in kept)
        kept = "".join(sign for sign in kept if unicodedata.bidirectional(sign) not in _DIRECTIONS)
    return re.sub(r"[ \t]+", " ", kept).strip(" \u00a0")


def _unprintable(sign: str) -> bool:
    """Controls and line signs, and what no XML may hold: half pairs and the codes that are no characters."""
    return unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} or ord(sign) & 0xFFFE == 0xFFFE


_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def markdown(text: str) -> str:
    r"""``text`` so that Pandoc and Quarto print it letter by letter, also at the start of a line or in a pipe table.

    Examples
    --------
    >>> markdown("7. klasse | *alle*")
    '7\\. klasse \\| \\*alle\\*'
    """
    safe = _SIGNS.sub(r"\\\1", plain(text))
    safe = _RUNS.sub(lambda run: "".join("\\" + sign for sign in run.group()), safe)
    safe = _LEADING_SIGN.sub(r"\\\1", safe)
    return _LEADING_COUNTER.sub(r"\1\\\2", safe)


def unescaped(text: str) -> str:
    r"""What :func:`markdown` escaped, as figures and alternative texts take it: ``7\. klasse`` is ``7. klasse``."""
    return re.sub(r"\\([^\w\s])", r"\1", text)


def attribute(text: str) -> str:
    """``text`` as a quoted attribute value, quotes included."""
    return '"' + _SIGNS.sub(r"\\\1", plain(text)) + '"'


def yaml_value(markdown_text: str) -> str:
    """Markdown as a double-quoted YAML scalar; JSON's quoting is a part of YAML's.

    Quarto looks for shortcodes in the parsed words of a value, where no backslash helps any more
    (seen in 1.11: they run, and ``>}}`` alone ends the render); a word joiner, which takes no room, parts the signs.
    """
    parted = _SHORTCODE.sub(lambda match: match[0].replace("<", "\u2060<").replace(">", ">\u2060"), markdown_text)
    quoted = json.dumps(parted.replace("\\\u2060<", "\u2060\\<"), ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda sign: f"\\u{ord(sign[0]):04x}", quoted)
