"""From a family of portfolio analytics to its Dagster asset: partitions, checks, metadata."""

import warnings
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import dagster as dg
from sqlalchemy import Engine

from lotus_assets.analytics.measures.measure_definitions import table_definitions
from lotus_assets.analytics.portfolio_lineage import lineage_of
from lotus_assets.analytics.portfolios.missing_inputs import missing_inputs
from lotus_assets.analytics.portfolios.pictures import Picture, PictureOfDay
from lotus_assets.analytics.portfolios.portfolio_family import (
    PortfolioFamily,
    Wanted,
    engine_fingerprint,
)
from lotus_assets.analytics.portfolios.table_plan import Account
from lotus_assets.analytics.portfolios.working_out import work_out
from lotus_assets.filling.restatement import restated_by_cause
from lotus_assets.graph.gated_assets import (
    gate_result,
    gate_spec,
    row_metadata,
    table_spec,
)
from lotus_assets.graph.input_checks import input_result, input_spec
from lotus_assets.graph.layers import ANALYTICS, SINGLE_RUN, is_live
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.inputs.input_assets import PARTITIONS
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.partitions import AS_OF, SHARD, asked_partitions
from lotus_assets.settings import Settings
from lotus_assets.tables.table import Table

PORTFOLIOS_TAG = "lotus/portfolios"
"""A run with this tag (portfolio ids, comma-separated) works out these portfolios alone, among
those of its partitions: the sensor refreshes single portfolios."""

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
    family: PortfolioFamily, pictures: Mapping[Table, Picture] = MappingProxyType({})
) -> dg.AssetsDefinition:
    """The asset of a family's tables, one key a table, partitioned as the inputs.

    Any of the tables can be materialised alone. A live run works out the portfolios of which
    something changed; one that is started by hand, all of them. A backfill makes one run of its
    partitions; a run must have some: Dagster cannot tell which inputs it reads otherwise.
    `pictures` give Markdown about the newest day of the run.
    """
    deps = [dg.AssetDep(kind.table.name) for kind in family.reads]
    deps += [
        dg.AssetDep(shared.kind.table.name, partition_mapping=SAME_DAY_ANY_SHARD)
        for shared in family.shared
    ]
    specs = [
        table_spec(table, ANALYTICS, (), PARTITIONS, table_definitions(table), lineage_of(table))
        for table in family.tables
    ]

    @asset_step(
        name=family.name,
        specs=[spec.replace_attributes(deps=deps) for spec in specs],
        check_specs=[
            spec for table in family.tables for spec in (gate_spec(table), input_spec(table.name))
        ],
        partitions_def=PARTITIONS,
        backfill_policy=SINGLE_RUN,
        can_subset=True,
    )
    def worked_out(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
        settings, engine = environment.settings, environment.engine
        limit = settings.quarantine_limit
        wanted = wanted_by(context, settings)
        outcomes = work_out(
            family,
            engine,
            wanted,
            tables=[table for table in family.tables if table.name in _selected(context)],
            run_id=context.run.run_id,
            now=settings.now(),
            quarantine_limit=limit,
            progress=context.log.info,
        )
        with engine.connect() as connection:
            lacking = missing_inputs(connection, context.instance, family.reads, wanted)
        for report, account in outcomes:
            table = report.table
            if dg.AssetKey(table.name) in context.selected_asset_keys:
                if table in pictures:
                    picture = PictureOfDay(pictures[table], table.name, max(wanted.shards))
                    picture.add(context, engine, is_new=account.changed > 0)
                yield dg.MaterializeResult(
                    asset_key=table.name,
                    metadata={
                        **row_metadata(engine, report),
                        **_account_metadata(account),
                        **_restated(engine, context.run.run_id, table),
                    },
                )
            # Second: Dagster files a check under the latest materialisation that it knows.
            results = (gate_result(report, limit), input_result(table.name, lacking))
            yield from (result for result in results if _is_asked(context, result))

    return worked_out


def _is_asked(context: dg.AssetExecutionContext, result: dg.AssetCheckResult) -> bool:
    """Whether the run is to report this check."""
    asked = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
    return (result.asset_key, result.check_name) in asked


def _selected(context: dg.AssetExecutionContext) -> set[str]:
    """Tables of which the asset is selected, or only the check: it reports what the gate does."""
    checked = {check.asset_key for check in context.selected_asset_check_keys}
    return {key.to_user_string() for key in context.selected_asset_keys | checked}


def wanted_by(context: dg.AssetExecutionContext, settings: Settings) -> Wanted:
    """The as-of days, shards and portfolios that a run asks for by its partitions and tags."""
    inputs = InputSettings()
    tagged = context.run.tags.get(PORTFOLIOS_TAG)
    names = None if tagged is None else frozenset(filter(None, tagged.split(",")))
    asked = asked_partitions(context, settings, inputs)
    return Wanted(asked, inputs.lotus_core_shards, names, only_changed=is_live(context))


def _restated(engine: Engine, run_id: str, table: Table) -> dict[str, dg.MetadataValue]:
    """How many exported figures of the table the run restated, and why."""
    with engine.connect() as connection:
        causes = restated_by_cause(connection, run_id, table.name)
    return {
        "restated": dg.MetadataValue.int(sum(causes.values())),
        "restated_causes": dg.MetadataValue.json(causes),
    }


def _account_metadata(account: Account) -> dict[str, dg.MetadataValue]:
    return {
        "portfolios_with_rows": dg.MetadataValue.int(account.with_rows),
        "portfolios_unchanged": dg.MetadataValue.int(account.unchanged),
        "portfolios_without": dg.MetadataValue.json(dict(sorted(account.without.items()))),
        "reasons": dg.MetadataValue.json(account.named),
        "results": dg.MetadataValue.json(dict(sorted(account.results.items()))),
        "engine": dg.MetadataValue.text(engine_fingerprint()),
    }
