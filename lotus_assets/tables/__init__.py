"""What a table is: contract, key and gate, and the columns that many tables share.

Belongs here: the column types, the base of all contracts, the gate that sorts rows by them.
Does not: one table's own contract (the file of its name, in its layer), how rows reach the
database (`filling`, `sources.warehouse`), and how Dagster shows a table (`graph`).
"""
