"""Time-weighted returns of periods and their breakdowns, chunk by chunk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.annualisation import (
    AnnualisationBasis,
    BusinessCalendars,
    annualise,
)
from lotus_assets.engine.performance.formulas.calendar_days import BUCKETS, Frequency, bucket_labels
from lotus_assets.engine.performance.formulas.columns import Columns, frame_of, labels
from lotus_assets.engine.performance.formulas.daily_returns import Basis, DailyValues, daily_returns
from lotus_assets.engine.performance.formulas.linking import (
    Linked,
    decide,
    link,
)
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Floats,
    Integers,
    chunks,
    expand,
    running_sums,
    window_sums,
)


@dataclass(frozen=True)
class Buckets:
    """Calendar buckets of windows, window by window: each linked by itself, and cumulated."""

    window: Integers
    start: Integers
    stop: Integers
    linked: Linked
    cumulative: Linked


def _chunks(values: DailyValues, windows: Windows) -> Iterator[tuple[slice, slice]]:
    """Rows of whole portfolios, and the windows on them."""
    for first, last in chunks(values.offsets):
        rows = slice(int(values.offsets[first]), int(values.offsets[last]))
        yield rows, slice(*np.searchsorted(windows.portfolio, [first, last]).tolist())


def link_windows(values: DailyValues, windows: Windows, basis: Basis = Basis.NET) -> Linked:
    """Linked return of every window; rows of `Linked` are rows of `values`.

    Windows that `resolve` could not use keep its status. Each window is linked by itself: neither
    the other periods nor the chunks change a bit of it.
    """
    count = len(windows)
    linked_windows = Linked(
        np.full(count, np.nan),
        windows.status.copy(),
        np.full(count, -1, np.int64),
        np.full(count, np.nan),
    )
    for rows, at in _chunks(values, windows):
        daily = daily_returns(values, basis, rows)
        starts, stops = windows.start[at] - rows.start, windows.stop[at] - rows.start
        linked = link(daily.returns, starts, stops, daily.growth)
        _place(linked_windows, at, linked, rows.start)
    return linked_windows


def _place(linked_windows: Linked, at: slice, linked: Linked, first_row: int) -> None:
    linked_windows.returns[at] = linked.returns
    linked_windows.growth[at] = linked.growth
    usable = linked_windows.status[at] == "OK"
    linked_windows.status[at] = np.where(usable, linked.status, linked_windows.status[at])
    linked_windows.row[at] = np.where(linked.row >= 0, linked.row + first_row, -1)


def time_weighted_returns(
    values: DailyValues,
    windows: Windows,
    basis: Basis = Basis.NET,
    annualisation: AnnualisationBasis = AnnualisationBasis.ACT_365,
    calendars: BusinessCalendars | None = None,
) -> pd.DataFrame:
    """One row a window: its period, dates, return, annualised return and statuses.

    Columns: portfolio (number), period, requested_start_date, start_date, end_date, clamped,
    return, annualised_return, annualisation_reason, status, status_date (the day that decided),
    stale_since (NaT: the last valuation is not stale).
    """
    linked = link_windows(values, windows, basis)
    business_days = (
        calendars.count(windows.portfolio, windows.start_date, windows.end_date)
        if calendars
        else None
    )
    annual, reason = annualise(
        linked.growth,
        windows.start_date,
        windows.end_date,
        np.where(windows.clamped, 0, windows.years),
        annualisation,
        business_days,
        ~np.isnat(windows.stale_since),
    )
    return pd.DataFrame(
        {
            "portfolio": windows.portfolio,
            "period": windows.key,
            "requested_start_date": windows.requested_start_date,
            "start_date": windows.start_date,
            "end_date": windows.end_date,
            "clamped": windows.clamped,
            "return": linked.returns,
            "annualised_return": annual,
            "annualisation_reason": reason,
            "status": linked.status,
            "status_date": dates_at(values, linked.row),
            "stale_since": windows.stale_since,
        }
    )


def dates_at(values: DailyValues, rows: Integers) -> pd.Series:
    """Dates of rows; NaT for -1."""
    dates = np.full(len(rows), np.datetime64("NaT"), "datetime64[D]")
    dates[rows >= 0] = values.dates[rows[rows >= 0]]
    return pd.Series(dates)


def breakdown(
    values: DailyValues,
    windows: Windows,
    frequencies: Sequence[Frequency],
    basis: Basis = Basis.NET,
) -> pd.DataFrame:
    """One row a bucket of a window, frequency by frequency.

    A bucket begins and ends with its first and last observation in the window, and is labelled
    by the calendar; one without observations is absent. Columns: portfolio, frequency, period,
    bucket, start_date, end_date, return, cumulative_return, status, status_date,
    cumulative_status.
    """
    parts: dict[Frequency, list[Columns]] = {frequency: [] for frequency in frequencies}
    for rows, at in _chunks(values, windows):
        daily = daily_returns(values, basis, rows)
        returns, growth = daily.returns, daily.growth
        starts, stops = windows.start[at] - rows.start, windows.stop[at] - rows.start
        for frequency, of_frequency in parts.items():
            codes = BUCKETS[frequency](values.dates[rows])
            buckets = bucket_windows(returns, growth, codes, starts, stops)
            of_frequency.append(_bucket_columns(values, rows.start, at.start, buckets))
    frames = [
        _bucket_frame(frame_of(columns), windows, frequency) for frequency, columns in parts.items()
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def bucket_count(dates: Days, windows: Windows, frequency: Frequency) -> int:
    """How many rows `breakdown` has of a frequency, before any is made."""
    codes = BUCKETS[frequency](dates)
    changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    return int(_buckets_of(changes, windows.start, windows.stop)[1].sum())


def _buckets_of(changes: Integers, starts: Integers, stops: Integers) -> tuple[Integers, Integers]:
    """Changes of the bucket up to the start of every window, and the buckets in it."""
    before = np.searchsorted(changes, starts, side="right")
    inside = np.searchsorted(changes, stops, side="left") - before
    return before, np.where(stops > starts, inside + 1, 0)


def bucket_windows(
    returns: Floats, growth: Floats, codes: Integers, starts: Integers, stops: Integers
) -> Buckets:
    """Cut windows where the bucket's code changes, link each piece and cumulate the pieces.

    `growth` is ln(1 + r) of the rows.
    """
    changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    before, counts = _buckets_of(changes, starts, stops)
    window_number, step = expand(counts)
    edge = before[window_number] + step
    changes = np.append(changes, len(returns))
    piece_starts = np.where(step == 0, starts[window_number], changes[edge - 1])
    piece_stops = np.where(step == counts[window_number] - 1, stops[window_number], changes[edge])
    sums = window_sums(growth, piece_starts, piece_stops)
    offsets = np.append(0, np.cumsum(counts))
    with np.errstate(invalid="ignore"):
        running = running_sums(sums, offsets)
    return Buckets(
        window=window_number,
        start=piece_starts,
        stop=piece_stops,
        linked=decide(sums, returns, piece_starts, piece_stops),
        cumulative=decide(running, returns, starts[window_number], piece_stops),
    )


def _bucket_columns(
    values: DailyValues, first_row: int, first_window: int, buckets: Buckets
) -> Columns:
    row = np.where(buckets.linked.row >= 0, buckets.linked.row + first_row, -1)
    return {
        "window": buckets.window + first_window,
        "start_date": values.dates[buckets.start + first_row],
        "end_date": values.dates[buckets.stop - 1 + first_row],
        "return": buckets.linked.returns,
        "cumulative_return": buckets.cumulative.returns,
        "status": buckets.linked.status,
        "status_date": dates_at(values, row).to_numpy(),
        "cumulative_status": buckets.cumulative.status,
    }


def _bucket_frame(rows: pd.DataFrame, windows: Windows, frequency: Frequency) -> pd.DataFrame:
    """Rows of buckets under the names of their portfolios, periods and labels."""
    if rows.empty:
        return rows
    window = rows.pop("window").to_numpy()
    names = {
        "portfolio": windows.portfolio[window],
        "frequency": str(frequency),
        "period": labels(windows.keys, windows.period[window]),
        "bucket": bucket_labels(frequency, rows["end_date"].to_numpy()),
    }
    return pd.concat([pd.DataFrame(names), rows], axis=1)
