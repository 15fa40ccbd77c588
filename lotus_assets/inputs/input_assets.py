"""From input to Dagster asset: partitions, the collection of each day, and what it reports."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import dagster as dg
from sqlalchemy import Engine, func, select

from lotus_assets.filling.reports import REASON_ROWS
from lotus_assets.graph.gated_assets import GATE, table_spec
from lotus_assets.graph.layers import NO_RETRY, SINGLE_RUN
from lotus_assets.graph.resources import Environment
from lotus_assets.inputs.collection import InputCollection, InputReport, TooManyViolations
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
from lotus_assets.inputs.payload_chunk import Asked
from lotus_assets.settings import Settings
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.errors import (
    BrokenPayload,
    InvalidRequest,
    LotusCoreError,
    SourceUnavailable,
    UnsupportedConfiguration,
)
from lotus_assets.sources.warehouse.bookkeeping import write_table_run
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.sources.warehouse.staging import Written
from lotus_assets.tables.table import Table

Ask = Callable[[LotusCoreClient, date, InputSettings], Iterable[Asked]]
"""Gives the requests of one day, for all shards."""

PARTITIONS = as_of_shards(Settings(), InputSettings())


def input_asset(
    kind: InputTable, ask: Ask, also: Sequence[tuple[InputTable, Ask]] = ()
) -> dg.AssetsDefinition:
    """The asset of an input's table.

    `also` are contracts that are collected with it and keep nothing but their payloads. A
    backfill makes one run a shard (or a day, when there are fewer days than shards); a run
    without partitions takes every shard of the last complete day.
    """
    table = kind.table

    @dg.multi_asset(
        name=f"collect_{table.name}",
        specs=[table_spec(table, CORE_INPUTS, (), PARTITIONS)],
        check_specs=[gate_spec(table)],
        partitions_def=PARTITIONS,
        backfill_policy=SINGLE_RUN,
        pool=LOTUS_CORE_POOL,
    )
    def collect(
        context: dg.AssetExecutionContext, environment: Environment, lotus_core: LotusCore
    ) -> Iterator[Any]:
        inputs = lotus_core.settings
        limit = inputs.lotus_core_quarantine_limit
        total = InputReport(kind)
        try:
            with lotus_core.client(context.run.run_id) as client:
                asked = asked_partitions(context, environment.settings, inputs)
                for as_of, shards in asked.items():
                    for each, requests in ((kind, ask), *also):
                        wanted = [
                            request
                            for request in requests(client, as_of, inputs)
                            if shard_of(request.subject, inputs.lotus_core_shards) in shards
                        ]
                        collection = InputCollection(
                            engine=environment.engine,
                            client=client,
                            kind=each,
                            run_id=context.run.run_id,
                            now=environment.settings.now(),
                            chunk_size=inputs.lotus_core_chunk,
                            quarantine_limit=limit,
                            progress=context.log.info,
                        )
                        total.add(collection.collect(as_of, wanted, shards))
        except TooManyViolations as closed:
            _note(environment, table, closed.report, context.run.run_id)
            yield gate_result(table, closed.report, limit)
            context.instance.add_run_tags(context.run.run_id, NO_RETRY)
            raise dg.Failure(str(closed), allow_retries=False) from closed
        except UnsupportedConfiguration as refused:
            context.instance.add_run_tags(context.run.run_id, NO_RETRY)
            raise dg.Failure(
                f"{refused}. No request was answered: check LOTUS_CORE_GROUP_BY.",
                allow_retries=False,
            ) from refused
        except (InvalidRequest, BrokenPayload) as refused:
            context.instance.add_run_tags(context.run.run_id, NO_RETRY)
            raise dg.Failure(str(refused), allow_retries=False) from refused
        except SourceUnavailable as silent:
            raise dg.Failure(str(silent)) from silent
        except LotusCoreError as other:
            raise dg.Failure(str(other)) from other
        _note(environment, table, total, context.run.run_id)
        yield dg.MaterializeResult(
            asset_key=table.name, metadata=_metadata(environment.engine, table, total)
        )
        # Second: Dagster files a check under the latest materialisation that it knows.
        yield gate_result(table, total, limit)

    return collect


def gate_spec(table: Table) -> dg.AssetCheckSpec:
    """The blocking check that reports what the contract gate did."""
    return dg.AssetCheckSpec(
        GATE,
        asset=table.name,
        blocking=True,
        description=(
            "Payloads keep their contract; those that do not are in quarantine, and their share "
            "is within LOTUS_CORE_QUARANTINE_LIMIT."
        ),
    )


def gate_result(table: Table, report: InputReport, limit: float) -> dg.AssetCheckResult:
    """What the gate did, with the reasons in the metadata."""
    bad = report.quarantined
    passed = report.bad_share <= limit
    return dg.AssetCheckResult(
        asset_key=table.name,
        check_name=GATE,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN if passed else dg.AssetCheckSeverity.ERROR,
        description=(
            f"{len(bad)} of {report.payloads + report.unchanged} payloads in quarantine "
            f"(limit {limit:.1%})"
        ),
        metadata={
            "payloads": report.payloads,
            "quarantined": len(bad),
            "bad_share": report.bad_share,
            "limit": limit,
            "failing_payloads": dg.MetadataValue.json(
                json.loads(bad[["reason", "payload"]].head(REASON_ROWS).to_json(orient="records"))
            ),
        },
    )


def _note(environment: Environment, table: Table, report: InputReport, run_id: str) -> None:
    """Note for the run's summary what it did to the table."""
    written = Written(report.rows, report.new, 0, 0)
    with environment.engine.begin() as connection:
        write_table_run(
            connection,
            run_id,
            table.name,
            written,
            len(report.quarantined),
            report.seconds,
            environment.settings.now(),
        )


def _metadata(engine: Engine, table: Table, report: InputReport) -> dict[str, Any]:
    with engine.connect() as connection:
        target = database_table(table)
        total = connection.scalar(select(func.count()).select_from(target)) or 0
    sample = json.loads(report.sample.to_json(orient="records", date_format="iso"))
    return {
        "dagster/row_count": dg.MetadataValue.int(total),
        "payloads": report.payloads,
        "payloads_unchanged": report.unchanged,
        "payloads_quarantined": len(report.quarantined),
        "payloads_refused": dg.MetadataValue.json(dict(report.refused)),
        "continuity_breaks": report.breaks,
        "rows_read": report.rows,
        "rows_new": report.new,
        "rows_known_earlier": report.earlier,
        "seconds": round(report.seconds, 3),
        "sample": dg.MetadataValue.json(sample),
    }
