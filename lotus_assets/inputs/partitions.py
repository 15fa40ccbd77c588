"""Partitions of the inputs: as-of days (the last 400) by portfolio shards."""

import hashlib
from datetime import date, timedelta

import dagster as dg
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
)

from lotus_assets.graph import layers
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.settings import Settings

AS_OF_DAYS = 400
"""5 years of days by 16 shards would be 29,000 partitions, which the UI suffers from (measured:
beyond some 25,000)."""
AS_OF, SHARD = "as_of", "shard"
CORE_INPUTS = "core_inputs"
LOTUS_CORE_POOL = "lotus_core"
"""Steps that read lotus-core; the pool's limit bounds runs side by side, not requests."""


def shard_of(subject: str, count: int) -> str:
    """The shard of a portfolio, benchmark or series: the same in every process and release."""
    digest = hashlib.sha256(subject.encode()).digest()
    return shard_key(int.from_bytes(digest[:8], "big") % count)


def shard_key(number: int) -> str:
    """Partition key of a shard."""
    return f"{number:03d}"


def shard_keys(count: int) -> list[str]:
    """Partition keys of all shards."""
    return [shard_key(number) for number in range(count)]


def as_of_shards(settings: Settings, inputs: InputSettings) -> dg.MultiPartitionsDefinition:
    """Days times shards. The last complete day is the last partition: a day that is not over has
    no answer that could be replayed."""
    today = settings.now().astimezone(settings.zone).date()
    first = today - timedelta(days=AS_OF_DAYS)
    # Dagster's own now is the clock's: a replay (TEM_AS_OF) must name the end.
    end = str(today) if settings.tem_as_of is not None else None
    days = dg.DailyPartitionsDefinition(
        start_date=str(first), end_date=end, timezone=settings.timezone
    )
    return dg.MultiPartitionsDefinition(
        {
            AS_OF: days,
            SHARD: dg.StaticPartitionsDefinition(shard_keys(inputs.lotus_core_shards)),
        }
    )


def last_complete_day(settings: Settings) -> date:
    """Yesterday in TIMEZONE."""
    return layers.last_complete_day(settings.now(), settings)


def asked_partitions(
    context: dg.AssetExecutionContext, settings: Settings, inputs: InputSettings
) -> dict[date, set[str]]:
    """As-of days of a run, ascending, with the shards to collect of each.

    A run without partitions (`make run`) collects the last complete day of every shard.
    """
    if not (context.has_partition_key or context.has_partition_key_range):
        return {last_complete_day(settings): set(shard_keys(inputs.lotus_core_shards))}
    asked: dict[date, set[str]] = {}
    for key in context.partition_keys:
        if not isinstance(key, dg.MultiPartitionKey):
            raise TypeError(f"expected a key of day and shard, not {key!r}")
        day = date.fromisoformat(key.keys_by_dimension[AS_OF])
        asked.setdefault(day, set()).add(key.keys_by_dimension[SHARD])
    return dict(sorted(asked.items()))


def whole_day_tags(day: date, count: int) -> dict[str, str]:
    """Tags that make one run of all shards of an as-of day, so that each shows as filled."""
    first, last = (
        dg.MultiPartitionKey({AS_OF: str(day), SHARD: shard_key(number)})
        for number in (0, count - 1)
    )
    return {ASSET_PARTITION_RANGE_START_TAG: str(first), ASSET_PARTITION_RANGE_END_TAG: str(last)}
