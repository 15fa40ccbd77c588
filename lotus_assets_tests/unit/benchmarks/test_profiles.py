"""Profiles of a run, as text beside the history."""

import cProfile
from pathlib import Path

from lotus_assets.benchmarks.profiles import store_profiles


def counted_down(number: int) -> int:
    return 0 if number == 0 else counted_down(number - 1)


def test_a_profile_becomes_a_text_that_names_the_functions(tmp_path: Path) -> None:
    profile = cProfile.Profile()
    profile.runcall(counted_down, 9)
    profile.dump_stats(tmp_path / "profile-test_count[9].prof")
    (written,) = store_profiles(tmp_path, tmp_path / "history", "r1")
    assert written == tmp_path / "history" / "profiles" / "r1" / "test_count[9].txt"
    text = written.read_text(encoding="utf-8")
    # Called ten times, once from outside.
    assert "10/1" in text
    assert "(counted_down)" in text


def test_without_profiles_nothing_is_written(tmp_path: Path) -> None:
    assert store_profiles(tmp_path / "none", tmp_path / "history", "r1") == []
    assert not (tmp_path / "history").exists()
