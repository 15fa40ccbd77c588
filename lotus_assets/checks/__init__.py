"""Rules across tables, as asset checks: coverage, parity, reconciliation, durations, freshness.

Here belongs what one table's contract cannot see: rows that another table should know, instants
that contradict each other, shares that a run must reach, the deadline of the exports. Here belongs
no rule about one row alone (the pandera model of its table, which quarantines), no formula
(`engine`), and nothing that changes a number: a check tells, and the number was NULL before.
"""
