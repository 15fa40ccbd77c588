"""The goal on the recorded runs: changes are found, and noise is not taken for one."""

import pytest

from lotus_assets_tests.benchmarks.detection_goal import alarm_days, measure, suite_wide_days


@pytest.mark.timeout(300)
def test_ten_percent_is_found_and_the_same_code_raises_no_alarm() -> None:
    quality = measure([1.1])
    assert quality.runs >= 100
    assert quality.recall[1.1, "sensitive"] >= 0.9
    assert quality.confirmed["loud"] == 0
    assert quality.reported == 0


NOISIEST = (13, 14, 15, 182, 183, 198)
"""Of all 203 ends, those at which p < 0.01 took noise for a change on the loud list."""


def test_nobody_is_alarmed_on_the_way_there() -> None:
    assert alarm_days(NOISIEST)["loud"] == []


def test_the_same_code_never_changes_as_a_whole() -> None:
    """After every tenth of the recorded runs and after the last."""
    assert suite_wide_days([*range(14, 214, 10), 214]) == []
