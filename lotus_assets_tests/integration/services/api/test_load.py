"""The API under requests that once took a machine: every one is answered, within bounds."""

from pathlib import Path

import pytest

from lotus_assets_tests.integration.services.api.attacks import (
    ATTACKS,
    MEBIBYTE,
    ORDINARY,
    Seen,
    attacked,
    served,
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder: Path = tmp_path_factory.mktemp("load")
    with served(folder) as api:
        return attacked(api, count=20)


def test_ordinary_requests_are_answered_beside_the_attacks(seen: Seen) -> None:
    assert len(seen.statuses[ORDINARY]) >= 20
    assert set(seen.statuses[ORDINARY]) == {200}


def test_what_is_within_the_bounds_is_answered_and_the_rest_refused(seen: Seen) -> None:
    statuses = {name: seen.statuses[name] for name in ATTACKS}
    assert statuses == {
        "attribution to groups that come and go": [400],
        "flows in and out by turns": [200],
        "25 periods of 20,000 days, by the day": [200],
        "25 periods of 20,000 days of groups": [200],
    }


def test_no_worker_takes_more_than_its_memory(seen: Seen) -> None:
    assert 0 < seen.largest_worker <= 1024 * MEBIBYTE
