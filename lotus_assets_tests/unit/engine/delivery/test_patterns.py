"""Patterns of rules: regular expressions, wildcards, path prefixes; and lists out of JSON."""

import pandas as pd
import pytest

from lotus_assets.engine.delivery.json_lists import exploded, parsed_lists
from lotus_assets.engine.delivery.patterns import longest_prefix, matches_any, matches_wildcards
from lotus_assets_tests.unit.engine.delivery.raw_frames import raw


def test_expressions_are_searched_and_null_matches_none() -> None:
    texts = pd.Series(["a Revert b", "rollback", "x", None], dtype="string")

    assert matches_any(texts, ["(?i)revert", "^roll"]).tolist() == [True, True, False, False]
    assert not matches_any(texts, []).any()


def test_wildcards_stand_for_any_text_and_nothing_else_is_special() -> None:
    patterns = raw("project_id name", [(1, "release/*"), (1, "v1.0"), (1, "*-lts"), (2, "*")])
    names = ["release/", "release/1/2", "v1x0", "v1.0", "a-lts", "xrelease/1", None, "anything"]
    projects = pd.Series([1] * 7 + [2], dtype="Int64")

    found = matches_wildcards(projects, pd.Series(names, dtype="string"), patterns)

    assert found.tolist() == [True, True, False, True, True, False, False, True]


def test_the_longest_prefix_ends_at_a_slash() -> None:
    paths = pd.Series(["a/b/c", "a/b", "a/bc", "x"], dtype="string")

    assert longest_prefix(paths, pd.Series(["a/b", "a", "a/b/"])).tolist() == [2, 2, 1, -1]
    assert longest_prefix(paths, pd.Series(["A/B"])).tolist() == [0, 0, -1, -1]
    assert longest_prefix(paths, pd.Series([], dtype=str)).tolist() == [-1] * 4


def test_lists_of_texts_lists_and_nulls() -> None:
    lists = parsed_lists(['["a", "b"]', None, ["c"], "[]", pd.NA])

    assert lists == [["a", "b"], None, ["c"], [], None]
    rows, items = exploded(lists)
    assert (rows.tolist(), items.tolist()) == ([0, 0, 2], ["a", "b", "c"])


@pytest.mark.parametrize("text", ["{}", "[1", "7", "null"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no JSON list"):
        parsed_lists(["[]", text])
