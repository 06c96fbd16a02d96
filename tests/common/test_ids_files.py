import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.common.files import hash_file, write_atomic
from evaluation.common.ids import is_part, make_key, slug, waves_part


@given(st.text())
def test_any_text_becomes_a_key_part(text):
    assert is_part(slug(text))


def test_danish_letters_and_keys():
    assert slug("Ørum Åskov/Æble") == "oerum-aaskov-aeble"
    assert make_key("a", "b", "score", "kommune", waves_part("2020", "2024")) == "a.b.score.kommune.2020_2024"
    with pytest.raises(ValueError, match=r"a\.b"):
        make_key("a.b", "c", "score", "kommune", "2020")


def test_a_write_is_whole_or_not_at_all(tmp_path: Path):
    target = tmp_path / "x" / "file.txt"
    assert write_atomic(target, "æ")
    before = target.stat().st_mtime_ns
    assert not write_atomic(target, "æ")
    assert target.stat().st_mtime_ns == before
    assert write_atomic(target, "ø")
    assert target.read_text(encoding="utf-8") == "ø"
    assert [p.name for p in target.parent.iterdir()] == ["file.txt"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert len(hash_file(target)) == 64
