"""Small portfolios as the engine reads them: rows of a day, in lists."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.cash_flows import CashFlows
from lotus_assets.engine.performance.formulas.daily_returns import DailyValues
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.linking_coefficients import (
    LinkedActive,
    Linking,
    active_returns,
)
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod, Windows, resolve
from lotus_assets.engine.performance.formulas.segments import Days, Floats, Integers
from lotus_assets.engine.performance.formulas.variants import AttributionMethod, Variant

Row = tuple[str, float, float, float, float, float]
"""Date, begin_mv, bod_cf, eod_cf, mgmt_fees, end_mv."""
GroupRow = tuple[str, int, float, float]
"""Date, group, weight, return."""


def offsets(lengths: Sequence[int]) -> Integers:
    """Offsets of segments of these lengths."""
    return np.append(0, np.cumsum(np.array(lengths, np.int64))).astype(np.int64)


def daily_values(*portfolios: Sequence[Row]) -> DailyValues:
    """One segment a portfolio."""
    rows = [row for portfolio in portfolios for row in portfolio]
    columns = list(zip(*rows, strict=True)) or [()] * 6
    begin, bod, eod, fees, end = (np.array(column, np.float64) for column in columns[1:])
    segments = offsets([len(one) for one in portfolios])
    return DailyValues(np.array(columns[0], "datetime64[D]"), begin, bod, eod, fees, end, segments)


def with_decimals(rows: Sequence[tuple[str, str, str, str, str, str]]) -> DailyValues:
    """One portfolio whose decimals hold more digits than a float."""
    names = ("begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv")
    texts = {name: [row[place + 1] for row in rows] for place, name in enumerate(names)}
    begin, bod, eod, fees, end = (np.array(texts[name], np.float64) for name in names)
    return DailyValues(
        np.array([row[0] for row in rows], "datetime64[D]"),
        begin,
        bod,
        eod,
        fees,
        end,
        offsets([len(rows)]),
        lambda name, chosen: [Decimal(texts[name][row]) for row in chosen],
    )


def from_returns(start: str, *portfolios: Sequence[float]) -> DailyValues:
    """Calendar days from `start`, each begun with 100, without flows or fees."""
    rows = []
    for returns in portfolios:
        days = np.datetime64(start) + np.arange(len(returns))
        rows.append(
            [
                (str(day), 100.0, 0.0, 0.0, 0.0, 100.0 * (1.0 + one))
                for day, one in zip(days, returns, strict=True)
            ]
        )
    return daily_values(*rows)


def windows_of(values: DailyValues, *periods: ReportingPeriod, as_of: str | None = None) -> Windows:
    """Windows from the first to the last day of all rows, which were open from the first on."""
    return windows_on(values.dates, values.offsets, *periods, as_of=as_of)


def linked_returns(portfolio: Floats, benchmark: Floats) -> LinkedActive:
    """Linked returns of both sides as linking coefficients take them."""
    growth = active_returns(portfolio, benchmark).growth
    return LinkedActive(growth, np.log1p(np.maximum(portfolio, benchmark)))


def windows_on(
    dates: Days, segments: Integers, *periods: ReportingPeriod, as_of: str | None = None
) -> Windows:
    """Windows on dates in segments."""
    last = np.datetime64(as_of) if as_of else dates.max()
    asked = periods or (ReportingPeriod("ITD"),)
    return resolve(asked, last, dates.min(), dates.min(), dates, segments)


def cash_flows(
    start: str, end: str, begin: float, finish: float, *flows: tuple[str, float]
) -> CashFlows:
    """One portfolio."""
    return CashFlows(
        np.array([start], "datetime64[D]"),
        np.array([end], "datetime64[D]"),
        np.array([begin]),
        np.array([finish]),
        np.array([flow[0] for flow in flows], "datetime64[D]"),
        np.array([flow[1] for flow in flows], np.float64),
        offsets([len(flows)]),
    )


def investor(*flows: tuple[str, float]) -> CashFlows:
    """One portfolio from its investor's dated flows: paid in negative, got back positive."""
    (start, paid), *inner, (end, got) = flows
    return cash_flows(start, end, -paid, got, *((date, -amount) for date, amount in inner))


def group_side(rows: Sequence[GroupRow], local: Sequence[float] | None = None) -> GroupSide:
    """One portfolio's side of an attribution."""
    return GroupSide(
        np.array([row[0] for row in rows], "datetime64[D]"),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        offsets([len(rows)]),
        None if local is None else np.array(local),
    )


def by(
    model: Model = Model.BF, linking: Linking = Linking.CARINO, **shared: Any
) -> AttributionMethod:
    """A method of one variant."""
    return AttributionMethod((Variant(model, linking),), **shared)
