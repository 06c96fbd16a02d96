"""Who can never be a comparison: the municipality itself, and those released in the same field."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.common.language import catalogue
from evaluation.plan.frikommuner import FRIKOMMUNER, field_of, released_too
from tests.plan.workspaces import PLAN, UNITS, problems_of, told, workspace

PART = '\n[comparison]\nkommune = "{}"\ntitle = {{da = "Nabo"}}\n'


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Helsingør Kommune", "plan-comparison-released"),
        ("helsingør", "plan-comparison-released"),
        ("0217", "plan-comparison-released"),
        ("Rebild Kommune", "plan-comparison-released"),
        ("Lindholt Kommune", "plan-comparison-own"),
        ("999", "plan-comparison-own"),
    ],
)
def test_refused(tmp_path: Path, name: str, code: str) -> None:
    """Also where units.csv has its units: what it holds makes no released municipality a comparison."""
    units = UNITS.replace("Vestermose Kommune", name)
    found = problems_of(workspace(tmp_path, PLAN + PART.format(name), units=units))
    assert [found_code for found_code, _ in told(found)] == [code]
    for lang in ("da", "en"):
        assert set(catalogue("errors", lang)[code]) == {"what", "expected", "do"}


def test_rebild_may_not_have_helsingoer_but_any_that_was_not_released_in_dagtilbud() -> None:
    assert released_too("Rebild Kommune", "Helsingør Kommune")
    assert released_too("840", "217")
    for name in ("Mariagerfjord Kommune", "Vestermose Kommune", "Esbjerg Kommune"):
        assert not released_too("Rebild Kommune", name)
    assert released_too("Esbjerg Kommune", "Holbæk Kommune")
    assert field_of("Langelands Kommune") == "aeldre"
    assert len(FRIKOMMUNER) == 7
