"""Every code that plan and codebook can raise has its words, in both languages, and no words are left over."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import evaluation.common

PACKAGE = Path(evaluation.common.__file__).parents[1]
SOURCE = "".join(p.read_text(encoding="utf-8") for part in ("plan", "codebook") for p in (PACKAGE / part).glob("*.py"))
KINDS = ("units", "types", "areas", "centres")


def words(lang: str) -> dict[str, dict[str, str]]:
    folder = PACKAGE / "common/catalogue" / lang
    files = ("errors_plan.toml", "errors_codebook.toml", "errors_weighting.toml")
    return {k: v for f in files for k, v in tomllib.loads((folder / f).read_text(encoding="utf-8")).items()}


def raised() -> set[str]:
    found = set(
        re.findall(r'"((?:toml|plan|register|population|margins|trial|codebook|crosswalk)-[a-z0-9-]+)"', SOURCE)
    )
    # a reason why two waves are no pair, told in the report: no error
    found = {code for code in found if not code.endswith("-")} - {"population-changed"}
    return found | {f"plan-scope-unknown-{kind}" for kind in KINDS}


@pytest.mark.parametrize("lang", ["da", "en"])
def test_codes_and_words_belong_together(lang):
    entries = words(lang)
    assert raised() <= set(entries)
    assert {code.removesuffix("-near") for code in entries} <= raised()


def test_both_languages_say_the_same_things():
    danish, english = words("da"), words("en")
    assert set(danish) == set(english)
    for code, entry in danish.items():
        assert set(entry) == set(english[code]), code
        for part, text in entry.items():
            fill = re.compile(r"\{[a-z_]+\}")
            assert set(fill.findall(text)) == set(fill.findall(english[code][part])), (code, part)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_problem_says_what_to_do(lang):
    for code, entry in words(lang).items():
        assert entry["what"], code
        assert entry["do"], code
