"""How many requests a collection costs: counts, at a fifth of the size that the issue names."""

from pathlib import Path

import pytest

from lotus_assets_tests.benchmarks.collection_world import (
    GROUP,
    JOBS,
    NOW,
    PIPELINES,
    build_collection_world,
)
from lotus_assets_tests.integration.runs.contents import one
from lotus_assets_tests.integration.runs.workplace import Workplace
from lotus_assets_tests.standin_fixtures import StandinFactory

MERGE_REQUESTS = 200


@pytest.mark.timeout(600)
def test_a_merge_request_with_all_that_belongs_to_it_costs_half_a_request(
    database: str, tmp_path: Path, standin: StandinFactory
) -> None:
    store = build_collection_world(MERGE_REQUESTS, 1, tmp_path)
    place = Workplace(database, tmp_path / "place", NOW.isoformat())
    server = standin(store)
    first = place.run(server, "tem_incremental", TEM_ROOT_GROUPS=GROUP)
    assert first.execution.succeeded, first.reasons
    assert one(database, "SELECT count(*) FROM raw_mr") == MERGE_REQUESTS
    assert one(database, "SELECT count(*) FROM raw_job") == MERGE_REQUESTS * PIPELINES * JOBS
    assert first.requests <= MERGE_REQUESTS / 2
