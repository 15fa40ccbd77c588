"""The arithmetic of a metric's figure, in words and numbers."""

from collections.abc import Callable

import numpy as np

from lotus_assets.analytics.delivery.metric import Metric, Percentile, Statistic
from lotus_assets.engine.delivery.slice_days import Figures, PlacedRows

Words = Callable[[str, int, float], str]
"""Of the rows in words, their number, and the sum of their values."""

OF_STATISTIC: dict[Statistic, Words] = {
    PlacedRows.count: lambda rows, _count, _total: rows,
    PlacedRows.total: lambda rows, _count, total: f"the sum of {rows}: {total:.15g}",
    PlacedRows.share: lambda rows, _count, total: f"{total:.0f} of {rows}",
    PlacedRows.mean: lambda rows, count, total: f"the mean of {rows}: {total:.15g} ÷ {count}",
}


def arithmetic(metric: Metric, values: Figures) -> str:
    """How the figure follows from the values of the rows that count, each as often as it does."""
    count = len(values)
    if count == 0:
        return f"No row counts. {metric.empty}"
    rows = "1 row" if count == 1 else f"{count} {metric.counted}"
    statistic = metric.statistic
    if isinstance(statistic, Percentile):
        return _of_quantile(statistic.quantile, rows, np.sort(values))
    return OF_STATISTIC[statistic](rows, count, float(values.sum()))


def _of_quantile(quantile: float, rows: str, values: Figures) -> str:
    """Linear interpolation between the two values beside the position (Hyndman and Fan's 7th).

    `values` are in ascending order.
    """
    position = (len(values) - 1) * quantile
    below = int(position)
    text = f"the {quantile:g} quantile of {rows}: number {below + 1} in ascending order"
    if position == below:
        return f"{text}, {values[below]:.15g}"
    return (
        f"{text}, {values[below]:.15g}, and {position - below:.6g} of the way to the next, "
        f"{values[below + 1]:.15g}"
    )
