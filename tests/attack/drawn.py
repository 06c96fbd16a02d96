"""Cases drawn by hypothesis, with the same code as the campaign's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.attack.cases import Case, draw

#: What hypothesis thinks too slow or too large is as it has to be; making a failure smaller takes it many minutes.
SETTINGS = settings(
    suppress_health_check=list(HealthCheck), deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


class Drawn:
    """Numbers by hypothesis."""

    def __init__(self, drawing: Callable[[st.SearchStrategy[int]], int]) -> None:
        self.drawing = drawing

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        return self.drawing(st.integers(low, high))


@st.composite
def cases(drawing: Any, **options: Any) -> Case:
    """Cases of :func:`tests.attack.cases.draw`, which takes ``options``."""
    return draw(Drawn(drawing), **options)
