"""Portfolios and their parts out of the two report inputs, as the frames take them."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.formulas.daily_returns import MONEY
from lotus_assets.engine.performance.frames.portfolio_days import CLOSE_DATE, portfolios_frame
from lotus_assets.engine.performance.frames.portfolio_parts import (
    PortfolioParts,
    listed_metas,
    portfolio_parts,
)
from lotus_assets.inputs.column_reading import NUMBER
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT

OPEN_DATE = "portfolio_open_date"


def report_parts(
    inputs: PortfolioInputs, points: pd.DataFrame, metas: pd.DataFrame, names: Sequence[str]
) -> PortfolioParts:
    """Portfolios and parts of a report's points (portfolio_id, part, part_id, perf_date, …)."""
    return portfolio_parts(points, reported_portfolios(inputs), metas, names)


def reported_points(
    inputs: PortfolioInputs, kind: InputTable, part_id: str, *numbers: str
) -> pd.DataFrame:
    """Rows of a report, from the window of each payload: those before are older payloads'.

    Columns: portfolio_id, part, part_id, perf_date, the five amounts and `numbers`, NaN for NULL.
    """
    rows = inputs.arrow(kind, "part", part_id, "perf_date", *MONEY, *numbers)
    points: pd.DataFrame = rows.to_pandas(date_as_object=False).rename(columns={part_id: "part_id"})
    portfolios = inputs.payloads["subject"].to_numpy(dtype=object)
    points["portfolio_id"] = portfolios[points.pop(NUMBER)]
    return points


def reported_metas(
    inputs: PortfolioInputs, kind: InputTable, listed: str, part_id: str
) -> pd.DataFrame:
    """portfolio_id, part_id and meta of every part that the payloads list under `listed`."""
    payloads = inputs.payloads_of(kind, listed)
    texts = zip(payloads["subject"], payloads[listed], strict=True)
    return listed_metas({subject: json.loads(text) for subject, text in texts}, part_id)


def reported_portfolios(inputs: PortfolioInputs) -> pd.DataFrame:
    """The portfolios, known from their report's first day on.

    The days of opening and closing are performance-input's. Where lotus-core refused that, the
    opening lies before the report: a period that may begin earlier is too long, never cut in
    silence.
    """
    first = pd.to_datetime(inputs.payloads["start_date"]).to_numpy()
    days = inputs.payloads_of(PERFORMANCE_INPUT, OPEN_DATE, CLOSE_DATE).set_index("subject")
    subjects = inputs.payloads["subject"]
    known, closed = (
        pd.to_datetime(subjects.map(days[name])).to_numpy() for name in (OPEN_DATE, CLOSE_DATE)
    )
    opened_or_before = np.where(np.isnat(known), first - np.timedelta64(1, "D"), known)
    names = inputs.payloads["subject"].to_numpy(dtype=object)
    return portfolios_frame(names, inputs.as_of, opened_or_before, first, closed)
