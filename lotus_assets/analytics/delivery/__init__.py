"""How software is delivered: the metric catalogue and `metric_daily`.

A metric is declared once, in the file of its subject; its key stands in
`engine.delivery.metric_keys`. Here belongs no event-level rule (`facts`), no window arithmetic
(`engine.delivery`), and no file or page that shows figures (`outputs`).
"""
