"""What is waited for before anything is read, and what is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from lotus_assets.sources.gitlab.errors import AccessError, UnreachableError
from lotus_assets.sources.gitlab.source import GitLabSource
from lotus_assets.standin.gitlab import faults
from lotus_assets.standin.gitlab.faults import Effect
from lotus_assets.standin.gitlab.limits import RateLimits
from lotus_assets_tests.integration.gitlab.reading import PATIENCE, StartScene


@pytest.mark.parametrize(
    "effect", [faults.unavailable(), faults.too_many_requests(retry_after=None)]
)
def test_a_gitlab_that_comes_back_at_the_start_is_waited_for(
    scene: StartScene, effect: Effect
) -> None:
    begun = scene(PATIENCE, limits=RateLimits(requests_per_minute=0))
    # More often than any request is repeated later.
    begun.server.faults.add(effect, times=3 * PATIENCE.attempts)
    told: list[str] = []
    access = begun.source.check_access(["toman/core"], told.append)
    assert access.scopes
    assert len(told) == 3 * PATIENCE.attempts
    assert "waiting, since 0 s, for 300 s at most" in told[0]


def test_a_gitlab_that_does_not_come_back_is_waited_for_no_longer(scene: StartScene) -> None:
    begun = scene(replace(PATIENCE, start_wait=0.5))
    begun.server.faults.add(faults.unavailable(), times=None)
    told: list[str] = []
    with pytest.raises(UnreachableError, match="503"):
        begun.source.check_access(["toman/core"], told.append)
    assert told
    # Nor is anything waited for that would come too late.
    begun.server.faults.clear()
    begun.server.faults.add(faults.unavailable(retry_after=1), times=None)
    requests = len(begun.server.requests)
    with pytest.raises(UnreachableError, match="503"):
        begun.source.check_access(["toman/core"], told.append)
    assert len(begun.server.requests) == requests + 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://unknown.invalid"], ids=["refused", "unknown host"]
)
def test_where_nothing_answers_nothing_is_waited_for(url: str, tmp_path: Path) -> None:
    told: list[str] = []
    with GitLabSource(url, "of-nobody", clones=tmp_path) as source:
        with pytest.raises(UnreachableError, match="could not be made"):
            source.check_access((), told.append)
        assert source.statistics.requests == 1
    assert told == []


def test_a_refused_token_is_waited_for_neither(scene: StartScene) -> None:
    begun = scene()
    begun.server.faults.add(faults.Respond(401, b'{"message":"401 Unauthorized"}'), times=None)
    with pytest.raises(AccessError):
        begun.source.check_access((), lambda _message: None)
    assert begun.source.statistics.requests == 1
