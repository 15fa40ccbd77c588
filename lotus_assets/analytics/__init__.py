"""Answers: figures by slice and day from `facts`, and by portfolio and as-of day from `inputs`.

`delivery` holds the metric catalogue and its table, `portfolios` the analytics of portfolios,
`portfolio_lineage` from which inputs their columns follow. Here belongs no event-level rule
(`facts`), no formula or window arithmetic (`engine`), and no file or page that shows figures
(`outputs`).
"""
