"""Duration faults judged: negative ones break the rule, missing instants are counted."""

import pandas as pd

from lotus_assets.checks.durations import unmeasured


def faults(*rows: tuple[int, str, str]) -> pd.DataFrame:
    """(mr_id, duration, fault) as `merge_request_duration_faults` gives them."""
    frame = pd.DataFrame(rows, columns=["mr_id", "duration", "fault"]).assign(project_id=501)
    return frame.astype({"duration": object, "fault": object})


def test_negative_durations_break_the_rule_and_are_shown() -> None:
    found = unmeasured(
        faults(
            (1, "cycle_time_hours", "negative"),
            (2, "cycle_time_hours", "negative"),
            (2, "review_wait_hours", "negative"),
            (3, "code_review_hours", "missing:review_end_at"),
        )
    )
    assert not found.is_kept
    assert found.total == 3
    assert found.rows["mr_id"].tolist() == [1, 2, 2]
    assert found.figures["unmeasured"] == {
        "cycle_time_hours: negative": 2,
        "review_wait_hours: negative": 1,
        "code_review_hours: missing:review_end_at": 1,
    }


def test_missing_instants_are_counted_and_break_nothing() -> None:
    found = unmeasured(faults((3, "cycle_time_hours", "missing:first_commit_at")))
    assert found.is_kept
    assert found.figures["unmeasured"] == {"cycle_time_hours: missing:first_commit_at": 1}


def test_no_faults() -> None:
    found = unmeasured(faults())
    assert found.is_kept
    assert found.figures["unmeasured"] == {}
