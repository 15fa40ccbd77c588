"""How portfolios perform: returns, contribution, attribution, positions, series, risk.

One file a table with its contract; one file a family (`*_family`, or the table's own where it
stands alone) with its computation, which is one step of the graph. Here belongs no formula
(`engine.performance`), and nothing of how lotus-core gave it (`inputs`).
"""
