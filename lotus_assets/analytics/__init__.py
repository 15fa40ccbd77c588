"""Answers: figures by slice and day, worked out from `facts`.

Here belong the metric catalogue, in which each metric is declared once, and the tables computed
from it. Here belongs no event-level rule (`facts`), no formula or window arithmetic (`engine`),
and no file or page that shows figures (`outputs`).
"""
