"""What windows cover, each stretch of rows once: periods often cover the same days."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.linking import Statuses
from lotus_assets.engine.performance.formulas.segments import Integers, rows_of_ranges


@dataclass(frozen=True)
class Spans:
    """Rows [start, stop) of a portfolio, one at least; no stretch comes twice.

    QTD is YTD until April, and every period is ITD in a portfolio's first month.
    """

    portfolio: Integers
    start: Integers
    stop: Integers

    def __len__(self) -> int:
        """Number of spans."""
        return len(self.start)

    @property
    def offsets(self) -> Integers:
        """Offsets of the spans among their rows laid one span after another."""
        return np.append(0, np.cumsum(self.stop - self.start))

    @property
    def rows(self) -> Integers:
        """Their rows laid one span after another."""
        return rows_of_ranges(self.start, self.stop)


@dataclass(frozen=True)
class WindowSpans:
    """Windows by number, with the statuses that their dates give, and the span of each: -1 where
    no row is known."""

    window: Integers
    status: Statuses
    span: Integers

    def observed(self) -> "WindowSpans":
        """Those with a span."""
        known = self.span >= 0
        return WindowSpans(self.window[known], self.status[known], self.span[known])


def distinct_spans(portfolio: Integers, start: Integers, stop: Integers) -> tuple[Spans, Integers]:
    """Spans of windows over rows [start, stop), and the span of each: -1 for an empty window."""
    observed = np.flatnonzero(stop > start)
    pairs = start[observed] * (int(stop.max(initial=0)) + 1) + stop[observed]
    _, first, number = np.unique(pairs, return_index=True, return_inverse=True)
    span = np.full(len(start), -1, np.int64)
    span[observed] = number
    distinct = observed[first]
    return Spans(portfolio[distinct], start[distinct], stop[distinct]), span
