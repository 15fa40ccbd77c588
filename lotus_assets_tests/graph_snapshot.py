"""The asset graph as text: keys, dependencies, groups, partitions, checks, jobs, sensors, …

`python -m lotus_assets_tests.graph_snapshot` writes it anew after a change that is meant.
"""

import json
from pathlib import Path
from typing import Any

import dagster as dg

TAGS = ("domain", "pii", "sla")
SNAPSHOT = Path(__file__).parent / "graph_snapshot.json"


def graph_snapshot(definitions: dg.Definitions) -> dict[str, Any]:
    """What a reader of the UI sees of the graph, in a fixed order."""
    graph = definitions.resolve_asset_graph()
    assets = {
        key.to_user_string(): {
            "group": (node := graph.get(key)).group_name,
            "dependencies": sorted(parent.to_user_string() for parent in node.parent_keys),
            "partitions": _partitions(node.partitions_def),
            "backfill": node.backfill_policy.policy_type.value.lower()
            if node.backfill_policy
            else None,
            "kinds": sorted(node.kinds),
            "owners": sorted(node.owners),
            "tags": {name: node.tags[name] for name in TAGS},
            "checks": sorted(
                f"{check.name}{' (blocking)' if graph.get_check_spec(check).blocking else ''}"
                for check in node.check_keys
            ),
        }
        for key in sorted(graph.get_all_asset_keys())
    }
    jobs = {
        job.name: {
            "assets": len(set(job.asset_layer.executable_asset_keys)),
            "partitions": _partitions(job.partitions_def),
            "tags": dict(sorted(job.tags.items())),
        }
        for job in sorted(definitions.resolve_all_job_defs(), key=lambda job: job.name)
        if not job.name.startswith("__")
    }
    schedules = {
        schedule.name: {
            "cron": schedule.cron_schedule,
            "timezone": schedule.execution_timezone,
            "job": schedule.job_name,
            "status": schedule.default_status.value,
        }
        for schedule in sorted(
            (
                entry
                for entry in definitions.schedules or ()
                if isinstance(entry, dg.ScheduleDefinition)
            ),
            key=lambda entry: entry.name,
        )
    }
    sensors = {
        sensor.name: {
            "job": sensor.job_name,
            "seconds": sensor.minimum_interval_seconds,
            "status": sensor.default_status.value,
        }
        for sensor in sorted(definitions.sensors or (), key=lambda entry: entry.name)
        if isinstance(sensor, dg.SensorDefinition)
    }
    return {"assets": assets, "jobs": jobs, "schedules": schedules, "sensors": sensors}


def _partitions(partitions: "dg.PartitionsDefinition[str] | None") -> str | None:
    if partitions is None:
        return None
    if isinstance(partitions, dg.DailyPartitionsDefinition):
        return f"daily, {partitions.timezone}, from {partitions.start:%Y-%m-%d}"
    if isinstance(partitions, dg.MultiPartitionsDefinition):
        return " by ".join(each.name for each in partitions.partitions_defs)
    return type(partitions).__name__


def snapshot_text(definitions: dg.Definitions) -> str:
    """The snapshot as the file holds it."""
    return json.dumps(graph_snapshot(definitions), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    from lotus_assets.definitions import defs

    SNAPSHOT.write_text(snapshot_text(defs), encoding="utf-8")
