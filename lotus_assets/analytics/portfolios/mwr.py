"""mwr: money-weighted returns of portfolios for every period, by XIRR and by Modified Dietz."""

import json
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from pandera.pandas import Field

from lotus_assets.analytics.portfolios.performance_days import OPEN_DATE
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.formulas.calendar_days import DAY
from lotus_assets.engine.performance.formulas.dated_series import Dated
from lotus_assets.engine.performance.formulas.internal_rate import SHORT_PERIOD_DAYS
from lotus_assets.engine.performance.formulas.periods import STANDARD_PERIODS, resolve
from lotus_assets.engine.performance.formulas.segments import as_days, offsets_of
from lotus_assets.engine.performance.formulas.statuses import Status
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
    PortfolioId,
    StaleSince,
    StandardPeriod,
    StartDate,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

STATUSES = (
    "OK",
    "MULTIPLE_ROOTS",
    "NEGATIVE_CAPITAL",
    "NO_SOLUTION",
    "ZERO_CAPITAL",
    "OVERFLOW",
    "CLOSED",
)
REASONS = ("TOTAL_LOSS", "DEGENERATE", "NO_SIGN_CHANGE", "NO_ROOT", "STALE_VALUATIONS")


class Mwr(TableModel):
    """One row an as-of day, portfolio, period and method."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    period: StandardPeriod
    method: Text = Field(isin=list(Method), description="XIRR or MODIFIED_DIETZ.")
    start_date: StartDate
    end_date: EndDate
    begin_mv: Number = Field(
        nullable=True,
        description="Value at the beginning of start_date, after fees; NULL after the closing.",
    )
    end_mv: Number = Field(
        nullable=True, description="Value at the end of end_date, after fees; NULL alike."
    )
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
        "its reason; ZERO_CAPITAL (no average capital, or a period of one day); OVERFLOW "
        "(period_return is past what a float holds; roots are given); CLOSED (the period begins "
        "after the portfolio's close: of the dates as they are by its definition).",
    )
    reason: Text = Field(
        nullable=True,
        isin=REASONS,
        description="Why there is no rate: TOTAL_LOSS, DEGENERATE, NO_SIGN_CHANGE, NO_ROOT; "
        "STALE_VALUATIONS, where Modified Dietz is not annualised (stale_since).",
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
    data_version: Text = Field(
        description="lotus-core's version of the mwr-input; of a CLOSED period, that of ITD."
    )
    content_hash: Text = Field(
        str_length=64, description="Hash of the same mwr-input: core_payload."
    )
    stale_since: StaleSince


TABLE = Table(
    name="mwr",
    model=Mwr,
    key=("as_of_date", "portfolio_id", "period", "method"),
    version=None,
    description="Money-weighted returns of portfolios: every period, XIRR and Modified Dietz.",
)
A_YEAR = SHORT_PERIOD_DAYS * DAY
WHOLE_LIFE = "ITD"
WINDOW = ["portfolio_id", "period", "start_date", "end_date", "begin_mv", "end_mv", "currency"]


@dataclass(frozen=True)
class _Valued:
    """performance-inputs that are OK, a row a portfolio, and the days that each was valued on."""

    payloads: pd.DataFrame
    valuations: Dated

    @classmethod
    def read(cls, inputs: PortfolioInputs) -> "_Valued":
        answers = inputs.payloads_of(PERFORMANCE_INPUT, OPEN_DATE, CLOSE_DATE)
        good = answers[answers["status"] == OK]
        rows = inputs.columns(PERFORMANCE_INPUT, good, "perf_date")
        return cls(good, Dated(rows["perf_date"], offsets_of(rows[NUMBER], len(good))))


def compute(inputs: PortfolioInputs) -> pd.DataFrame:
    """Rows of the table for some portfolios as of a day."""
    windows, flows = _windows(inputs)
    valued = _Valued.read(inputs)
    settled = _settled(inputs, windows[WINDOW], flows, valued)
    result = money_weighted_returns(settled, flows, MwrOptions())
    result["roots"] = result["roots"].map(json.dumps)
    named = inputs.named(result, variant="period").reindex(columns=TABLE.columns)
    closed = _closed(inputs, windows, valued)
    return pd.concat([named, closed], ignore_index=True) if len(closed) else named


def settled_windows(inputs: PortfolioInputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every period of these portfolios up to their closing, and its flows: see the frames' mwr."""
    windows, flows = _windows(inputs)
    return _settled(inputs, windows[WINDOW], flows, _Valued.read(inputs)), flows


def _windows(inputs: PortfolioInputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    ends = inputs.payloads[["subject", "variant", "end_date"]].set_axis(
        ["portfolio_id", "period", "end_date"], axis=1
    )
    stored = database_table(core_mwr_input.TABLE).c
    rows = inputs.read(MWR_INPUT, stored.end_date.in_(sorted(set(ends["end_date"]))))
    ends["end_date"] = pd.to_datetime(ends["end_date"])
    windows = rows.merge(ends, on=["portfolio_id", "period", "end_date"])
    return windows, core_mwr_input.flows_of(windows["cash_flows"])


def _settled(
    inputs: PortfolioInputs, windows: pd.DataFrame, flows: pd.DataFrame, valued: _Valued
) -> pd.DataFrame:
    """The windows up to their portfolios' closing, with the day since which nothing was valued."""
    answers = inputs.payloads_of(MWR_INPUT, CLOSE_DATE).set_index(["subject", "variant"])
    keys = pd.MultiIndex.from_frame(windows[["portfolio_id", "period"]].astype(object))
    closed = pd.to_datetime(answers[CLOSE_DATE].reindex(keys)).to_numpy()
    numbers = pd.Index(valued.payloads["subject"]).get_indexer(pd.Index(windows["portfolio_id"]))
    return up_to_last_valuation(windows, flows, as_days(closed), numbers, valued.valuations)


def _closed(inputs: PortfolioInputs, windows: pd.DataFrame, valued: _Valued) -> pd.DataFrame:
    """Rows of the periods that begin after their portfolios closed, for which lotus-core has no
    input: under the input of the portfolio's whole life."""
    payloads, days = valued.payloads, valued.valuations
    resolved = resolve(
        STANDARD_PERIODS,
        np.full(len(payloads), np.datetime64(inputs.as_of, "D")),
        as_days(payloads[OPEN_DATE].to_numpy(dtype=str)),
        as_days(payloads["start_date"].to_numpy()),
        days.dates,
        days.offsets,
        as_days(pd.to_datetime(payloads[CLOSE_DATE]).to_numpy()),
    )
    at = np.flatnonzero(resolved.status == Status.CLOSED)
    rows = pd.DataFrame(
        {
            "portfolio_id": payloads["subject"].to_numpy()[resolved.portfolio[at]],
            "period": resolved.key[at],
            "start_date": resolved.start_date[at].astype("datetime64[s]"),
            "end_date": resolved.end_date[at].astype("datetime64[s]"),
            "is_short_period": resolved.end_date[at] - resolved.start_date[at] < A_YEAR,
            "status": str(Status.CLOSED),
            "roots": "[]",
            "flow_count": 0,
            "net_flow": 0.0,
        }
    )
    lives = windows.loc[windows["period"] == WHOLE_LIFE, ["portfolio_id", "currency"]]
    rows = rows.merge(lives.assign(life=WHOLE_LIFE), on="portfolio_id")
    rows = rows.merge(pd.DataFrame({"method": [str(method) for method in Method]}), how="cross")
    return inputs.named(rows, variant="life").reindex(columns=TABLE.columns)


FAMILY = PortfolioFamily(
    "mwr",
    tables=(TABLE,),
    reads=(MWR_INPUT, PERFORMANCE_INPUT),
    compute=lambda inputs: {TABLE: partial(compute, inputs)},
)
mwr = portfolio_asset(FAMILY)
