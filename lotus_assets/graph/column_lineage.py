"""How a table says from which columns of other tables its own follow.

Sources of a column are the columns that its values are made of, and those that decide between
them. Not named are the keys by which rows are joined or grouped, and `vanished_at` where it only
leaves rows out. Which row of another table values are taken from is told once, with the column
that names that row.
"""

from lotus_assets.tables.table import Table

Columns = tuple[tuple[str, str], ...]
"""Columns of tables, as (table, column)."""


def columns_of(table: Table, *names: str) -> Columns:
    """These columns of `table`."""
    return tuple((table.name, name) for name in names)


def copied_from(table: Table, *names: str) -> dict[str, Columns]:
    """The lineage of columns that are those of `table` under the same names."""
    return {name: columns_of(table, name) for name in names}
