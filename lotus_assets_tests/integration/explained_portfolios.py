"""A few portfolios of the sample book, collected and worked out as of one day, without a run."""

from collections.abc import Collection
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from lotus_assets.analytics.portfolios import (
    attribution_family,
    contribution_family,
    mwr,
    returns_family,
    twr_family,
)
from lotus_assets.analytics.portfolios.portfolio_family import Wanted
from lotus_assets.analytics.portfolios.working_out import work_out
from lotus_assets.inputs.collection import InputCollection
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.input_tables import (
    ATTRIBUTION_INPUT,
    BENCHMARK_ASSIGNMENT,
    BENCHMARK_RETURNS,
    CONTRIBUTION_INPUT,
    MWR_INPUT,
    PERFORMANCE_INPUT,
    RISK_FREE,
)
from lotus_assets.inputs.partitions import shard_keys
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.lotus_core.client import LotusCoreClient

OF_PORTFOLIOS = (
    PERFORMANCE_INPUT,
    MWR_INPUT,
    CONTRIBUTION_INPUT,
    ATTRIBUTION_INPUT,
    BENCHMARK_ASSIGNMENT,
)
SHARED = (BENCHMARK_RETURNS, RISK_FREE)
FAMILIES = (
    twr_family.FAMILY,
    mwr.FAMILY,
    contribution_family.FAMILY,
    attribution_family.FAMILY,
    returns_family.FAMILY,
)
SHARDS = 16


def work_out_portfolios(
    engine: Engine, core_url: str, as_of: date, portfolio_ids: Collection[str]
) -> None:
    """Collect the inputs of these portfolios and what they share, and fill the tables."""
    now = datetime(as_of.year + 1, 1, 1, tzinfo=UTC)
    shards = shard_keys(SHARDS)
    limit = QuarantineLimit(0.0)
    with LotusCoreClient(core_url) as client:
        for kind in (*OF_PORTFOLIOS, *SHARED):
            asked = [
                one
                for one in kind.ask(client, as_of, InputSettings())
                if kind in SHARED or one.subject in portfolio_ids
            ]
            collection = InputCollection(engine, client, kind, "run", now, SHARDS, limit)
            collection.collect(as_of, asked, shards)
    wanted = Wanted({as_of: shards}, SHARDS)
    for family in FAMILIES:
        work_out(family, engine, wanted, run_id="run", now=now, quarantine_limit=limit)
