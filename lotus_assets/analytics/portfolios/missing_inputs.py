"""Partitions of a run for which nobody collected the inputs of a family."""

from collections.abc import Sequence

import dagster as dg
from sqlalchemy import Connection

from lotus_assets.analytics.portfolios.portfolio_family import Wanted
from lotus_assets.graph.input_checks import Lacking
from lotus_assets.inputs import core_payload
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.partitions import AS_OF, SHARD, shard_of
from lotus_assets.sources.warehouse.payload_index import known_payloads, known_subjects


def missing_inputs(
    connection: Connection,
    instance: dg.DagsterInstance,
    kinds: Sequence[InputTable],
    wanted: Wanted,
) -> Lacking:
    """The inputs' tables, each with the wanted partitions that hold no payload and never did.

    A shard without any portfolio holds none either, though it was collected.
    """
    lacking = {}
    for kind in kinds:
        empty = _without_payload(connection, kind, wanted)
        if empty:
            collected = instance.get_materialized_partitions(dg.AssetKey(kind.table.name))
            empty = [key for key in empty if key not in collected]
        if empty:
            lacking[kind.table.name] = empty
    return lacking


def _without_payload(connection: Connection, kind: InputTable, wanted: Wanted) -> list[str]:
    subjects = known_subjects(connection, core_payload.TABLE, kind.contract.name)
    peopled = {shard_of(subject, wanted.shard_count) for subject in subjects}
    partitions = []
    for day, asked in wanted.shards.items():
        payloads = known_payloads(connection, core_payload.TABLE, kind.contract.name, day)
        filled = {shard_of(subject, wanted.shard_count) for subject, _ in payloads}
        # Of a day that was collected, only shards that hold portfolios can have been left out.
        lacking = set(asked) & peopled - filled if filled else set(asked)
        partitions += [(day, shard) for shard in sorted(lacking)]
    return [str(dg.MultiPartitionKey({AS_OF: str(day), SHARD: shard})) for day, shard in partitions]
