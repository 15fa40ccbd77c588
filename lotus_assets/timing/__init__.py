"""When the graph refreshes by itself: schedules, the sensor on lotus-core's changes.

Belongs here: what starts a run, and for which partitions. Does not: what a run does (the assets,
`definitions`), and deadlines of single assets (`checks.freshness`).
"""
