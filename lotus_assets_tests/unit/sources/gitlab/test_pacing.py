"""When GitLab may be asked again."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from lotus_assets.sources.gitlab.pacing import LONGEST_PAUSE, Pacer, announced_pause

DATE = "Wed, 04 Mar 2026 10:00:00 GMT"
TEN = 1772618400  # 2026-03-04T10:00:00Z


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7"}, 7),
        (429, {"Retry-After": "7", "RateLimit-Reset": str(TEN + 60), "Date": DATE}, 7),
        # By the server's clock, whatever ours says, and a second more.
        (429, {"RateLimit-Reset": str(TEN + 30), "Date": DATE}, 31),
        (429, {}, None),
        (429, {"Retry-After": "soon"}, None),
        (503, {"Retry-After": "120"}, 120),
        # RateLimit-Reset says nothing about when a server is well again.
        (502, {"RateLimit-Reset": str(TEN + 30), "Date": DATE}, None),
        (200, {"RateLimit-Remaining": "0", "RateLimit-Reset": str(TEN + 5), "Date": DATE}, 6),
        (200, {"RateLimit-Remaining": "1", "RateLimit-Reset": str(TEN + 5), "Date": DATE}, None),
        (200, {}, None),
    ],
)
def test_announced_pause(status: int, headers: dict[str, str], seconds: float | None) -> None:
    assert announced_pause(status, headers) == seconds


def test_a_pause_is_capped_and_never_shortened() -> None:
    pacer = Pacer()
    pacer.pause(10 * LONGEST_PAUSE)
    pacer.pause(1)
    assert LONGEST_PAUSE / 2 < pacer.remaining_pause() <= LONGEST_PAUSE


def test_a_pause_holds_for_every_thread() -> None:
    pacer = Pacer(max_parallelism=4)
    pacer.pause(0.3)
    until = time.monotonic() + pacer.remaining_pause()

    def enter(_: int) -> float:
        with pacer.slot():
            return time.monotonic()

    with ThreadPoolExecutor(4) as pool:
        assert all(entered >= until - 0.001 for entered in pool.map(enter, range(4)))


def test_no_more_requests_under_way_than_allowed() -> None:
    pacer = Pacer(max_parallelism=2)
    both = Barrier(2)
    most: list[int] = []
    under_way: list[int] = []

    def enter(number: int) -> None:
        with pacer.slot():
            under_way.append(number)
            most.append(len(under_way))
            both.wait(timeout=30)
            under_way.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(8)))
    assert max(most) == 2
