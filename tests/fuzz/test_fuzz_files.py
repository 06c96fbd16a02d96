"""150 damaged data files and workbooks of every family: no traceback, no hang, no wrong count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.checks import check_damaged, check_whole
from tests.fuzz.mutate import mutate
from tests.fuzz.sources import file_families


@pytest.mark.parametrize("family", file_families())
def test_damaged_exports(family: str, tmp_path: Path) -> None:
    check_damaged(family, tmp_path)


@pytest.mark.parametrize("family", file_families())
def test_whole_exports_are_counted(family: str, tmp_path: Path) -> None:
    check_whole(family, tmp_path)


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"a;b;c\r\n1;2;3\r\n" * 9], ids=["bytes", "text"])
def test_the_same_seed_damages_alike(data: bytes) -> None:
    assert [mutate(data, n) for n in range(20)] == [mutate(data, n) for n in range(20)]
    assert sum(mutate(data, n) != data for n in range(50)) > 35
