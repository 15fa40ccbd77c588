"""What every single period of a window counts for in its linked effects, row by row."""

import numpy as np

from lotus_assets.engine.performance.formulas.columns import Columns, VariantRows
from lotus_assets.engine.performance.formulas.linked_periods import LinkedPeriods
from lotus_assets.engine.performance.formulas.segments import expand
from lotus_assets.engine.performance.formulas.spans import WindowSpans
from lotus_assets.engine.performance.formulas.variants import AttributionMethod, Variant


def linking_rows(
    linked: LinkedPeriods, windows: WindowSpans, method: AttributionMethod
) -> VariantRows:
    """A row a window and single period: its days, both sides' returns, its coefficient.

    The coefficient of a window that is not linked is NaN.
    """
    observed, pieces = windows.observed(), linked.pieces
    row, step = expand(np.diff(pieces.offsets)[observed.span])
    span = observed.span[row]
    place = pieces.offsets[span] + step
    period = pieces.period[place]
    shared: Columns = {
        "window": observed.window[row],
        "start_date": linked.laid.dates[pieces.start[period]],
        "end_date": linked.laid.dates[pieces.stop[period] - 1],
        "portfolio_return": linked.single.portfolio_return[period],
        "benchmark_return": linked.single.benchmark_return[period],
    }

    def of_variant(variant: Variant) -> Columns:
        linking = linked.linkings[variant.linking]
        known = linking.is_linked[span]
        return {"coefficient": np.where(known, linking.coefficients[place], np.nan)}

    return VariantRows(shared, [of_variant(variant) for variant in method.variants])
