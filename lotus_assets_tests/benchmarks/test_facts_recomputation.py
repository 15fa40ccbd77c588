"""Speed: all facts and 30 days of metrics from a full warehouse, and one hour's changes.

Targets on two cores: under 60 s and 4 GB; an hour under 10 s; twice the data, twice the time.
"""

import resource
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import Engine, text

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.facts import dim_branch, dim_project, dim_release, dim_user
from lotus_assets.facts.recomputing import recompute
from lotus_assets.graph.inputs import Inputs
from lotus_assets.outputs.daily_export import days_to_export, export_days
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets_tests.benchmarks.engine_world import EngineWorld
from lotus_assets_tests.benchmarks.fact_world import NOW, load, write_organisation
from lotus_assets_tests.integration.facts.facts_of_the_graph import PROJECT_FACTS

LAST_DAY = date(2026, 6, 20)
DAYS = tuple(LAST_DAY - timedelta(days=back) for back in reversed(range(30)))
TOUCHED = 20
"""Projects in which something happens within an hour."""
MOVED = {
    "raw_mr": "updated_at",
    "raw_pipeline": "updated_at",
    "raw_job": "updated_at",
    "raw_commit": "committed_at",
    "raw_push_event": "created_at",
    "raw_issue": "updated_at",
}


@pytest.fixture(params=[1, 2], ids=["scale", "doubled"])
def inputs(
    request: pytest.FixtureRequest,
    create_database: Callable[[str], str],
    template: str,
    tmp_path: Path,
) -> Iterator[Inputs]:
    engine = create_warehouse_engine(create_database(template))
    load(engine, EngineWorld(request.param))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    settings = Settings(
        tem_org_file=write_organisation(tmp_path / "org.yaml"), tem_export_dir=tmp_path / "exports"
    )
    yield Inputs(engine, settings, NOW, "run", DAYS)
    engine.dispose()


def recompute_all(inputs: Inputs, *, is_full: bool, seconds: dict[str, float]) -> None:
    for dimension in (dim_project, dim_user, dim_branch, dim_release):
        dimension.COMPUTED.write(inputs)
    for fact in PROJECT_FACTS:
        started = time.perf_counter()
        assert not len(recompute(fact, inputs, is_full=is_full).quarantined)
        seconds[fact.table.name] = round(time.perf_counter() - started, 2)
    started = time.perf_counter()
    metric_daily.recompute(inputs, is_catching_up=not is_full)
    seconds["metric_daily"] = round(time.perf_counter() - started, 2)
    started = time.perf_counter()
    export_days(inputs, days_to_export(inputs, is_catching_up=not is_full))
    seconds["daily_export"] = round(time.perf_counter() - started, 2)


def one_hour(engine: Engine) -> None:
    """The newest rows of a few projects move, as if they had just been read."""
    with engine.begin() as connection:
        for table, column in MOVED.items():
            move = f"UPDATE {table} SET {column} = {column} + interval '1 minute'"  # noqa: S608
            connection.execute(
                text(f"{move} WHERE project_id < :touched AND {column} >= :since"),
                {"touched": TOUCHED, "since": NOW - timedelta(days=1)},
            )


@pytest.mark.weekly
@pytest.mark.expects_metrics("peak_memory")
def test_everything(
    benchmark: BenchmarkFixture, record_metric: Callable[..., None], inputs: Inputs
) -> None:
    """Every fact and metric is worked out again from raw tables."""
    seconds: dict[str, float] = {}
    benchmark.pedantic(
        recompute_all,
        args=(inputs,),
        kwargs={"is_full": True, "seconds": seconds},
        rounds=1,
    )
    # Of the whole process so far: `doubled` comes last and has the largest of its own.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    record_metric(
        "peak_memory", value=peak * 2**30, unit="bytes", quantity="memory", direction="lower"
    )
    benchmark.extra_info.update({"seconds": seconds, "peak_gb": round(peak, 2)})
    print(seconds, f"peak {peak:.2f} GB")  # noqa: T201
    hour: dict[str, float] = {}
    one_hour(inputs.engine)
    started = time.perf_counter()
    last = Inputs(inputs.engine, inputs.settings, inputs.now, "hour", (LAST_DAY,))
    recompute_all(last, is_full=False, seconds=hour)
    benchmark.extra_info["an_hour"] = {"all": round(time.perf_counter() - started, 2), **hour}
    print("an hour", benchmark.extra_info["an_hour"])  # noqa: T201
