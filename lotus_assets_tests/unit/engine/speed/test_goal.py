"""The goal of issue 6 on the recorded runs: changes are found, and noise is not taken for one."""

import pytest

from lotus_assets_tests.benchmarks.detection_goal import measure


@pytest.mark.timeout(300)
def test_ten_percent_is_found_and_the_same_code_raises_no_alarm() -> None:
    quality = measure([1.1])
    assert quality.runs >= 100
    assert quality.recall[1.1, "sensitive"] >= 0.9
    assert quality.confirmed["loud"] == 0
    assert quality.reported == 0
