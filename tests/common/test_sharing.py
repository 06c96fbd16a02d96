"""Work that is shared with other processes: the same results and the same errors, whatever becomes of them."""

from __future__ import annotations

import math
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from evaluation.common import sharing
from evaluation.common.sharing import begun, ended, every, shared
from tests.support.post import Post

NUMBERS = list(range(20))
WANTED = [math.factorial(n) for n in NUMBERS]


def test_results_come_in_order_with_and_without_processes():
    assert shared(None, math.factorial, NUMBERS) == WANTED
    assert shared(Post(), math.factorial, NUMBERS) == WANTED
    assert every(math.factorial, NUMBERS) == WANTED
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert shared(pool, math.factorial, NUMBERS) == WANTED
        asked = begun(pool, math.factorial, 5)
        assert ended(asked, math.factorial, 5, time.monotonic() + 60.0) == 120


def test_who_does_not_answer_is_not_waited_for():
    assert shared(Post(slow=True), math.factorial, NUMBERS, patience=0.0) == WANTED
    asked = begun(Post(slow=True), math.factorial, 5)
    assert ended(asked, math.factorial, 5, time.monotonic()) == 120


def test_an_error_is_that_of_this_process():
    for pool in (None, Post()):
        with pytest.raises(ValueError, match="invalid literal") as caught:
            shared(pool, int, ["1", "x", "2"])
        assert caught.value.__cause__ is None


def test_processes_that_are_gone_leave_the_work_here():
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    assert pool.submit(math.factorial, 3).result() == 6
    for process in list(pool._processes.values()):
        process.kill()
    assert shared(pool, math.factorial, NUMBERS) == WANTED
    pool.shutdown()
    assert begun(pool, math.factorial, 3) is None
    assert shared(pool, math.factorial, NUMBERS) == WANTED
    assert sharing.PATIENCE > 0
