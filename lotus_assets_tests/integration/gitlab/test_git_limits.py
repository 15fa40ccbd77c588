"""GitLab limits Git's requests too, and is heeded as for any other."""

import pytest

from lotus_assets.standin.gitlab import faults
from lotus_assets.standin.gitlab.limits import RateLimits
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.gitlab.reading import BUSY, StartScene, payloads_of


@pytest.mark.parametrize("retry_after", [1, None])
def test_429_to_git_pauses_everybody(scene: StartScene, retry_after: int | None) -> None:
    begun = scene(limits=RateLimits(requests_per_minute=0))
    reference = begun.reference()
    told = faults.too_many_requests(retry_after=retry_after)
    begun.server.faults.add(told, path="*/git-upload-pack", times=1)
    pacer, paused = begun.source.session.pacer, []

    def next_one(_store: Store) -> None:
        paused.append(pacer.remaining_pause())

    # By the time of the next request of Git no pause is left: it was waited for.
    begun.server.faults.add(faults.Change(next_one), path="*/info/refs", nth=2)
    reading = begun.source.repository(reference)
    assert reading is not None
    assert payloads_of(reading.commits)
    assert paused == [0.0]
    statistics = begun.source.statistics
    assert (statistics.throttled, statistics.retries) == (1, 1)
    assert statistics.by_operation["git:fetch"] == sum(
        request.path.startswith(f"/{BUSY}.git/") for request in begun.server.requests
    )


def test_the_limit_of_git_requests_is_kept_to(scene: StartScene) -> None:
    """GitLab's `throttle_authenticated_git_http` (`lib/gitlab/rack_attack.rb`), off by default."""
    begun = scene(limits=RateLimits(requests_per_minute=0, git_requests_per_minute=5))
    # The sixth request comes in the last second of a minute, and again in the next minute.
    begun.server.limiter.clock = iter([59] * 6 + [61] * 2).__next__
    for path in (BUSY, "toman/core/ledger", "toman/exchange/orderbook"):
        assert begun.source.repository(begun.reference(path)) is not None
    assert begun.source.statistics.throttled == 1
