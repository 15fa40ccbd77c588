"""Frames: inputs of many portfolios in, tidy rows of an analytic out, one module a family.

Here belongs the way from frames in the columns of the contracts (docs/LOTUS_CORE.md; names as in
`inputs`), an options dataclass and, where they share most, variants to result frames: one row a
portfolio and period, with its status, and beside it frames for breakdowns, levels, or the daily
detail that explains a figure. A family is one call.
The assets and the API call the same function, so that both give the same numbers to the last bit;
what a portfolio's rows are depends on no other portfolio of the call, so that callers may cut
their portfolios into chunks.

Here belongs no formula (`formulas`), no payload, table, HTTP body or database (`inputs`,
`analytics`, `services`), and no default window or storage rule of an asset (`analytics`).
"""
