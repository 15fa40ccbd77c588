"""From input to Dagster asset: partitions, the collection of each day, and what it reports."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from sqlalchemy import Engine

from lotus_assets.graph.gated_assets import (
    gate_result,
    gate_spec,
    table_metadata,
    table_spec,
    total_rows,
)
from lotus_assets.graph.layers import SINGLE_RUN
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.inputs.collection import InputCollection, InputReport
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.lotus_core_resource import LotusCore
from lotus_assets.inputs.partitions import (
    CORE_INPUTS,
    LOTUS_CORE_POOL,
    as_of_shards,
    asked_partitions,
    shard_of,
)
from lotus_assets.settings import Settings
from lotus_assets.tables.table import Table

PARTITIONS = as_of_shards(Settings(), InputSettings())


def input_asset(kind: InputTable) -> dg.AssetsDefinition:
    """The asset of an input's table.

    A backfill makes one run a shard (or a day, when there are fewer days than shards); a run
    without partitions takes every shard of the last complete day.
    """
    table = kind.table

    @asset_step(
        name=f"collect_{table.name}",
        specs=[table_spec(table, CORE_INPUTS, (), PARTITIONS)],
        check_specs=[gate_spec(table, InputReport)],
        partitions_def=PARTITIONS,
        backfill_policy=SINGLE_RUN,
        pool=LOTUS_CORE_POOL,
    )
    def collect(
        context: dg.AssetExecutionContext, environment: Environment, lotus_core: LotusCore
    ) -> Iterator[Any]:
        settings, engine = environment.settings, environment.engine
        inputs = lotus_core.settings
        limit = inputs.quarantine_limit
        total = InputReport(table)
        with lotus_core.client(context.run.run_id) as client:
            asked = asked_partitions(context, settings, inputs)
            for as_of, shards in asked.items():
                for collected in (kind, *kind.also):
                    wanted = [
                        request
                        for request in collected.ask(client, as_of, inputs)
                        if shard_of(request.subject, inputs.lotus_core_shards) in shards
                    ]
                    collection = InputCollection(
                        engine=engine,
                        client=client,
                        kind=collected,
                        run_id=context.run.run_id,
                        now=settings.now(),
                        chunk_size=inputs.lotus_core_chunk,
                        quarantine_limit=limit,
                        progress=context.log.info,
                    )
                    total.add(collection.collect(as_of, wanted, shards))
        with engine.begin() as connection:
            total.note(connection, context.run.run_id, settings.now())
        yield dg.MaterializeResult(asset_key=table.name, metadata=_metadata(engine, table, total))
        # Second: Dagster files a check under the latest materialisation that it knows.
        yield gate_result(total, limit)

    return collect


def _metadata(engine: Engine, table: Table, report: InputReport) -> dict[str, Any]:
    return {
        "dagster/row_count": total_rows(engine, table),
        "payloads": report.payloads,
        "payloads_unchanged": report.unchanged,
        "payloads_quarantined": len(report.quarantined),
        "payloads_refused": dg.MetadataValue.json(dict(report.refused)),
        "continuity_breaks": report.breaks,
        "rows_read": report.rows,
        "rows_new": report.new,
        "rows_known_earlier": report.earlier,
        "seconds": round(report.seconds, 3),
        "sample": table_metadata(report.sample),
    }
