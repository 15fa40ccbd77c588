"""Which requests meet a scripted fault, and when a rate limit refuses."""

from lotus_assets.standin.gitlab.faults import Delay, Faults
from lotus_assets.standin.gitlab.limits import Limiter, RateLimits
from lotus_assets.standin.gitlab.living import LivingStore
from lotus_assets.standin.gitlab.store import Store


def test_only_the_nth_match_meets_a_fault() -> None:
    faults = Faults()
    late = Delay(1)
    faults.add(late, method="GET", path="*/merge_requests", nth=2)
    matching = ("GET", "/api/v4/projects/1/merge_requests", None)
    assert faults.effects("POST", matching[1], None) == []
    assert faults.effects("GET", "/api/v4/projects/1/issues", None) == []
    assert [faults.effects(*matching) for _ in range(3)] == [[], [late], []]


def test_a_fault_may_last_for_ever_or_a_few_times() -> None:
    faults = Faults()
    for_ever, twice = Delay(1), Delay(2)
    faults.add(for_ever, operation="Pipelines", nth=2, times=None)
    faults.add(twice, operation="Pipelines", times=2)
    met = [faults.effects("POST", "/api/graphql", "Pipelines") for _ in range(4)]
    assert met == [[twice], [for_ever, twice], [for_ever], [for_ever]]
    assert faults.effects("POST", "/api/graphql", "Issues") == []
    faults.clear()
    assert faults.effects("POST", "/api/graphql", "Pipelines") == []


def test_requests_are_counted_by_the_minute_and_by_caller() -> None:
    now = [60_000.0]
    limiter = Limiter(RateLimits(requests_per_minute=2), clock=lambda: now[0])

    def is_refused(caller: str) -> bool:
        return limiter.admit(caller).is_refused

    assert [is_refused(caller) for caller in ("a", "a", "a", "b")] == [False, False, True, False]
    now[0] += 59
    assert is_refused("a")
    now[0] += 1
    assert not is_refused("a")


def test_what_is_left_is_announced() -> None:
    limiter = Limiter(RateLimits(requests_per_minute=2), clock=lambda: 60_017.0)
    first = limiter.admit("a")
    assert first.headers == {
        "RateLimit-Limit": "2",
        "RateLimit-Name": "throttle_authenticated_api",
        "RateLimit-Observed": "1",
        "RateLimit-Remaining": "1",
        "RateLimit-Reset": "60060",
    }
    limiter.admit("a")
    assert limiter.admit("a").headers["Retry-After"] == "43"


def test_a_limit_may_be_switched_off() -> None:
    limiter = Limiter(RateLimits(requests_per_minute=0), clock=lambda: 0.0)
    verdicts = [limiter.admit("a") for _ in range(2)]
    assert [(verdict.headers, verdict.is_refused) for verdict in verdicts] == [({}, False)] * 2


def test_a_living_store_is_built_anew_after_a_while_and_never_waits() -> None:
    now = [0.0]
    stores = [Store("free", f"18.{number}.0", now=None) for number in range(2)]  # type: ignore[arg-type]
    living = LivingStore(lambda: stores[1], first=stores[0], clock=lambda: now[0])
    now[0] = 59.9
    assert living() is stores[0]
    now[0] = 60.0
    assert living() in stores
    living.wait()
    assert living() is stores[1]


def test_a_living_store_that_fails_to_build_serves_the_old_one() -> None:
    now = [0.0]
    old = Store("free", "18.8.0", now=None)  # type: ignore[arg-type]

    def build() -> Store:
        raise OSError("disk full")

    living = LivingStore(build, first=old, clock=lambda: now[0])
    now[0] = 61.0
    living()
    living.wait()
    assert living() is old
