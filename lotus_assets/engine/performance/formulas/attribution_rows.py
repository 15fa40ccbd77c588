"""Rows of an attribution's results: totals, groups, levels and currencies of some portfolios."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.attribution_effects import Measured, single_effects
from lotus_assets.engine.performance.formulas.attribution_levels import between, nodes_of
from lotus_assets.engine.performance.formulas.columns import Columns, VariantRows
from lotus_assets.engine.performance.formulas.group_sides import NumberArray
from lotus_assets.engine.performance.formulas.linked_effects import LinkedEffects, linked_effects
from lotus_assets.engine.performance.formulas.linked_periods import LinkedPeriods
from lotus_assets.engine.performance.formulas.segments import Floats, Integers
from lotus_assets.engine.performance.formulas.spans import WindowSpans
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.formulas.variants import AttributionMethod, Variant

NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class _Cells:
    """Cells (row of a matrix [row, span], span) that a result shows, and the window of each."""

    window: Integers
    row: Integers
    span: Integers

    def of(self, matrix: NumberArray) -> Floats:
        """Values of a matrix [row, span]."""
        values: Floats = matrix[self.row, self.span]
        return values


def _cells(linked: LinkedPeriods, windows: WindowSpans, groups: Integers) -> _Cells:
    """Cells of the rows that a window's portfolio uses, by `groups` [portfolio, row]."""
    observed = windows.observed()
    used = groups[linked.spans.portfolio[observed.span]] >= 0
    span_number, row = np.nonzero(used)
    return _Cells(observed.window[span_number], row, observed.span[span_number])


def totals_rows(
    linked: LinkedPeriods, windows: WindowSpans, method: AttributionMethod
) -> VariantRows:
    """A row a window: what its effects sum to."""
    span, is_resolved = windows.span, windows.status == Status.OK
    portfolio_returns = np.append(linked.portfolio_return, np.nan)[span]
    other = np.append(linked.benchmark_return, np.nan)[span]
    shared: Columns = {
        "window": windows.window,
        "portfolio_return": portfolio_returns,
        "benchmark_return": other,
        "active_return": portfolio_returns - other,
        "status_date": np.append(linked.status_date, NO_DAY)[span],
    }

    def of_variant(variant: Variant) -> Columns:
        linking = linked.linkings[variant.linking]
        status = np.append(linking.status, Status.NO_OBSERVATIONS)[span]
        return {
            "linking_remainder": np.append(linking.remainder, np.nan)[span],
            "status": np.where(is_resolved, status, windows.status),
        }

    return VariantRows(shared, [of_variant(variant) for variant in method.variants])


def effect_rows(
    linked: LinkedPeriods, windows: WindowSpans, method: AttributionMethod
) -> tuple[VariantRows, VariantRows]:
    """Rows of the groups, and of the levels above them."""
    effects = _effects(linked, method, linked.single.returns)
    return (
        _group_rows(linked, windows, method, effects),
        _level_rows(linked, windows, method, effects),
    )


def _effects(linked: LinkedPeriods, method: AttributionMethod, returns: Measured) -> LinkedEffects:
    weights = linked.single.portfolio.weight, linked.single.benchmark.weight
    single = single_effects(linked.single.cells, *weights, returns, method.models)
    return linked_effects(linked, single, method.effect_count)


def _group_rows(
    linked: LinkedPeriods, windows: WindowSpans, method: AttributionMethod, effects: LinkedEffects
) -> VariantRows:
    groups = linked.laid.groups
    cells = _cells(linked, windows, groups)
    shown = effects.changed(cells.of)
    shared: Columns = {
        "window": cells.window,
        "group": groups[linked.spans.portfolio[cells.span], cells.row],
        "portfolio_weight": cells.of(linked.means(linked.laid.portfolio.weight)),
        "benchmark_weight": cells.of(linked.means(linked.laid.benchmark.weight)),
    }
    return VariantRows(shared, [shown.of(variant) for variant in method.variants])


def _level_rows(
    linked: LinkedPeriods, windows: WindowSpans, method: AttributionMethod, effects: LinkedEffects
) -> VariantRows:
    if not len(method.levels):
        return no_rows(method)
    nodes = nodes_of(linked.laid.groups, method.levels)
    cells = _cells(linked, windows, nodes.group)
    slots = nodes.cells(linked.spans.portfolio)
    shown = effects.changed(lambda matrix: cells.of(nodes.sums(matrix, slots)))
    node_cells, single_between = between(linked, nodes, method.models)
    within = linked.cells_within(node_cells)
    between_effects = {
        model: {
            linking: cells.of(sums)
            for linking, sums in linked.sums(single, node_cells, within).items()
        }
        for model, single in single_between.items()
    }

    def of_variant(variant: Variant) -> Columns:
        columns = shown.of(variant)
        part = between_effects[variant.model][variant.linking]
        return {**columns, "between": part, "within": columns["allocation"] - part}

    portfolio = linked.spans.portfolio[cells.span]
    shared: Columns = {
        "window": cells.window,
        "level": nodes.level[portfolio, cells.row],
        "group": nodes.group[portfolio, cells.row],
    }
    return VariantRows(shared, [of_variant(variant) for variant in method.variants])


def currency_rows(
    linked: LinkedPeriods, windows: WindowSpans, method: AttributionMethod
) -> VariantRows:
    """Effects of local returns, and of what is left of the base returns, where both are known."""
    returns = linked.single.local_returns
    if returns is None:
        return no_rows(method)
    cells = _cells(linked, windows, linked.laid.groups)
    local = _effects(linked, method, returns).changed(cells.of)
    by_currency = linked.single.returns.less(returns)
    currency = _effects(linked, method, by_currency).changed(cells.of)

    def of_variant(variant: Variant) -> Columns:
        return {
            f"{name}_{effect}": values
            for name, effects in (("local", local), ("currency", currency))
            for effect, values in effects.of(variant).items()
        }

    group = linked.laid.groups[linked.spans.portfolio[cells.span], cells.row]
    shared: Columns = {"window": cells.window, "group": group}
    return VariantRows(shared, [of_variant(variant) for variant in method.variants])


def no_rows(method: AttributionMethod) -> VariantRows:
    """Where nothing is shown."""
    return VariantRows({"window": np.empty(0, np.int64)}, [{} for _ in method.variants])
