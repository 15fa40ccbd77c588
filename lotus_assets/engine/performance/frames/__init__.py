"""Measures: inputs of many portfolios in, tidy rows of one analytic out, one module a measure.

Here belongs the way from frames in the columns of the contracts (RFC 063 §5; names as in
`inputs`) and an options dataclass to result frames: one row a portfolio and period, with its
status, and beside it frames for breakdowns, levels, or the daily detail that explains a figure.
The assets and the API call the same function, so that both give the same numbers to the last bit;
what a portfolio's rows are depends on no other portfolio of the call, so that callers may cut
their portfolios into chunks.

Here belongs no formula (`engine.performance`), no payload, table, HTTP body or database (`inputs`,
`analytics`, `services`), and no default window or storage rule of an asset (`analytics`).
"""
