"""mwr: money-weighted returns of portfolios for every period, by XIRR and by Modified Dietz."""

import json
from functools import partial

import pandas as pd
from pandera.pandas import Field

from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.formulas.dated_series import Dated
from lotus_assets.engine.performance.formulas.segments import as_days, offsets_of
from lotus_assets.engine.performance.frames.mwr import Method, MwrOptions, up_to_last_valuation
from lotus_assets.engine.performance.frames.mwr import mwr as money_weighted_returns
from lotus_assets.engine.performance.frames.portfolio_days import CLOSE_DATE
from lotus_assets.inputs import core_mwr_input
from lotus_assets.inputs.column_reading import NUMBER
from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.input_tables import MWR_INPUT, PERFORMANCE_INPUT
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.columns import (
    JSON,
    Boolean,
    Integer,
    Json,
    Number,
    Text,
)
from lotus_assets.tables.portfolio_columns import (
    AsOfDate,
    Currency,
    EndDate,
    PeriodBeginValue,
    PeriodEndValue,
    PortfolioId,
    StaleSince,
    StandardPeriod,
    StartDate,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

STATUSES = ("OK", "MULTIPLE_ROOTS", "NEGATIVE_CAPITAL", "NO_SOLUTION", "ZERO_CAPITAL")
REASONS = (
    "TOTAL_LOSS",
    "DEGENERATE",
    "NO_SIGN_CHANGE",
    "NO_ROOT",
    "OUT_OF_RANGE",
    "STALE_VALUATIONS",
)


class Mwr(TableModel):
    """One row an as-of day, portfolio, period and method."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    period: StandardPeriod
    method: Text = Field(isin=list(Method), description="XIRR or MODIFIED_DIETZ.")
    start_date: StartDate
    end_date: EndDate
    begin_mv: PeriodBeginValue
    end_mv: PeriodEndValue
    flow_count: Integer = Field(ge=0, description="External flows of the period.")
    net_flow: Number = Field(description="Their sum, into the portfolio positive.")
    annual_rate: Number = Field(
        nullable=True,
        description="Rate a year, a decimal fraction: XIRR for any length; Modified Dietz only "
        "from 365 days on.",
    )
    period_return: Number = Field(
        nullable=True, description="Return of the whole period, a decimal fraction."
    )
    status: Text = Field(
        isin=STATUSES,
        description="OK; MULTIPLE_ROOTS (annual_rate is the one nearest to Modified Dietz, all are "
        "in roots); NEGATIVE_CAPITAL (a value, but of negative average capital); NO_SOLUTION with "
        "its reason; ZERO_CAPITAL (no average capital, or a period of one day).",
    )
    reason: Text = Field(
        nullable=True,
        isin=REASONS,
        description="Why there is no rate: TOTAL_LOSS, DEGENERATE, NO_SIGN_CHANGE, NO_ROOT; "
        "OUT_OF_RANGE, where the period's return is past what a float holds; STALE_VALUATIONS, "
        "where Modified Dietz is not annualised (stale_since).",
    )
    roots: Json = Field(metadata=JSON, description="Every annual rate that solves XIRR, ascending.")
    residual: Number = Field(
        nullable=True, description="What XIRR's rate leaves of the discounted flows, as a share."
    )
    iterations: Integer = Field(nullable=True, description="Evaluations that XIRR took.")
    average_capital: Number = Field(
        nullable=True, description="Modified Dietz's denominator: begin_mv and weighted flows."
    )
    is_short_period: Boolean = Field(description="The period is under 365 days long.")
    currency: Currency
    data_version: Text = Field(description="lotus-core's version of the mwr-input.")
    content_hash: Text = Field(str_length=64, description="Hash of the mwr-input: core_payload.")
    stale_since: StaleSince


TABLE = Table(
    name="mwr",
    model=Mwr,
    key=("as_of_date", "portfolio_id", "period", "method"),
    version=None,
    description="Money-weighted returns of portfolios: every period, XIRR and Modified Dietz.",
)
WINDOW = ["portfolio_id", "period", "start_date", "end_date", "begin_mv", "end_mv", "currency"]


def compute(inputs: PortfolioInputs) -> pd.DataFrame:
    """Rows of the table for some portfolios as of a day."""
    ends = inputs.payloads[["subject", "variant", "end_date"]].set_axis(
        ["portfolio_id", "period", "end_date"], axis=1
    )
    stored = database_table(core_mwr_input.TABLE).c
    rows = inputs.read(MWR_INPUT, stored.end_date.in_(sorted(set(ends["end_date"]))))
    ends["end_date"] = pd.to_datetime(ends["end_date"])
    windows = rows.merge(ends, on=["portfolio_id", "period", "end_date"])
    flows = core_mwr_input.flows_of(windows["cash_flows"])
    result = money_weighted_returns(_settled(inputs, windows[WINDOW], flows), flows, MwrOptions())
    result["roots"] = result["roots"].map(json.dumps)
    return inputs.named(result, variant="period")[TABLE.columns]


def _settled(inputs: PortfolioInputs, windows: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """The windows up to their portfolios' closing, with the day since which nothing was valued."""
    answers = inputs.payloads_of(MWR_INPUT, CLOSE_DATE).set_index(["subject", "variant"])
    keys = pd.MultiIndex.from_frame(windows[["portfolio_id", "period"]].astype(object))
    closed = pd.to_datetime(answers[CLOSE_DATE].reindex(keys)).to_numpy()
    performance = inputs.payloads_of(PERFORMANCE_INPUT)
    good = performance[performance["status"] == OK]
    rows = inputs.columns(PERFORMANCE_INPUT, good, "perf_date")
    valuations = Dated(rows["perf_date"], offsets_of(rows[NUMBER], len(good)))
    numbers = pd.Index(good["subject"]).get_indexer(pd.Index(windows["portfolio_id"]))
    return up_to_last_valuation(windows, flows, as_days(closed), numbers, valuations)


FAMILY = PortfolioFamily(
    "mwr",
    tables=(TABLE,),
    reads=(MWR_INPUT, PERFORMANCE_INPUT),
    compute=lambda inputs: {TABLE: partial(compute, inputs)},
)
mwr = portfolio_asset(FAMILY)
