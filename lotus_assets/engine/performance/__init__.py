"""How portfolios perform, calculated: `formulas` over arrays, `frames` by portfolio.

A formula is written over columns sorted by portfolio and date with segment offsets, and knows no
identifier. A frame module turns frames in the columns of the contracts into such arrays and names
the results. Both hold for many portfolios in one call.
"""
