"""Marks of days: a live run finds out as it goes which days it writes, and Dagster is told so.

Dagster by itself marks the partition that a run is of: of a live run the last complete day.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventBatchMetadata

from lotus_assets.settings import FIRST_DAY

Metadata = Mapping[str, Any]


def mark_written(
    context: dg.AssetExecutionContext,
    names: Iterable[str],
    days: Iterable[date],
    metadata: Mapping[date, Metadata] = MappingProxyType({}),
) -> None:
    """Mark the days of the assets `names` that the run wrote, with the metadata of each.

    The run's own partitions are left out: the step's result marks them. So are days before the
    first partition.
    """
    own = set(context.partition_keys)
    written = [day for day in sorted(days) if day >= FIRST_DAY and str(day) not in own]
    mark_partitions(context, names, {str(day): metadata.get(day, {}) for day in written})


def mark_partitions(
    context: dg.AssetExecutionContext, names: Iterable[str], written: Mapping[str, Metadata]
) -> None:
    """Mark partitions of the assets `names`, each with its metadata."""
    step = context.op_execution_context.get_step_execution_context()
    for name in names:
        # What `context.log_event` does, but it stores one by one: measured, 3 ms each, and a first
        # collection has 180 days of fourteen tables.
        batch = str(uuid.uuid4())
        for number, (partition, metadata) in enumerate(written.items(), start=1):
            materialization = dg.AssetMaterialization(name, partition=partition, metadata=metadata)
            place = DagsterEventBatchMetadata(batch, is_end=number == len(written))
            DagsterEvent.asset_materialization(step, materialization, place)
