"""How rows get into tables: validate, quarantine, commit, report. Knows no Dagster.

Belongs here: reading projects side by side, the way of rows through the gate into one transaction,
and the report of what that did. Does not: SQL (`sources.warehouse`), the gate itself (`tables`),
what a step tells Dagster (`graph`), and which rows there are (the layers).
"""
