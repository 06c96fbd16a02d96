"""A drafted instrument as the text of a codebook file, guesses marked for a person to confirm."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from evaluation.codebook.draft import Draft, DraftGroup, DraftItem, DraftResponse, DraftScale
from evaluation.common.language import catalogue

#: The one theme of a draft; a person divides it.
THEME = "alle-spoergsmaal"
# No more than so many columns of a kind are listed.
_LISTED = 60


def draft_text(draft: Draft, name: str, source: str, lang: str = "da") -> str:
    """The codebook as TOML, with comments in ``lang``.

    Parameters
    ----------
    name : str
        Id of the instrument; the file must be called ``<name>.toml``.
    source : str
        Name of the file it was drafted from.
    """
    return _Writer(draft, lang).text(name, source)


class _Writer:
    def __init__(self, draft: Draft, lang: str) -> None:
        self.draft = draft
        self.words: Mapping[str, str] = catalogue("drafting", lang)
        # an English file needs no translation; anything else stands as Danish, which the codebook demands
        self.english = draft.language == "en"

    def text(self, name: str, source: str) -> str:
        """All parts, one empty line between them."""
        draft = self.draft
        parts = [self._head(name, source), self._theme()]
        parts += [self._response(response) for response in draft.responses]
        parts += [self._group(group) for group in draft.groups]
        for scale in draft.scales:
            parts.append(self._scale(scale))
            parts += [self._item(item) for item in draft.items if item.scale == scale.id]
        parts += [self._item(item) for item in draft.items if not item.scale]
        parts += [part for part in (self._columns(), self._asides()) if part]
        return "\n\n".join("\n".join(lines) for lines in parts) + "\n"

    def note(self, key: str, **params: object) -> str:
        """A comment, with a mark where somebody must decide."""
        text = self.words[key]
        for name, value in params.items():
            text = text.replace("{" + name + "}", str(value))
        return "# " + _one_line(text)

    def words_of(self, text: str) -> str:
        """A text of the file as an inline table."""
        return f"{{da = {_quoted(text)}, en = {_quoted(text)}}}" if self.english else f"{{da = {_quoted(text)}}}"

    def both(self, key: str) -> str:
        """A text of ours in both languages."""
        da, en = (str(catalogue("drafting", lang)[key]) for lang in ("da", "en"))
        return f"{{da = {_quoted(da)}, en = {_quoted(en)}}}"

    def _head(self, name: str, source: str) -> list[str]:
        lines = [self.note("head", source=source), self.note("marks")]
        if self.draft.language in ("no", "de"):
            lines.append(self.note("translate"))
        title = _quoted(name)
        return [
            *lines,
            "",
            f"id = {_quoted(name)}",
            'version = "1"',
            f"title = {{da = {title}, en = {title}}}  {self.note('title')}",
            f"respondent = {self.both('respondents')}  {self.note('respondent')}",
            'row_is = "person"  ' + self.note("row_is"),
        ]

    def _theme(self) -> list[str]:
        return [self.note("theme"), "[[theme]]", f"id = {_quoted(THEME)}", f"title = {self.both('theme_title')}"]

    def _response(self, response: DraftResponse) -> list[str]:
        kind = response.found.kind
        lines = [self.note("unordered" if kind is None else f"kind_{kind}")]
        lines += [self.note("left_out", code=code, label=label) for code, label in response.left_out]
        lines += ["[[response]]", f"id = {_quoted(response.id)}"]
        if kind is not None and response.positive:
            lines.append(f"positive = [{', '.join(str(code) for code in response.positive)}]")
        lines.append("choice = [")
        for code, label, score, state in response.choices:
            value = f"state = {_quoted(state)}, " if state else "" if score is None else f"score = {_number(score)}, "
            mark = "  " + self.note("state") if state else ""
            lines.append(f"  {{code = {code}, {value}label = {self.words_of(label)}}},{mark}")
        return [*lines, "]"]

    def _group(self, group: DraftGroup) -> list[str]:
        lines = [self.note("group"), "[[group]]", f"id = {_quoted(group.id)}", f"title = {self.words_of(group.title)}"]
        values = [
            f"  {{code = {_quoted(code)}, id = {_quoted(name)}, label = {self.words_of(label)}}},"
            for code, name, label in group.values
        ]
        return [*lines, "value = [", *values, "]"]

    def _scale(self, scale: DraftScale) -> list[str]:
        lines = [
            self.note("scale", n=len(scale.items)),
            "[[scale]]",
            f"id = {_quoted(scale.id)}",
            f"title = {self.words_of(scale.title)}",
            f"theme = {_quoted(THEME)}",
            f"response = {_quoted(scale.response)}",
            f'higher_is = "better"  {self.note("higher_is")}',
            f"min_answered = {(len(scale.items) + 1) // 2}",
        ]
        return [*lines, f"description = {self.words_of(scale.stem)}"] if scale.stem else lines

    def _item(self, item: DraftItem) -> list[str]:
        lines = []
        if item.reversed:
            lines.append(self.note("reversed_by_data", r=_decimal(item.sign or 0.0)))
        elif item.scale and item.negated and item.sign is None:
            lines.append(self.note("reversed_by_words"))
        elif item.scale and item.negated:
            lines.append(self.note("negated_but_positive", r=_decimal(item.sign or 0.0)))
        lines += ["[[item]]", f"id = {_quoted(item.id)}"]
        if item.scale:
            lines.append(f"scale = {_quoted(item.scale)}")
        else:
            lines += [f"theme = {_quoted(THEME)}", f"response = {_quoted(item.response)}"]
        if item.kind == "perceived":
            lines.append(f'kind = "perceived"  {self.note("perceived")}')
        if item.reversed:
            lines.append("reversed = true")
        return [*lines, f"text = {self.words_of(item.text)}"]

    def _columns(self) -> list[str]:
        """What the plan must say where a column's name cannot be an id."""
        named = self.draft.columns
        if not named:
            return []
        pairs = ", ".join(f"{name} = {_quoted(column)}" for name, column in named.items())
        return [self.note("columns"), "# " + _one_line(f"columns = {{{pairs}}}")]

    def _asides(self) -> list[str]:
        lines: list[str] = []
        for why in dict.fromkeys(aside.why for aside in self.draft.asides):
            here = [aside for aside in self.draft.asides if aside.why == why]
            lines.append(self.note(f"aside_{why}", n=sum(a.number for a in here)))
            shown = [a for a in here if a.name][:_LISTED]
            lines += ["#   " + _one_line(f"{a.name}{_times(a.number)}: {a.label[:100]}") for a in shown]
            if len(here) > _LISTED:
                lines.append(self.note("more", n=len(here) - _LISTED))
        return lines


def _times(number: int) -> str:
    return f" ({number})" if number > 1 else ""


def _quoted(text: str) -> str:
    """A TOML basic string: json's escapes are TOML's, but for DEL and lone surrogates."""
    safe = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return json.dumps(safe, ensure_ascii=False).replace("\x7f", "\\u007F")


def _one_line(text: str) -> str:
    """Text that may stand in a comment: one line, no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]", " ", text).split())


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace("-", "−").replace(".", ",")


def confirmations(text: str, lang: str = "da") -> int:
    """How many marks a drafted codebook holds for a person to confirm."""
    return text.count(str(catalogue("drafting", lang)["mark"]))
