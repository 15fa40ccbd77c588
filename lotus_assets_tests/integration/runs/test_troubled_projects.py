"""One project's troubles in a real run: it is left with one reason, the run goes on, and the next
run makes it good.
"""

from collections.abc import Callable

import pytest

from lotus_assets.standin.gitlab import faults
from lotus_assets.standin.gitlab.faults import Effect
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.runs import changes
from lotus_assets_tests.integration.runs.changes import PROJECT
from lotus_assets_tests.integration.runs.contents import business_rows, differences, one, rows
from lotus_assets_tests.integration.runs.workplace import Run, Workplace
from lotus_assets_tests.standin_fixtures import StandinFactory

PATH = "toman/core/checkout"
NEXT_MORNING = "2025-11-21T08:30:00.000Z"
ATTEMPTS = 2


def coverage(url: str, run: Run) -> dict[str, tuple[bool, str | None]]:
    return {
        row["path"]: (row["collected"], row["reason"])
        for row in rows(url, "coverage")
        if row["run_id"] == run.record.run_id
    }


def touch(store: Store) -> None:
    """A note, on a merge request that it moves."""
    data = store.projects[PROJECT]
    request = changes.merged_request(data)
    changes.add_note(data, request["iid"], NEXT_MORNING, "Fine", request["author"])


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("effect", "reason"),
    [(faults.html_page(), "error:page"), (faults.internal_error(), "error:http_500")],
    ids=["page", "500"],
)
def test_a_project_that_fails_for_ever_is_left_and_made_good_by_the_next_run(
    collected: Workplace,
    young_store: Store,
    standin: StandinFactory,
    effect: Effect,
    reason: str,
) -> None:
    touch(young_store)
    server, later = standin(young_store), collected.later(days=1)
    before = coverage(later.url, later.run(server, "tem_incremental"))
    fault = server.faults.add(effect, about=[str(PROJECT), PATH], times=None)
    tomorrow = later.later(hours=1)
    run = tomorrow.run(server, "tem_incremental", TEM_GITLAB_ATTEMPTS=str(ATTEMPTS))
    assert run.execution.succeeded, run.reasons
    # The probe and two lists, and no more: not all sizes of a page, nor every list.
    assert fault.hits == 3 * ATTEMPTS
    assert coverage(later.url, run) == before | {PATH: (False, reason)}
    # Nothing of it is taken for gone.
    gone = "SELECT count(*) FROM raw_environment WHERE project_id = %s AND vanished_at IS NOT NULL"
    assert one(later.url, gone, PROJECT) == 0
    server.faults.clear()
    run = tomorrow.later(hours=1).run(server, "tem_incremental")
    assert coverage(later.url, run) == before


@pytest.mark.timeout(600)
def test_a_probe_that_one_huge_project_delays_is_asked_in_halves_and_ends_no_run(
    collected: Workplace, young_store: Store, standin: StandinFactory
) -> None:
    touch(young_store)
    server, later = standin(young_store), collected.later(days=1)
    late = server.faults.add(
        faults.graphql_timeout("Project.pipelines"), operation="Probe", about=[PATH], times=None
    )
    run = later.run(server, "tem_incremental")
    assert run.execution.succeeded, run.reasons
    # Six projects, three, two, one: each question is asked once.
    assert late.hits == 4
    assert coverage(later.url, run)[PATH] == (True, None)
    note = "SELECT count(*) FROM raw_mr_note WHERE created_at = %s"
    assert one(later.url, note, NEXT_MORNING) == 1
    probed = "SELECT state -> 'changed' FROM ingestion_state WHERE entity = %s"
    assert set(one(later.url, probed, f"probe:{PROJECT}")) == {
        "child_pipelines",
        "issues",
        "merge_requests",
        "pipelines",
    }
    # Of the others what has not moved is not read.
    assert one(later.url, probed, "probe:502") == []


@pytest.mark.timeout(600)
def test_troubles_of_a_run_leave_nothing_behind(
    create_copy: Callable[[], Workplace], young_store: Store, standin: StandinFactory
) -> None:
    """429 to Git, a probe that takes too long, and a project that is left: then the same tables."""
    touch(young_store)
    disturbed, undisturbed = create_copy(), create_copy()
    server = standin(young_store)
    run = undisturbed.later(days=1).run(server, "tem_full")
    assert run.execution.succeeded, run.reasons
    server.faults.add(faults.too_many_requests(retry_after=1), path="*.git/*", nth=3, times=2)
    server.faults.add(faults.graphql_timeout(), operation="Probe", about=[PATH], times=None)
    server.faults.add(faults.internal_error(), operation="MergeRequests", about=[PATH], times=None)
    server.faults.add(faults.html_page(), path=f"*/{PROJECT}/deployments", times=None)
    later = disturbed.later(days=1)
    run = later.run(server, "tem_full", TEM_GITLAB_ATTEMPTS="3")
    assert run.execution.succeeded, run.reasons
    assert coverage(later.url, run)[PATH] == (False, "error:http_500; error:page")
    others = [reason for path, (_, reason) in coverage(later.url, run).items() if path != PATH]
    assert not [reason for reason in others if reason and reason.startswith("error")]
    server.faults.clear()
    run = later.run(server, "tem_full")
    assert run.execution.succeeded, run.reasons
    assert coverage(later.url, run)[PATH] == (True, None)
    # That a run failed stays written down.
    expected = business_rows(undisturbed.url) | {"coverage": business_rows(later.url)["coverage"]}
    assert differences(expected, business_rows(later.url)) == {}
