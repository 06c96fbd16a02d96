"""A fixture of the tests of analysis: the small survey in two waves."""

from __future__ import annotations

import pytest

from evaluation.responses.model import Responses
from tests.analysis.runs import SIZES
from tests.support import small


@pytest.fixture(scope="module")
def both() -> dict[tuple[str, str], Responses]:
    return small.two_waves(SIZES, shift=0.5)
