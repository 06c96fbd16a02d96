"""Surveys analysed and gated with other processes: everything is what it is without them."""

from __future__ import annotations

import pandas as pd
import pytest

from evaluation.analysis.estimates import COLUMNS
from evaluation.analysis.run import analyse
from evaluation.disclosure.gate import publish
from evaluation.disclosure.published import TABLES
from tests.attack.cases import Seeded, draw
from tests.attack.surveys import today
from tests.support.post import Post


@pytest.mark.parametrize("seed", [0, 3, 11])
def test_other_processes_change_nothing(seed: int) -> None:
    survey = today(draw(Seeded(seed), published=False))
    policy = survey.workspace.plan.disclosure
    given = survey.workspace, {"lille": survey.instrument}, survey.responses
    post = Post()
    alone, together = analyse(*given), analyse(*given, pool=post)
    asked = post.asked
    assert asked > 0
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(alone, name), getattr(together, name), check_exact=True)
    before, after = publish(alone, policy), publish(together, policy, pool=post)
    assert post.asked > asked
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name), check_exact=True)
