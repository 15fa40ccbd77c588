"""What attribution and contribution inputs share: rows of a portfolio and of its parts."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from lotus_assets.inputs.payload_chunk import Chunk, days_of, number
from lotus_assets.inputs.rules import (
    ContinuityBreak,
    Days,
    Violation,
    continuity_breaks,
    epoch_days,
    first_of_each,
    outside,
    positive_fees,
    same_owner,
    unordered,
    window_days,
)
from lotus_assets.sources.lotus_core.contracts import GROUP

AMOUNTS = ("begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv")


def point_columns(chunk: Chunk) -> dict[str, object]:
    """Columns of valuation points; amounts are NULL where a row has none."""
    return {
        "portfolio_id": chunk.text(lambda each: each.asked.subject),
        "part": chunk.rows["part"].to_pandas().to_numpy(dtype=object),
        "perf_date": days_of(chunk.rows["perf_date"]),
        **chunk.provenance(),
        "currency": chunk.text(
            lambda each: each.payload.header["currency_context"]["reporting_currency"]
        ),
        **{name: number(chunk.rows[name]) for name in AMOUNTS},
    }


def series_of(chunk: Chunk) -> NDArray[np.object_]:
    """Part and id of each row: what its series is of."""
    ids = pc.fill_null(chunk.rows["id"], "")
    joined = pc.binary_join_element_wise(chunk.rows["part"], ids, "/")
    texts: NDArray[np.object_] = joined.to_pandas().to_numpy(dtype=object)
    return texts


def report_violations(chunk: Chunk) -> Iterator[Violation]:
    """Rules of both reports: order, duplicates, window, amounts, fee signs."""
    days = epoch_days(chunk.rows["perf_date"])
    same = _same_series(chunk)
    yield from unordered(chunk, days, same)
    yield from outside(chunk, days, *window_days(chunk, "report_start_date", "report_end_date"))
    is_point = pc.not_equal(chunk.rows["part"], GROUP).to_numpy()
    for name in AMOUNTS:
        is_missing = chunk.rows[name].is_null().to_numpy() & is_point
        for owner, row in first_of_each(chunk.owners, is_missing):
            what = series_of(chunk)[row]
            yield Violation(owner, "missing_value", f"{name} of {what} is null")
    yield from positive_fees(chunk, days)


def report_breaks(chunk: Chunk) -> Iterator[ContinuityBreak]:
    """Breaks of continuity within the portfolio's and each part's days."""
    days: Days = epoch_days(chunk.rows["perf_date"])
    yield from continuity_breaks(chunk, days, _same_series(chunk), series_of(chunk))


def _same_series(chunk: Chunk) -> NDArray[np.bool_]:
    codes, _ = pd.factorize(series_of(chunk))
    return same_owner(chunk.owners, codes)
