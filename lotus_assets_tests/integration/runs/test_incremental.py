"""What a second run does when nothing changed, and what it finds when something did."""

from pathlib import Path

from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.runs import changes
from lotus_assets_tests.integration.runs.changes import PROJECT, TAGGED_PROJECT
from lotus_assets_tests.integration.runs.contents import (
    business_rows,
    differences,
    one,
    rows,
    watermarks,
)
from lotus_assets_tests.integration.runs.workplace import Run, Workplace
from lotus_assets_tests.standin_fixtures import StandinFactory

NEXT_MORNING = "2025-11-21T08:30:00.000Z"
REQUESTS_A_PROJECT = 5
"""At most, when nothing changed."""


def test_a_second_run_changes_nothing_and_asks_little(
    collected: Workplace,
    collected_once: tuple[Workplace, Run],
    young_world: Store,
    standin: StandinFactory,
) -> None:
    before, marks = business_rows(collected.url), watermarks(collected.url)
    run = collected.run(standin(young_world), "tem_incremental")
    assert run.execution.succeeded, run.reasons
    assert differences(before, business_rows(collected.url)) == {}
    # A first collection asks for pushes; the list of all events ends with somebody's comment.
    later = {scope: at for scope, at in watermarks(collected.url).items() if at != marks[scope]}
    assert all(scope.startswith("raw_push_event:") for scope in later)
    assert all(at > marks[scope] for scope, at in later.items())
    projects = len(rows(collected.url, "raw_project"))
    assert run.requests <= REQUESTS_A_PROJECT * projects
    assert run.requests < collected_once[1].requests / 2
    # The interface shows a check beside the materialisation that it judged, not an older one.
    target = run.check("raw_mr").target_materialization_data
    assert target is not None
    assert target.run_id == run.record.run_id


def test_every_entity_of_the_organisation_is_in_the_tables(
    collected_once: tuple[Workplace, Run], young_world: Store
) -> None:
    place, _ = collected_once
    served = [
        data
        for data in young_world.projects.values()
        if data.access == "full" and data.project["path_with_namespace"].startswith("toman/")
    ]
    expected = {
        "raw_project": len(served),
        "raw_mr": sum(len(data.merge_requests) for data in served),
        "raw_mr_note": sum(
            len(notes) for data in served for notes in data.merge_request_notes.values()
        ),
        "raw_pipeline": sum(len(data.pipelines) for data in served),
        "raw_job": sum(len(jobs) for data in served for jobs in data.jobs.values()),
        "raw_issue": sum(len(data.issues) for data in served),
        "raw_deployment": sum(len(data.deployments) for data in served),
        "raw_release": sum(len(data.releases) for data in served),
        "raw_tag": sum(len(data.tags) for data in served),
        "raw_branch": sum(len(data.branches) for data in served),
    }
    found = {table: len(rows(place.url, table)) for table in expected}
    quarantined = {
        table: one(place.url, "SELECT count(*) FROM quarantine WHERE table_name = %s", table)
        for table in expected
    }
    assert {table: found[table] + quarantined[table] for table in expected} == expected


def test_a_note_added_late_and_a_manual_job_pressed_next_day_are_found(
    collected: Workplace, young_store: Store, standin: StandinFactory
) -> None:
    data = young_store.projects[PROJECT]
    request = changes.merged_request(data)
    author = request["author"]["id"]
    reviewer = changes.person(young_store, but=author)
    note = changes.add_note(data, request["iid"], NEXT_MORNING, "Too late?", reviewer)
    pipeline, job = changes.press_manual_job(data, NEXT_MORNING)
    run = collected.later(days=1).run(standin(young_store), "tem_incremental")
    assert run.execution.succeeded, run.reasons
    url = collected.url
    assert (
        one(url, "SELECT author_user_id FROM raw_mr_note WHERE note_id = %s", note)
        == (reviewer["id"])
    )
    assert one(url, "SELECT status FROM raw_job WHERE job_id = %s", job) == "success"
    moved = one(url, "SELECT updated_at::text FROM raw_pipeline WHERE pipeline_id = %s", pipeline)
    assert moved == "2025-11-21 08:30:00+00"


def test_what_gitlab_deleted_is_marked_and_what_came_back_is_not(
    collected: Workplace, young_store: Store, standin: StandinFactory, tmp_path: Path
) -> None:
    data, tagged = young_store.projects[PROJECT], young_store.projects[TAGGED_PROJECT]
    noted = changes.merged_request(data)
    # The note goes from a merge request that moves for another reason.
    lost_note = data.merge_request_notes[noted["iid"]].pop()["id"]
    noted["updated_at"] = NEXT_MORNING
    lost_request = changes.delete_merge_request(data, 7)
    lost_issue = data.issues.pop(min(data.issues))["id"]
    lost_pipeline = min(data.pipelines)
    data.pipelines.pop(lost_pipeline)
    data.jobs.pop(lost_pipeline)
    lost_release = tagged.releases.pop()["tag_name"]
    lost_environment = data.environments.pop()["id"]
    branches, tags = (
        changes.own_repository(data, tmp_path),
        changes.own_repository(tagged, tmp_path),
    )
    lost_branch = data.branches.pop(0)["name"]
    tip = changes.delete_ref(branches, f"refs/heads/{lost_branch}")
    changes.add_push(data, NEXT_MORNING, f"refs/heads/{lost_branch}", tip, None)
    lost_tag = tagged.tags.pop()["name"]
    tagged_commit = changes.delete_ref(tags, f"refs/tags/{lost_tag}")
    changes.add_push(tagged, NEXT_MORNING, f"refs/tags/{lost_tag}", tagged_commit, None)
    server, later = standin(young_store), collected.later(days=1)
    before = vanished(later.url)
    run = later.run(server, "tem_incremental")
    assert run.execution.succeeded, run.reasons
    found = {table: ids - before[table] for table, ids in vanished(later.url).items()}
    assert found == {
        "raw_mr": {str(lost_request)},
        "raw_mr_note": {str(lost_note)},
        "raw_issue": {str(lost_issue)},
        "raw_pipeline": {str(lost_pipeline)},
        "raw_release": {lost_release},
        "raw_environment": {str(lost_environment)},
        "raw_branch": {lost_branch},
        "raw_tag": {lost_tag},
    }
    changes.create_ref(branches, f"refs/heads/{lost_branch}", tip)
    changes.add_push(data, NEXT_MORNING, f"refs/heads/{lost_branch}", None, tip)
    run = later.later(hours=1).run(server, "tem_incremental")
    assert run.execution.succeeded, run.reasons
    assert vanished(later.url)["raw_branch"] == before["raw_branch"]


def test_a_deletion_that_a_new_one_hides_is_found_by_the_nightly_run(
    collected: Workplace, young_store: Store, standin: StandinFactory
) -> None:
    data = young_store.projects[PROJECT]
    new = changes.copy_merge_request(data, 8, NEXT_MORNING)
    lost = changes.delete_merge_request(data, 7)
    later = collected.later(days=1)
    before = vanished(later.url)["raw_mr"]
    run = later.run(standin(young_store), "tem_full")
    assert run.execution.succeeded, run.reasons
    assert vanished(later.url)["raw_mr"] - before == {str(lost)}
    assert one(later.url, "SELECT state FROM raw_mr WHERE mr_id = %s", new) == "opened"


def vanished(url: str) -> dict[str, set[str]]:
    """table → names or ids of its rows that are marked as gone."""
    keys = {
        "raw_mr": "mr_id",
        "raw_mr_note": "note_id",
        "raw_issue": "issue_id",
        "raw_pipeline": "pipeline_id",
        "raw_release": "tag_name",
        "raw_environment": "environment_id",
        "raw_branch": "branch",
        "raw_tag": "tag_name",
    }
    return {
        table: {str(row[key]) for row in rows(url, table) if row["vanished_at"] is not None}
        for table, key in keys.items()
    }
