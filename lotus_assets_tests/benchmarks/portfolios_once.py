"""`python -m lotus_assets_tests.benchmarks.portfolios_once`: the portfolio side, one run."""

import json
import sys

import dagster as dg
from rich.console import Console

from lotus_assets.commands.execution import execute
from lotus_assets.definitions import defs
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.partitions import last_complete_day, whole_day_tags
from lotus_assets.settings import Settings


def main() -> int:
    tags = whole_day_tags(last_complete_day(Settings()), InputSettings().lotus_core_shards)
    with dg.DagsterInstance.get() as instance:
        job = defs.resolve_job_def("portfolio_full")
        done = execute(job, instance, Console(stderr=True), tags=tags)
    for failure in done.failures:
        print(failure.step, failure.reason, file=sys.stderr)  # noqa: T201
    print(json.dumps(dict(done.seconds)))  # noqa: T201
    return 0 if done.succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
