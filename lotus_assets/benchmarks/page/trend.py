"""The trend of a series: a moving median, and the band in which most points around it lie."""

from collections.abc import Hashable

import pandas as pd

WINDOW = 10
"""Points that the median is taken of; the detection's own baseline before a change is confirmed."""
BAND = (0.1, 0.9)
"""Quantiles of the same points between which the band lies."""
SEGMENT_FACTS = ("change_point", "exact")
STANDING = ("candidate", "confirmed")


def with_trend(points: pd.DataFrame, regressions: pd.DataFrame) -> pd.DataFrame:
    """`points` with columns segment, trend, band_low, band_high.

    A segment ends where the epoch does, at a change point that is a candidate or confirmed, and at
    a change of an exact metric; median and quantiles of the last `WINDOW` points never look into
    another segment.

    Args:
        points: `bench_history`, sorted by suite, benchmark, metric and position.
        regressions: `bench_regression`.
    """
    key = ["suite", "benchmark", "metric", "run_id"]
    breaks = regressions.loc[
        regressions["fact"].isin(SEGMENT_FACTS) & regressions["state"].isin(STANDING), key
    ].drop_duplicates()
    marked = points.merge(breaks.assign(is_break=1), on=key, how="left")
    marked.index = points.index
    epoch = ["suite", "benchmark", "metric", "epoch"]
    marked["segment"] = (
        marked["is_break"].fillna(0).groupby([marked[name] for name in epoch]).cumsum().astype(int)
    )
    rolling = marked.groupby([*epoch, "segment"], sort=False)["value"].rolling(
        WINDOW, min_periods=1
    )
    groups: list[Hashable] = [*epoch, "segment"]
    return marked.drop(columns="is_break").assign(
        trend=rolling.median().droplevel(groups),
        band_low=rolling.quantile(BAND[0]).droplevel(groups),
        band_high=rolling.quantile(BAND[1]).droplevel(groups),
    )
