"""Valued days of many portfolios, with the dates that their periods are resolved by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lotus_assets.engine.performance.formulas.annualisation import BusinessCalendars
from lotus_assets.engine.performance.formulas.daily_returns import MONEY, DailyValues
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod, Windows, resolve
from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Integers,
    as_days,
    offsets_of,
    search_in_segments,
)

Identifiers = NDArray[np.object_]
PORTFOLIO_COLUMNS = ("as_of_date", "portfolio_open_date", "performance_start_date")
CLOSE_DATE = "portfolio_close_date"


@dataclass(frozen=True)
class PortfolioDays:
    """One value a portfolio, one segment of `values` each.

    `performance_start_date` is the first day of the window that `values` covers: nothing before
    it is known. `calendars` are needed for BUS/252 alone. `portfolio_close_date` is NaT for what is
    open, and None where nothing has closed.
    """

    portfolio_id: Identifiers
    as_of_date: Days
    portfolio_open_date: Days
    performance_start_date: Days
    values: DailyValues
    calendars: BusinessCalendars | None = None
    portfolio_close_date: Days | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where the columns do not have one value a segment."""
        for name in PORTFOLIO_COLUMNS:
            object.__setattr__(self, name, as_days(getattr(self, name)))
        for name in ("portfolio_id", *PORTFOLIO_COLUMNS):
            if len(getattr(self, name)) != self.values.count:
                raise ValueError(
                    f"{name} has {len(getattr(self, name))} values for {self.values.count} segments"
                )

    @property
    def close_dates(self) -> Days:
        """Close date of every portfolio, NaT for what is open."""
        if self.portfolio_close_date is None:
            return as_days(np.full(self.values.count, "NaT"))
        return as_days(self.portfolio_close_date)

    def rows_of(self, portfolio_numbers: ArrayLike, dates: ArrayLike) -> Integers:
        """Row of `values` of each portfolio (its number) and date; the next one's, or the end of
        the portfolio's, where it has no such date."""
        number = np.asarray(portfolio_numbers, np.int64)
        firsts, lasts = self.values.offsets[number], self.values.offsets[number + 1]
        return search_in_segments(self.values.dates, firsts, lasts, as_days(dates))

    def windows(self, periods: tuple[ReportingPeriod, ...]) -> Windows:
        """The periods of every portfolio, portfolio by portfolio."""
        return resolve(
            periods,
            self.as_of_date,
            self.portfolio_open_date,
            self.performance_start_date,
            self.values.dates,
            self.values.offsets,
            self.close_dates,
        )


def portfolios_frame(
    portfolio_id: Sequence[str] | Identifiers,
    as_of: date | Days,
    opened: date | Days,
    known: date | Days,
    closed: date | Days | None = None,
) -> pd.DataFrame:
    """What `portfolio_days` takes as portfolios; a day is one for all, or one a portfolio.

    `closed`: NaT, or None for all, where a portfolio is open.
    """
    names = np.asarray(portfolio_id, dtype=object)
    frame = pd.DataFrame({"portfolio_id": names})
    columns = (*PORTFOLIO_COLUMNS, CLOSE_DATE)
    for column, days in zip(columns, (as_of, opened, known, closed), strict=True):
        frame[column] = np.broadcast_to(np.array(days, "datetime64[D]"), names.shape)
    return frame


def portfolio_days(
    points: pd.DataFrame,
    portfolios: pd.DataFrame,
    calendars: Mapping[str, Days] | None = None,
) -> PortfolioDays:
    """Days of portfolios from frames in any order of rows.

    `portfolios`: portfolio_id, as_of_date, portfolio_open_date, performance_start_date and perhaps
    portfolio_close_date, one row a portfolio. `points`: portfolio_id, perf_date, begin_mv, bod_cf,
    eod_cf, mgmt_fees, end_mv and, where received decimals decided it, capital_sign. `calendars`:
    business days by portfolio id. Results follow the order of `portfolios`. Raises ValueError for a
    point of a portfolio that is not listed, a portfolio listed twice, or two points of a portfolio
    on one day.
    """
    identifiers = portfolios["portfolio_id"].to_numpy(dtype=object)
    index = pd.Index(identifiers)
    if not index.is_unique:
        raise ValueError(f"portfolio {index[index.duplicated()][0]} is listed twice")
    portfolio_number = index.get_indexer(pd.Index(points["portfolio_id"].to_numpy(dtype=object)))
    if (portfolio_number < 0).any():
        unknown = points["portfolio_id"].iloc[int(np.argmax(portfolio_number < 0))]
        raise ValueError(f"portfolio {unknown} has points but is not listed")
    dates = as_days(points["perf_date"].to_numpy())
    order = np.lexsort((dates, portfolio_number))
    begin_mv, bod_cf, eod_cf, mgmt_fees, end_mv = (
        points[name].to_numpy(np.float64)[order] for name in MONEY
    )
    signs = None
    if "capital_sign" in points:
        signs = points["capital_sign"].to_numpy(np.int8)[order]
    as_of, opened, known = (as_days(portfolios[name].to_numpy()) for name in PORTFOLIO_COLUMNS)
    values = DailyValues(
        dates=dates[order],
        begin_mv=begin_mv,
        bod_cf=bod_cf,
        eod_cf=eod_cf,
        mgmt_fees=mgmt_fees,
        end_mv=end_mv,
        offsets=offsets_of(portfolio_number[order], len(identifiers)),
        capital_signs=signs,
    )
    calendars_of_portfolios = None if calendars is None else _calendars(identifiers, calendars)
    closed = as_days(portfolios[CLOSE_DATE].to_numpy()) if CLOSE_DATE in portfolios else None
    return PortfolioDays(identifiers, as_of, opened, known, values, calendars_of_portfolios, closed)


def _calendars(identifiers: Identifiers, calendars: Mapping[str, Days]) -> BusinessCalendars:
    # Portfolios share the calendars of a few markets.
    distinct: dict[bytes, int] = {}
    listed: list[Days] = []
    used = np.empty(len(identifiers), np.int64)
    for number, identifier in enumerate(identifiers):
        days = as_days(calendars[identifier])
        number_of_calendar = distinct.setdefault(days.tobytes(), len(listed))
        if number_of_calendar == len(listed):
            listed.append(days)
        used[number] = number_of_calendar
    return BusinessCalendars(listed, used)
