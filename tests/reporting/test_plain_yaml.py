"""The quick reader gives what a YAML parser gives, or nothing."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evaluation.presentation.escape import yaml_value
from evaluation.reporting.plain_yaml import read_plain

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
TREES = st.dictionaries(WORDS, st.recursive(WORDS, lambda inner: st.dictionaries(WORDS, inner, min_size=1, max_size=3)))


def written(tree: dict, depth: int = 0) -> str:
    lines = ""
    for key, value in tree.items():
        if isinstance(value, dict):
            lines += f"{'  ' * depth}{yaml_value(key)}:\n{written(value, depth + 1)}"
        else:
            lines += f"{'  ' * depth}{yaml_value(key)}: {yaml_value(value)}\n"
    return lines


@given(TREES)
def test_what_we_write_reads_as_yaml_reads_it(tree):
    text = written(tree)
    found = read_plain(text)
    assert found is None or found == yaml.safe_load(text)


def test_what_we_write_is_read():
    text = '"plan":\n  "titel": "Før \\"og\\" efter\\n"\n  "aar": "2024"\n"regel":\n  "a":\n    "graense": "2,5"\n'
    assert read_plain(text) == yaml.safe_load(text)
    assert read_plain(text)["regel"]["a"]["graense"] == "2,5"


@pytest.mark.parametrize(
    "text",
    [
        "", '"a":\n', '"a": "b"\n"c":\n"d": "e"\n', "a: b\n", '"a": "b" # c\n', '"a": x\n', '"a":\n    "b": "c"\n',
        '"a":\n  "b": "1"\n "c": "2"\n', '"a": "1"\n  "b": "2"\n', '"a": "x\ty"\n', '"a": "\\ud83d\\ude00"\n',
        '"a": "x\n  y"\n', '"a": "\\x41"\n',
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_parser(text):
    assert read_plain(text) is None
