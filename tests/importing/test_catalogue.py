"""Every code that importing and responses can raise or remark has its words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import evaluation
from evaluation.common.language import LANGUAGES, catalogue
from evaluation.importing.notices import Notice

PACKAGE = Path(evaluation.__file__).parent


def found(pattern: str) -> set[str]:
    files = [*(PACKAGE / "importing").glob("*.py"), *(PACKAGE / "responses").glob("*.py")]
    return {code for path in files for code in re.findall(pattern, path.read_text(encoding="utf-8"))}


ERRORS = found(r"(?:fail|Problem)\(\s*\"([a-z0-9-]+)\"") | {"import-format-unknown"}
REMARKS = found(r"(?:Notice|Finding)\(\s*\"([a-z-]+)\"") | {"no-structure", "no-labels", "hidden-rows", "note-rows-cut"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_errors_have_words(lang: str) -> None:
    assert len(ERRORS) > 25
    texts = catalogue("errors", lang)
    assert [code for code in sorted(ERRORS) if {"what", "expected", "do"} - set(texts.get(code, ()))] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_remarks_have_words_with_every_place_filled(lang: str) -> None:
    assert len(REMARKS) > 25
    for code in REMARKS:
        for rows in (0, 1, 2, 17):
            text = Notice(code, "s_1", "Svar", rows).text(lang)
            assert "{" not in text
            assert text.endswith((".", ")"))


def test_catalogues_of_both_languages_hold_the_same() -> None:
    for name in ("errors_importing", "errors_responses", "import"):
        first, second = (catalogue(name, lang) for lang in LANGUAGES)
        assert first.keys() == second.keys()
        assert all(first[key].keys() == second[key].keys() for key in first)
