"""What attribution and contribution inputs share: rows of a portfolio and of its parts."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.daily_returns import MONEY
from lotus_assets.engine.performance.frames.part_names import GROUP, PORTFOLIO
from lotus_assets.inputs.asked_and_answered import (
    misstated_missing_days,
    other_currencies,
    other_windows,
)
from lotus_assets.inputs.payload_chunk import Chunk, days_of, number
from lotus_assets.inputs.rules import (
    Days,
    DetectedBreak,
    Violation,
    continuity_breaks,
    day_at,
    epoch_days,
    first_of_payloads,
    is_among,
    outside,
    positive_fees,
    same_payload,
    unordered,
    window_days,
)

DAYS_APART = 1_000_000
"""Between the days of two payloads in one number: more than any date has."""


def point_columns(chunk: Chunk) -> dict[str, object]:
    """Columns of valuation points; amounts are NULL where a row has none."""
    return {
        "portfolio_id": chunk.text(lambda answer: answer.asked.subject),
        "part": chunk.rows["part"].to_pandas().to_numpy(dtype=object),
        "perf_date": days_of(chunk.rows["perf_date"]),
        **chunk.provenance(),
        "currency": chunk.text(
            lambda answer: answer.payload.header["currency_context"]["reporting_currency"]
        ),
        **{name: number(chunk.rows[name]) for name in MONEY},
    }


def series_of(chunk: Chunk) -> NDArray[np.object_]:
    """Part and id of each row: what its series is of."""
    ids = pc.fill_null(chunk.rows["id"], "")
    joined = pc.binary_join_element_wise(chunk.rows["part"], ids, "/")
    texts: NDArray[np.object_] = joined.to_pandas().to_numpy(dtype=object)
    return texts


def report_violations(chunk: Chunk) -> Iterator[Violation]:
    """Rules of both reports: order, duplicates, window, own days, amounts, fee signs."""
    days = epoch_days(chunk.rows["perf_date"])
    same = _same_series(chunk)
    yield from unordered(chunk, days, same)
    yield from outside(chunk, days, *window_days(chunk, "report_start_date", "report_end_date"))
    yield from other_windows(chunk, "report_start_date", "report_end_date")
    yield from other_currencies(chunk)
    yield from _days_of_no_portfolio(chunk, days)
    is_own = pc.equal(chunk.rows["part"], PORTFOLIO).to_numpy()
    yield from misstated_missing_days(chunk, days, is_own)
    is_point = pc.not_equal(chunk.rows["part"], GROUP).to_numpy()
    for name in MONEY:
        is_missing = chunk.rows[name].is_null().to_numpy() & is_point
        for payload_number, row in first_of_payloads(chunk.payload_numbers, is_missing):
            what = series_of(chunk)[row]
            yield Violation(payload_number, "missing_value", f"{name} of {what} is null")
    yield from positive_fees(chunk, days)


def report_breaks(chunk: Chunk) -> Iterator[DetectedBreak]:
    """Breaks of continuity within the portfolio's and each part's days."""
    days: Days = epoch_days(chunk.rows["perf_date"])
    yield from continuity_breaks(chunk, days, _same_series(chunk), series_of(chunk))


def _days_of_no_portfolio(chunk: Chunk, days: Days) -> Iterator[Violation]:
    """`portfolio_day`: a part has no day that its portfolio has not."""
    part = chunk.rows["part"]
    is_own = pc.equal(part, PORTFOLIO).to_numpy()
    is_part = ~is_own & pc.not_equal(part, GROUP).to_numpy()
    keys = chunk.payload_numbers * DAYS_APART + days
    is_alone = is_part & ~is_among(keys, np.sort(keys[is_own]))
    for payload_number, row in first_of_payloads(chunk.payload_numbers, is_alone):
        detail = f"{series_of(chunk)[row]} has {day_at(days, row)}, which the portfolio has not"
        yield Violation(payload_number, "portfolio_day", detail)


def _same_series(chunk: Chunk) -> NDArray[np.bool_]:
    codes, _ = pd.factorize(series_of(chunk))
    return same_payload(chunk.payload_numbers, codes)
