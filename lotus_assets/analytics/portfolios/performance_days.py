"""Valued days of portfolios out of core_performance_input, as the frames take them."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.formulas.daily_returns import MONEY, DailyValues
from lotus_assets.engine.performance.formulas.dated_series import Dated
from lotus_assets.engine.performance.formulas.segments import as_days, offsets_of
from lotus_assets.engine.performance.frames.portfolio_days import CLOSE_DATE, PortfolioDays
from lotus_assets.inputs.column_reading import NUMBER
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.sources.warehouse.copying import Columns

NAMES = ("perf_date", *MONEY, "capital_sign")
OPEN_DATE = "portfolio_open_date"


@dataclass(frozen=True)
class BusinessDays:
    """Business days of portfolios by the calendars that lotus-core keeps: those with a valuation,
    and those that lotus-core lists as missing."""

    days: PortfolioDays
    calendar: Dated


def performance_days(inputs: PortfolioInputs) -> PortfolioDays:
    """The days of these portfolios, from the window that lotus-core answered with."""
    payloads = inputs.payloads_of(PERFORMANCE_INPUT, OPEN_DATE, CLOSE_DATE)
    return _days(inputs, payloads, inputs.columns(PERFORMANCE_INPUT, payloads, *NAMES))


def performance_business_days(inputs: PortfolioInputs) -> BusinessDays:
    """The same, with their business days."""
    payloads = inputs.payloads_of(PERFORMANCE_INPUT, OPEN_DATE, CLOSE_DATE, "diagnostics")
    columns = inputs.columns(PERFORMANCE_INPUT, payloads, *NAMES, "is_business_day")
    valued = columns["is_business_day"]
    missing = [json.loads(text)["missing_business_days"] for text in payloads["diagnostics"]]
    counts = [len(days) for days in missing]
    numbers = np.concatenate([columns[NUMBER][valued], np.repeat(np.arange(len(counts)), counts)])
    listed = as_days(np.array([day for days in missing for day in days], dtype="datetime64[D]"))
    dates = np.concatenate([columns["perf_date"][valued], listed])
    order = np.lexsort((dates, numbers))
    return BusinessDays(
        _days(inputs, payloads, columns),
        Dated(dates[order], offsets_of(numbers[order], len(payloads))),
    )


def _days(inputs: PortfolioInputs, payloads: pd.DataFrame, columns: Columns) -> PortfolioDays:
    values = DailyValues(
        dates=columns["perf_date"],
        begin_mv=columns["begin_mv"],
        bod_cf=columns["bod_cf"],
        eod_cf=columns["eod_cf"],
        mgmt_fees=columns["mgmt_fees"],
        end_mv=columns["end_mv"],
        offsets=offsets_of(columns[NUMBER], len(payloads)),
        capital_signs=columns["capital_sign"].astype(np.int8),
    )
    return PortfolioDays(
        payloads["subject"].to_numpy(dtype=object),
        np.full(len(payloads), np.datetime64(inputs.as_of, "D")),
        as_days(payloads[OPEN_DATE].to_numpy(dtype=str)),
        as_days(payloads["start_date"].to_numpy()),
        values,
        portfolio_close_date=as_days(pd.to_datetime(payloads[CLOSE_DATE]).to_numpy()),
    )
