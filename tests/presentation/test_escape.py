"""What users write comes out letter by letter, wherever it is put."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaluation.presentation.escape import attribute, markdown, plain, yaml_value
from evaluation.presentation.tables import Column, Table

TRAPS = (
    "7. klasse", "1.284 personer", "a) hej", "(1) hej", "(@a) x", "i. x", "A. x", "#. x", "# overskrift",
    "{{< var x >}}", "{{< include y.qmd >}}", "{{{< var x >}}}", "$a$ og $b$", "@fig-x", "[@x]", "[-@x]",
    "*a* _b_ **c**", "<script>alert(1)</script>", "<!-- x -->", "`kode`", "```{python}", "a|b", "[x](y)", "![x](y)",
    "[x]{.y}", "--", "---", "- punkt", "+ punkt", "* punkt", "> citat", "~~x~~", "H~2~O", "x^2^", "^[note]", "...",
    "\"citat\" og 'citat'", "a\\b", "\\", "\\\\", "&amp; &", "https://x.dk/a_b?c=1&d", ": def", "::: {.x}", "::::",
    "= x", "% titel", "!", "*", "..", "....", "|", "||", "a  b", " kant ", "linje\nskift", "\ttab", "e\u0301", "»æøå«",
    "100 %", "C#", "x:y", "http://", "<http://x.dk>", "me@x.dk", "1) x", "12345678901234. x", "_", "__",
    "Fig. 1", "f.eks. x",
)  # fmt: skip
SIGNS = st.sampled_from(
    [*list("{}<>$#@*_`|[]()!\\~^-+.:;&\"'%=/,?§ \xa0aB1æ7i"), "{{<", ">}}", "--", "...", ":::", "1. "]
)
TEXTS = st.lists(SIGNS, min_size=1, max_size=14).map("".join)


def _pandoc(text: str) -> dict[str, Any]:
    import pypandoc

    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "json"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def _plain(inlines: list[Any]) -> str:
    parts = []
    for entry in inlines:
        if entry["t"] == "Str":
            parts.append(entry["c"])
        elif entry["t"] in ("Space", "SoftBreak"):
            parts.append(" ")
        else:
            raise AssertionError(f"markup survived: {entry}")
    return "".join(parts)


def _expected(text: str) -> str:
    # Pandoc binds abbreviations to the next word with a non-breaking space.
    return plain(text).replace("\u00a0", " ")


def _paragraphs(texts: list[str]) -> list[str]:
    blocks = _pandoc("\n\n".join(f"{markdown(text)}" for text in texts))["blocks"]
    assert all(block["t"] == "Para" for block in blocks), [block["t"] for block in blocks]
    return [_plain(block["c"]).replace("\u00a0", " ") for block in blocks]


def test_known_traps_as_paragraphs() -> None:
    assert _paragraphs(list(TRAPS)) == [_expected(text) for text in TRAPS]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS.filter(lambda text: plain(text).strip("\u00a0 ") == plain(text) != ""), min_size=8, max_size=30))
def test_any_text_as_a_paragraph(texts: list[str]) -> None:
    assert _paragraphs(texts) == [_expected(text) for text in texts]


def _cells(texts: list[str]) -> list[str]:
    table = Table((Column("A", 50), Column("B", 50)), tuple((markdown(text), "x") for text in texts))
    (block,) = _pandoc(table.render())["blocks"]
    assert block["t"] == "Table"
    rows = block["c"][4][0][3]
    found = []
    for row in rows:
        blocks = row[1][0][4]
        found.append(_plain(blocks[0]["c"]).replace("\u00a0", " ") if blocks else "")
    return found


def test_known_traps_as_table_cells() -> None:
    assert _cells(list(TRAPS)) == [_expected(text) for text in TRAPS]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS.filter(lambda text: plain(text).strip("\u00a0 ") == plain(text) != ""), min_size=8, max_size=30))
def test_any_text_as_a_table_cell(texts: list[str]) -> None:
    assert _cells(texts) == [_expected(text) for text in texts]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=8, max_size=30))
def test_any_text_inside_a_sentence_and_as_an_attribute(texts: list[str]) -> None:
    lines = [f"Om »{markdown(text)}« svarer ![](x){{fig-alt={attribute(text)}}} to." for text in texts]
    blocks = _pandoc("\n\n".join(lines))["blocks"]
    for text, block in zip(texts, blocks, strict=True):
        images = [entry for entry in block["c"] if entry["t"] == "Image"]
        assert len(images) == 1
        assert dict(images[0]["c"][0][2]) == {"fig-alt": plain(text)}
        words = _plain([entry for entry in block["c"] if entry["t"] != "Image"])
        assert words.replace("\u00a0", " ") == f"Om »{_expected(text)}« svarer  to."


@pytest.mark.parametrize("text", TRAPS)
def test_no_shortcode_survives(text: str) -> None:
    for safe in (markdown(text), attribute(text)):
        assert "{{<" not in safe
        assert "\n" not in safe


@settings(max_examples=200, deadline=None)
@example("\ufffe")
@example("a\U0001ffffb\ud800")
@example("\ufeff\x85")
@given(st.text(max_size=40))
def test_yaml_values_read_back(text: str) -> None:
    safe = markdown(text)
    assert yaml.safe_load(f'"a": {yaml_value(safe)}\n')["a"].replace("\u2060", "") == safe.replace("\u2060", "")


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=8))
@example("\ufffe\x7f\x9f\u2028")
def test_any_word_is_a_yaml_value(text: str) -> None:
    assert yaml.safe_load(yaml_value(text)).replace("\u2060", "") == text.replace("\u2060", "")


@pytest.mark.parametrize("text", ["{{< var x >}}", "{{{< x >}}}", "{{< x", "x >}}", "{{<x>}}"])
def test_quarto_finds_no_shortcode_in_the_words_of_a_value(text: str) -> None:
    # Quarto looks again after the backslashes are gone.
    words = yaml.safe_load(yaml_value(markdown(text))).replace("\\", "")
    assert "{{<" not in words
    assert ">}}" not in words
    assert words.replace("\u2060", "") == text


def test_control_and_direction_characters_are_gone() -> None:
    assert plain("a\x00b\u202ec\u2028d") == "a bc d"
