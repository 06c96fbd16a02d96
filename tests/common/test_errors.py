import re
import tomllib
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.language import LANGUAGES, catalogue

PACKAGE = Path(__file__).parents[2] / "evaluation"
CODE = re.compile(r"""(?:fail|Problem)\(\s*(?:code=)?["']([a-z0-9-]+)["']""")


def used_codes() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for code in CODE.findall(path.read_text(encoding="utf-8")):
            found.setdefault(code, path)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_raised_has_words(lang):
    known = catalogue("errors", lang)
    missing = {code: path.name for code, path in used_codes().items() if code not in known}
    assert used_codes()
    assert missing == {}


def test_both_languages_have_the_same_codes_parts_and_placeholders():
    da, en = catalogue("errors", "da"), catalogue("errors", "en")
    assert set(da) == set(en)
    for code in da:
        assert set(da[code]) == set(en[code]), code
        assert {"what", "do"} <= set(da[code]), code
        for part in da[code]:
            names = [set(re.findall(r"\{(\w+)\}", text[code][part])) for text in (da, en)]
            assert names[0] == names[1], (code, part)


@pytest.mark.parametrize("name", sorted({p.stem for p in (PACKAGE / "common/catalogue/da").glob("*.toml")}))
def test_every_catalogue_has_the_same_keys_in_both_languages(name):
    def keys(lang):
        text = (PACKAGE / "common/catalogue" / lang / f"{name}.toml").read_text(encoding="utf-8")

        def walk(table, prefix=""):
            for key, value in table.items():
                yield prefix + key
                if isinstance(value, dict):
                    yield from walk(value, f"{prefix}{key}.")

        return set(walk(tomllib.loads(text)))

    assert keys("da") == keys("en")


def test_an_error_tells_everything_at_once():
    error = EvaluationError([Problem("file-not-found", "a.sav"), Problem("workspace-locked", "b", "process 7")])
    told = error.render("en")
    assert "a.sav" in told
    assert "process 7" in told
    assert told.count("Do this:") == 2
    assert "Gør dette:" in error.render("da")


def test_found_text_is_data_not_template():
    error = fail("product-unknown", found="{known}", known="a, b")
    assert "Found: {known}" in str(error)
    assert isinstance(error, ValueError)
