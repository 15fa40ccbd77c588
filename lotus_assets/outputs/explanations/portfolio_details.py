"""The rows behind portfolios' figures, out of the inputs and by the frames that made the figures.

Each function takes the inputs of one portfolio, what is asked, and the row that holds the figure.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.analytics.portfolios.attribution_inputs import attribution_sides
from lotus_assets.analytics.portfolios.contribution_family import HIERARCHY, read_parts
from lotus_assets.analytics.portfolios.mwr import settled_windows
from lotus_assets.analytics.portfolios.performance_days import performance_days
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.analytics.portfolios.portfolio_series import portfolio_series
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.variants import ContributionVariant, Variant
from lotus_assets.engine.performance.frames.attribution import (
    AttributionOptions,
    attributed,
    attribution_days,
)
from lotus_assets.engine.performance.frames.attribution_effects import (
    KeptAttribution,
    attribution_effects,
)
from lotus_assets.engine.performance.frames.attribution_instruments import attribution_instruments
from lotus_assets.engine.performance.frames.contribution import (
    contribution_days,
    contribution_linking,
)
from lotus_assets.engine.performance.frames.mwr import MwrOptions, mwr_flows
from lotus_assets.engine.performance.frames.risk_returns import risk_returns
from lotus_assets.engine.performance.frames.twr import twr_days
from lotus_assets.outputs.explanations.portfolio_choices import AskedMeasure

Row = Mapping[str, Any]
Details = dict[str, pd.DataFrame]
NAMES = ["portfolio_id", "period"]
"""What a reader knows already."""


def of_twr(inputs: PortfolioInputs, asked: AskedMeasure, row: Row) -> Details:
    """Every day of the period: the amounts received, and the return that follows from them."""
    return {"days": _of_period(twr_days(performance_days(inputs), Basis(asked.metric_basis)), row)}


def of_mwr(inputs: PortfolioInputs, asked: AskedMeasure, row: Row) -> Details:
    """The flows of the investor: what was there at first, every flow, what was there at last."""
    windows, flows = settled_windows(inputs)
    annual_rate = row["annual_rate"] if asked.method == "XIRR" else None
    rates = np.full(len(windows), np.nan if annual_rate is None else annual_rate)
    return {"flows": mwr_flows(windows, flows, MwrOptions(), rates).drop(columns="window")}


def of_contribution(inputs: PortfolioInputs, asked: AskedMeasure, row: Row) -> Details:
    """What each day counts for (linking), and a position's days with that coefficient."""
    parts = read_parts(inputs, inputs.options[HIERARCHY])
    variant = ContributionVariant(Basis(asked.metric_basis), Linking(asked.linking))
    linking = contribution_linking(parts, (ReportingPeriod(asked.period),), variant)
    linking = linking.drop(columns=NAMES)
    if asked.group is None:
        return {"linking": linking}
    days = contribution_days(parts, Basis(asked.metric_basis))
    days = days[days["position_id"] == asked.group].drop(columns=["portfolio_id", "position_id"])
    of_position = days.merge(linking[["perf_date", "coefficient"]], on="perf_date")
    return {"days": of_position, "linking": linking}


def of_attribution(inputs: PortfolioInputs, asked: AskedMeasure, row: Row) -> Details:
    """What each single period counts for (linking); of a group, its weights, returns, effects,
    and the instruments in it."""
    [sides] = attribution_sides(inputs)
    model = Model(asked.model)
    variant = Variant(model, Linking(asked.linking))
    options = AttributionOptions((ReportingPeriod(asked.period),), with_linking=True)
    linking = attributed(sides, options, [variant]).linking
    linking = linking.drop(columns=["model", "linking", "portfolio_id"])
    shown = {"linking": linking.drop(columns="period")}
    if asked.group is None:
        return shown
    days = attribution_days(sides)
    kept = KeptAttribution(days, linking, model, options.effect_count)
    effects = pd.concat([*attribution_effects(kept)], ignore_index=True)
    of_group = {
        "days": _of_period(days, row),
        "effects": effects.drop(columns="period"),
        "instruments": _of_period(attribution_instruments(sides), row),
    }
    return {
        name: frame[frame["key"] == asked.group].drop(columns="key")
        for name, frame in of_group.items()
        if len(frame)
    } | shown


def of_risk_statistics(inputs: PortfolioInputs, asked: AskedMeasure, row: Row) -> Details:
    """The single returns that the portfolio's own figures are of, those over the risk-free series,
    and those beside the benchmark."""
    series = portfolio_series(inputs)
    returns = risk_returns(
        series.days,
        series.calendar,
        series.series,
        ReportingPeriod(asked.period),
        Frequency(asked.frequency),
    )
    return {
        str(name): of_figures.drop(columns=["portfolio_id", "figures"]).dropna(axis=1, how="all")
        for name, of_figures in returns.groupby("figures", sort=False)
    }


def _of_period(days: pd.DataFrame, row: Row) -> pd.DataFrame:
    """The days between the row's first and last."""
    if days.empty:
        return days
    dates = pd.to_datetime(days["perf_date"])
    inside = dates.between(pd.Timestamp(row["start_date"]), pd.Timestamp(row["end_date"]))
    return days[inside].drop(columns="portfolio_id")
