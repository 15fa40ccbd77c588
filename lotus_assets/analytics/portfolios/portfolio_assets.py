"""From portfolio analytic to Dagster asset: partitions, dependencies, checks, metadata."""

import warnings
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import dagster as dg
from sqlalchemy import Connection

from lotus_assets.analytics.portfolios.portfolio_analytic import (
    Coverage,
    PortfolioAnalytic,
    Wanted,
    work_out,
)
from lotus_assets.graph.gated_assets import (
    gate_result,
    gate_spec,
    row_metadata,
    table_spec,
)
from lotus_assets.graph.layers import ANALYTICS, SINGLE_RUN
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.inputs.input_assets import PARTITIONS
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.partitions import AS_OF, SHARD, asked_partitions

PORTFOLIOS_TAG = "lotus/portfolios"
"""A run with this tag (portfolio ids, comma-separated) works out these portfolios alone, among
those of its partitions: the sensor refreshes single portfolios."""
Picture = Callable[[Connection, date], str | None]

# That Dagster calls it beta is known.
warnings.filterwarnings("ignore", "Class `MultiPartitionMapping`", dg.BetaWarning)
SAME_DAY_ANY_SHARD = dg.MultiPartitionMapping(
    {
        AS_OF: dg.DimensionPartitionMapping(AS_OF, dg.IdentityPartitionMapping()),
        SHARD: dg.DimensionPartitionMapping(SHARD, dg.AllPartitionMapping()),
    }
)
"""Benchmarks and risk-free series have shards of their own."""


def portfolio_asset(
    analytic: PortfolioAnalytic, picture: Picture | None = None
) -> dg.AssetsDefinition:
    """The asset of a portfolio analytic's table, partitioned as the inputs.

    A backfill makes one run of its partitions. A run must have some: Dagster cannot tell which
    inputs it reads otherwise. `picture` gives Markdown about the newest day of the run.
    """
    table = analytic.table
    spec = table_spec(table, ANALYTICS, (), PARTITIONS)
    deps = [dg.AssetDep(kind.table.name) for kind in analytic.reads]
    deps += [
        dg.AssetDep(kind.table.name, partition_mapping=SAME_DAY_ANY_SHARD)
        for kind in analytic.reads_whole
    ]

    @asset_step(
        name=table.name,
        specs=[spec.replace_attributes(deps=deps)],
        check_specs=[gate_spec(table)],
        partitions_def=PARTITIONS,
        backfill_policy=SINGLE_RUN,
    )
    def worked_out(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
        settings = environment.settings
        limit = settings.tem_quarantine_limit
        wanted = wanted_by(context, environment)
        report, coverage = work_out(
            analytic,
            environment.engine,
            wanted,
            run_id=context.run.run_id,
            now=settings.now(),
            quarantine_limit=limit,
            progress=context.log.info,
        )
        metadata = {
            **row_metadata(environment.engine, report),
            **_coverage_metadata(coverage),
        }
        _draw(context, environment, table.name, picture, max(wanted.shards))
        yield dg.MaterializeResult(asset_key=table.name, metadata=metadata)
        yield gate_result(report, limit)

    return worked_out


def wanted_by(context: dg.AssetExecutionContext, environment: Environment) -> Wanted:
    """The as-of days, shards and portfolios that a run asks for by its partitions and tag."""
    inputs = InputSettings()
    tagged = context.run.tags.get(PORTFOLIOS_TAG)
    names = None if tagged is None else frozenset(filter(None, tagged.split(",")))
    asked = asked_partitions(context, environment.settings, inputs)
    return Wanted(asked, inputs.lotus_core_shards, names)


def _coverage_metadata(coverage: Coverage) -> dict[str, dg.MetadataValue]:
    return {
        "portfolios_with_rows": dg.MetadataValue.int(coverage.with_rows),
        "portfolios_without": dg.MetadataValue.json(dict(sorted(coverage.without.items()))),
        "reasons": dg.MetadataValue.json(coverage.named),
        "results": dg.MetadataValue.json(dict(sorted(coverage.results.items()))),
    }


def _draw(
    context: dg.AssetExecutionContext,
    environment: Environment,
    key: str,
    picture: Picture | None,
    as_of: date,
) -> None:
    """Add the picture to the materialisations of the newest day, of which the UI shows any one.

    Those of a backfill's other days stay without: the event log keeps every copy.
    """
    if picture is None:
        return
    with environment.engine.connect() as connection:
        drawn = picture(connection, as_of)
    if drawn is not None:
        found = {"picture": dg.MetadataValue.md(drawn)}
        for partition in context.partition_keys:
            if partition.startswith(f"{as_of}|"):
                context.add_asset_metadata(found, asset_key=key, partition_key=partition)
