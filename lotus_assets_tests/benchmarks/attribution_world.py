"""Sides of synthetic portfolios: instruments against groups of a benchmark, in two currencies."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.segments import Days
from lotus_assets.engine.performance.frames.attribution_sides import (
    AttributionSides,
    instrument_sides,
)
from lotus_assets.engine.performance.frames.node_keys import node_key
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays
from lotus_assets.engine.performance.frames.portfolio_parts import PortfolioParts
from lotus_assets_tests.benchmarks.performance_world import business_days, holdings

DIMENSIONS = ("asset_class", "sector", "currency")
LEAVES = [
    (*group, "EUR" if number % 2 else "USD")
    for number, group in enumerate(product(("Equity", "Bond", "Cash"), ("IT", "Bank", "Oil")))
]


def attribution_sides(count: int, instrument_count: int, days: int) -> AttributionSides:
    """Every instrument in one of nine groups, on every day; the benchmark has all of both."""
    book, dates = holdings(count, instrument_count, days), business_days(days)
    names = np.array([f"P{number:05}" for number in range(count)], dtype=object)
    first, last = np.full(count, dates[0]), np.full(count, dates[-1])
    held = count * instrument_count
    groups = np.random.default_rng(1).integers(0, len(LEAVES), held)
    parts = PortfolioParts(
        days=PortfolioDays(names, last, first, first, book.portfolios),
        part_id=np.array([f"I{number:07}" for number in range(held)], dtype=object),
        owner=np.repeat(np.arange(count), instrument_count),
        offsets=book.offsets,
        values=book.positions,
        dimensions=pd.DataFrame(np.array(LEAVES, dtype=object)[groups], columns=["0", "1", "2"]),
    )
    benchmark = _benchmark_groups(names, dates, LEAVES)
    return instrument_sides(parts, benchmark, DIMENSIONS, ["EUR"] * count)


def _benchmark_groups(
    names: NDArray[np.object_], dates: Days, leaves: Sequence[tuple[str, ...]]
) -> pd.DataFrame:
    """Every group on every day of every portfolio; the dollar's return is that of the day."""
    generator = np.random.default_rng(2)
    shape = (len(names), len(leaves), len(dates))
    weights = generator.uniform(0.1, 1.0, shape)
    weights /= weights.sum(axis=1, keepdims=True)
    local = generator.normal(0.0003, 0.01, shape)
    is_foreign = np.array([leaf[2] != "EUR" for leaf in leaves])[:, None]
    fx = np.where(is_foreign, generator.normal(0.0, 0.005, len(dates)), 0.0)
    keys = np.array([node_key(DIMENSIONS, leaf) for leaf in leaves], dtype=object)
    return pd.DataFrame(
        {
            "portfolio_id": np.repeat(names, len(leaves) * len(dates)),
            "key": np.tile(np.repeat(keys, len(dates)), len(names)),
            "perf_date": np.tile(dates.astype("datetime64[s]"), len(names) * len(leaves)),
            "weight_bop": weights.ravel(),
            "return_base": ((1.0 + local) * (1.0 + fx) - 1.0).ravel(),
            "return_local": local.ravel(),
        }
    )
