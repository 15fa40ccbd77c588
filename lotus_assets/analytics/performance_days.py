"""Valued days of portfolios out of core_performance_input, as the measures take them."""

import numpy as np

from lotus_assets.analytics.portfolio_analytic import PortfolioInputs
from lotus_assets.engine.measures.portfolio_days import PortfolioDays
from lotus_assets.engine.performance.daily_returns import DailyValues
from lotus_assets.engine.performance.segments import as_days, offsets_of
from lotus_assets.inputs.column_reading import PLACE, read_input_columns
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT

MONEY = ("begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv")
OPEN_DATE = "portfolio_open_date"


def performance_days(inputs: PortfolioInputs) -> PortfolioDays:
    """The days of these portfolios, from the window that lotus-core answered with."""
    payloads = inputs.payloads_of(PERFORMANCE_INPUT, OPEN_DATE)
    payloads = payloads[payloads["subject"].isin(inputs.portfolio_ids)]
    found = read_input_columns(
        inputs.connection,
        PERFORMANCE_INPUT,
        inputs.as_of,
        payloads,
        ("perf_date", *MONEY, "capital_sign"),
    )
    values = DailyValues(
        dates=found["perf_date"],
        begin_mv=found["begin_mv"],
        bod_cf=found["bod_cf"],
        eod_cf=found["eod_cf"],
        mgmt_fees=found["mgmt_fees"],
        end_mv=found["end_mv"],
        offsets=offsets_of(found[PLACE], len(payloads)),
        capital_signs=found["capital_sign"].astype(np.int8),
    )
    return PortfolioDays(
        payloads["subject"].to_numpy(dtype=object),
        np.full(len(payloads), np.datetime64(inputs.as_of, "D")),
        as_days(payloads[OPEN_DATE].to_numpy(dtype=str)),
        as_days(payloads["start_date"].to_numpy()),
        values,
    )
