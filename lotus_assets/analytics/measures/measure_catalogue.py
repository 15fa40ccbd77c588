"""Every measure of portfolios, by family."""

from lotus_assets.analytics.measures import (
    attribution_measures,
    contribution_measures,
    position_measures,
    return_measures,
    risk_measures,
)
from lotus_assets.analytics.measures.measure import Measure


def by_column(measures: tuple[Measure, ...]) -> dict[str, Measure]:
    """Each measure under all its columns, `table.column`.

    Raises:
        ValueError: a column is defined twice.
    """
    columns = [column for measure in measures for column in measure.columns]
    if repeated := sorted({column for column in columns if columns.count(column) > 1}):
        raise ValueError(f"Measures define a column twice: {repeated}")
    return {column: measure for measure in measures for column in measure.columns}


CATALOGUE = (
    *return_measures.MEASURES,
    *risk_measures.MEASURES,
    *contribution_measures.MEASURES,
    *attribution_measures.MEASURES,
    *position_measures.MEASURES,
)
BY_COLUMN = by_column(CATALOGUE)


def measures_of(table: str) -> tuple[Measure, ...]:
    """The measures that a table holds, in the catalogue's order."""
    return tuple(
        measure
        for measure in CATALOGUE
        if any(column.partition(".")[0] == table for column in measure.columns)
    )
