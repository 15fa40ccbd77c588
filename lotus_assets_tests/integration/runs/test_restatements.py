"""What runs restate is what they changed of the exported figures, all of it, and nothing else."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from lotus_assets.commands.surroundings.preparation import SAMPLE_ORGANISATION
from lotus_assets.definitions import defs
from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.integration.runs import changes
from lotus_assets_tests.integration.runs.changes import PROJECT
from lotus_assets_tests.integration.runs.contents import Row, rows
from lotus_assets_tests.integration.runs.workplace import Run, Workplace
from lotus_assets_tests.standin_fixtures import StandinFactory

LEVELS = ("org", "business_line", "team", "repo")
PATH = "toman/core/checkout"
Figure = tuple[str, ...]
Values = dict[Figure, float | None]


def values(url: str) -> Values:
    """The metrics of the days that were exported."""
    exported = {
        row["date"]
        for row in rows(url, "metric_day")
        if row["daily_export_mark"] or row["weekly_export_mark"]
    }
    return {
        tuple(row[name] for name in ("date", *LEVELS, "metric")): row["value"]
        for row in rows(url, "metric_daily")
        if row["date"] in exported
    }


def restated(url: str, run: Run) -> list[Row]:
    return [row for row in rows(url, "restatement") if row["run_id"] == run.record.run_id]


def changed(before: Values, after: Values) -> dict[Figure, tuple[float | None, float | None]]:
    """Old and new of every value that was there and is another one or gone."""
    return {
        key: (value, after.get(key)) for key, value in before.items() if after.get(key) != value
    }


def by_figure(restatements: list[Row]) -> dict[Figure, tuple[float | None, float | None]]:
    return {
        tuple(row["row_key"][name] for name in ("date", *LEVELS, "metric")): (
            row["old_value"],
            row["new_value"],
        )
        for row in restatements
    }


def recently_merged(data: ProjectData, now: str) -> dict[str, Any]:
    """The merge request that was merged last before the day began."""
    merged = [
        item
        for item in data.merge_requests.values()
        if item["state"] == "merged" and item["merged_at"][:10] < now[:10]
    ]
    return max(merged, key=lambda item: str(item["merged_at"]))


@pytest.mark.timeout(900)
def test_each_kind_of_change_restates_what_it_changes(
    collected: Workplace, young_store: Store, standin: StandinFactory, tmp_path: Path
) -> None:
    server, url = standin(young_store), collected.url

    def run(**variables: str) -> tuple[list[Row], Values, Values]:
        before = values(url)
        done = collected.run(server, "tem_incremental", defs, None, **variables)
        assert done.execution.succeeded, done.reasons
        restatements, after = restated(url, done), values(url)
        assert by_figure(restatements) == changed(before, after)
        assert len(restatements) == len(changed(before, after))
        return restatements, before, after

    assert run()[0] == []

    # A review that comes to light late: a minute after the merge request was opened.
    data = young_store.projects[PROJECT]
    request = recently_merged(data, collected.as_of)
    reviewer = changes.person(young_store, but=request["author"]["id"])
    opened = request["created_at"]
    changes.add_note(data, request["iid"], opened, "Looks good.", reviewer)
    request["updated_at"] = young_store.now.isoformat()
    reviewed, _, _ = run()
    assert {row["cause"] for row in reviewed} == {"rows"}
    named = {name for row in reviewed for name in row["reasons"]["named"]}
    assert named
    assert {name.rpartition(" ")[0] for name in named} == {
        f"merge request !{request['iid']} of {PATH}"
    }
    assert {row["subject"] for row in reviewed} >= {PATH}

    rules = tmp_path / "rules.yaml"
    rules.write_text("bug_labels: []\nforce_push_threshold: 0\n", encoding="utf-8")
    ruled, _, _ = run(TEM_RULES_FILE=str(rules))
    assert {row["cause"] for row in ruled} == {"rules_file"}
    assert all(row["reasons"]["named"] for row in ruled)

    organisation = yaml.safe_load(SAMPLE_ORGANISATION.read_text(encoding="utf-8"))
    organisation["mapping"][0]["team"] = "Another Team"
    moved = tmp_path / "org.yaml"
    moved.write_text(yaml.safe_dump(organisation), encoding="utf-8")
    placed, _, _ = run(TEM_RULES_FILE=str(rules), TEM_ORG_FILE=str(moved))
    assert {row["cause"] for row in placed} == {"org_file"}

    with psycopg.connect(url) as connection:
        # As another engine left it: other values, another mark and basis.
        connection.execute(
            "UPDATE metric_daily SET value = value + 1 WHERE metric = 'mr_cycle_time_p50_h'"
        )
        connection.execute(
            "UPDATE metric_day SET mark = 'of before', basis = basis || %s::jsonb",
            [json.dumps({"engine": "of before"})],
        )
    engine, _, _ = run(TEM_RULES_FILE=str(rules), TEM_ORG_FILE=str(moved))
    assert {(row["cause"], row["figure"]) for row in engine} == {("engine", "mr_cycle_time_p50_h")}
    assert_the_week_says_so(collected, engine)

    assert run(TEM_RULES_FILE=str(rules), TEM_ORG_FILE=str(moved))[0] == []


def assert_the_week_says_so(place: Workplace, restatements: list[Row]) -> None:
    """The weekly file of the organisation lists what was restated of its Sunday."""
    [path] = place.exports.glob("weekly/*/org.json")
    [organisation] = [
        one for one in json.loads(path.read_text(encoding="utf-8")) if one["business_line"] is None
    ]
    expected = [
        (row["figure"], row["old_value"], row["new_value"], row["cause"])
        for row in restatements
        if row["figure_date"] == organisation["date"] and row["subject"] == organisation["org"]
    ]
    listed = organisation["restatements"]["list"]
    assert organisation["restatements"]["count"] == len(listed)
    found = [
        (one["metric"], one["old_value"], one["new_value"], one["cause"])
        for one in listed
        if one["cause"] == "engine"
    ]
    assert found == expected
    assert expected
    assert_the_weekly_page_counts(place, organisation["date"])


def assert_the_weekly_page_counts(place: Workplace, sunday: str) -> None:
    """Of the week's figures and the last one's, each once however often it was restated."""
    of_week: dict[str, set[str]] = {}
    for row in rows(place.url, "restatement"):
        figure = json.dumps([row["figure"], row["row_key"]], sort_keys=True)
        of_week.setdefault(row["figure_date"], set()).add(figure)
    page = (place.exports / "pages/weekly.html").read_text(encoding="utf-8")
    assert f"{len(of_week[sunday])} numbers of this week" in page
    assert '<a href="restatements.html">' in page
