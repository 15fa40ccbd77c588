"""`python -m lotus_assets_tests.benchmarks.collect_once`: the raw layer, live, in this process."""

import sys

import dagster as dg
from rich.console import Console

from lotus_assets.commands.execution import execute
from lotus_assets.definitions import defs
from lotus_assets.graph.layers import RAW_GITLAB
from lotus_assets.inputs.partitions import last_complete_day
from lotus_assets.settings import Settings


def main() -> int:
    settings = Settings()
    job = defs.resolve_job_def("tem_incremental")
    graph = defs.get_repository_def().asset_graph
    assets = [
        key
        for key in dg.AssetSelection.groups(RAW_GITLAB).resolve(graph)
        if graph.get(key).is_executable
    ]
    with dg.DagsterInstance.get() as instance:
        done = execute(
            job,
            instance,
            Console(stderr=True),
            partition_key=str(last_complete_day(settings)),
            assets=assets,
        )
    for failure in done.failures:
        print(failure.step, failure.reason, file=sys.stderr)  # noqa: T201
    return 0 if done.succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
