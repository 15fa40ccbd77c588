"""How portfolios perform: returns, contribution, attribution, positions, series, risk.

One file a table with its contract; a family of tables is worked out once. Here belongs no formula
(`engine.performance`), and nothing of how lotus-core said it (`inputs`).
"""
