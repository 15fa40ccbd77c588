"""Force-pushes between versions of a merge request."""

import pandas as pd

from lotus_assets.engine.delivery.force_pushes import force_push_counts, version_steps
from lotus_assets_tests.unit.merge_request_frames import versions


def test_steps_are_neighbours_of_one_merge_request() -> None:
    raw = versions((2, 1, 0, "x"), (1, 2, 1, "b"), (1, 1, 0, "a"), (1, 3, 2, "c"))
    steps = version_steps(raw)
    assert list(zip(steps["mr_id"], steps["older_head"], steps["newer_head"], strict=True)) == [
        (1, "a", "b"),
        (1, "b", "c"),
    ]


def test_forced_unknown_and_unchanged_heads() -> None:
    raw = versions(
        (1, 1, 0, "a"),
        (1, 2, 1, "b"),
        (1, 3, 2, "c"),
        (1, 4, 3, "c"),
        (1, 5, 4, "d"),
        (2, 1, 0, "x"),
    )
    steps = version_steps(raw).assign(
        is_descendant=pd.array([True, False, False, None], dtype="boolean")
    )
    counts = force_push_counts(steps)
    # b to c is forced; c to c is no push of commits; c to d is not known.
    assert counts.to_dict("index") == {1: {"force_push_count": 1, "unverified_push_count": 1}}
