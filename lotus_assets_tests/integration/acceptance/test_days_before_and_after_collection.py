"""Days of which not all was collected have no figures: never a smaller number, and never 0."""

from collections.abc import Callable
from datetime import timedelta

from lotus_assets.engine.delivery.metric_keys import EXPORT_ORDER
from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade

CHECKOUT, LEDGER, SECRET = "toman/core/checkout", "toman/core/ledger", "toman/core/secret"
BEFORE = "window_before_collection"


def test_a_window_that_reaches_back_before_the_collection_has_no_figures(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """60 days before 31 March noon is 30 January noon: 31 January is the first whole day, 6
    February ends the first whole week and 1 March the first 30 whole days.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(CHECKOUT)
    project.change("2025-12-20 09:00", "2025-12-22 09:00")  # never read: nothing moved it since
    project.change("2026-02-10 09:00", "2026-02-10 19:00")
    world.project(LEDGER, created="2026-03-10 09:00").change("2026-03-11 09:00", "2026-03-12 09:00")
    done = collect(world, TEM_BACKFILL_DAYS="60")
    days = ("2025-12-24", "2026-01-30", "2026-01-31", "2026-02-05", "2026-02-06")
    for day in (*days, "2026-02-12", "2026-02-28", "2026-03-01"):
        done.export(day)

    for repo in (CHECKOUT, None):
        long_ago = done.slice("2025-12-24", repo)
        assert long_ago["metrics"] == dict.fromkeys(EXPORT_ORDER)
        assert long_ago["reasons"] == dict.fromkeys(EXPORT_ORDER, BEFORE)
        assert long_ago["projects_left_out"] == dict.fromkeys(EXPORT_ORDER, 1 if repo else 2)

    def figures(metric: str, repo: str | None = CHECKOUT) -> list[float | None]:
        of_days = [*days[1:], "2026-02-12", "2026-02-28", "2026-03-01"]
        return [done.slice(day, repo)["metrics"][metric] for day in of_days]

    assert figures("wip_count") == [None, 0, 0, 0, 0, 0, 0]
    assert figures("mr_throughput_wk") == [None, None, None, 0, 1, 0, 0]
    assert figures("direct_pushes_wk") == [None, None, None, 0, 0, 0, 0]
    assert figures("mr_cycle_time_p50_h") == [None, None, None, None, None, None, 10.0]
    assert figures("branch_ttl_p50_h") == [None, None, None, None, None, None, 10.0]
    assert figures("branch_ttl_over_30d") == [None, None, None, None, None, None, 0]
    # Ledger was created within what was collected: no window reaches back before what there was.
    assert figures("branch_ttl_over_30d", LEDGER) == figures("branch_ttl_over_30d")
    done.export("2026-03-11")
    assert done.slice("2026-03-11", LEDGER)["metrics"]["branch_ttl_over_30d"] == 0
    assert "projects_left_out" not in done.slice("2026-03-11")


def test_an_unread_project_has_no_figures_and_larger_slices_leave_it_out(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-25 12:00")
    checkout, ledger, secret = (world.project(path) for path in (CHECKOUT, LEDGER, SECRET))
    secret.data.access = "forbidden"
    secret.change("2026-03-23 09:00", "2026-03-23 19:00")
    for project in (checkout, ledger):
        project.change("2026-03-23 09:00", "2026-03-23 19:00")
    collect(world)

    ledger.data.access = "forbidden"
    checkout.change("2026-03-26 09:00", "2026-03-26 19:00")
    ledger.change("2026-03-26 09:00", "2026-03-26 19:00")
    world.now += timedelta(days=3)
    world.store.now = world.now
    done = collect(world)
    for repo in (LEDGER, SECRET):
        unread = done.slice("2026-03-27", repo)
        assert unread["metrics"] == dict.fromkeys(EXPORT_ORDER)
        assert unread["reasons"] == dict.fromkeys(EXPORT_ORDER, "not_collected")
        (coverage,) = done.rows("coverage", run_id=done.run.execution.run_id, path=repo)
        assert coverage["reason"] == "forbidden"
    organisation = done.slice("2026-03-27")
    assert organisation["metrics"]["mr_throughput_wk"] == 2
    assert organisation["projects_left_out"] == dict.fromkeys(EXPORT_ORDER, 2)
    # The 24th was over when ledger was last read; the 25th was not.
    for day, figure in (("2026-03-24", 1), ("2026-03-25", None)):
        done.export(day)
        assert done.slice(day, LEDGER)["metrics"]["mr_throughput_wk"] == figure

    # Once it is read again, the days in between are whole, and are exported anew.
    ledger.data.access = "full"
    world.now += timedelta(days=1)
    world.store.now = world.now
    done = collect(world, "tem_incremental")
    assert done.slice("2026-03-27", LEDGER)["metrics"]["mr_throughput_wk"] == 2
    assert done.slice("2026-03-27")["projects_left_out"] == dict.fromkeys(EXPORT_ORDER, 1)
