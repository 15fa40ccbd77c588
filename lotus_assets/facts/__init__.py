"""Facts: one row, one thing or event: `dim_*` and `fact_*`, worked out from `raw`.

Here belongs, one file a table: the pandera model, the pure function from raw frames to rows, the
asset. Here belongs no formula that stands alone (`engine`), no figure by slice and day
(`analytics`), and nothing of how the outside says it (`raw`).
"""
