"""Returns of portfolios: time- and money-weighted, contribution, attribution, series and risk.

Here belongs every formula (docs/ANALYTICS.md), over columns: one call computes many portfolios from
arrays sorted by portfolio and date with segment offsets. Returns, weights and effects are decimal
fractions; nothing is rounded; every sum runs in a fixed order, so equal inputs give equal bytes,
however the portfolios are cut into chunks. A day is `datetime64[D]`.

Here belongs no payload, table, calendar of a market or request: those are turned into arrays by
`analytics` and `services`, which also turn `ValueError` (a broken precondition, for the reader)
and the statuses of `statuses` into their own answers.
"""
