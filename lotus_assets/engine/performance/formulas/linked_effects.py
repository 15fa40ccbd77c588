"""Effects of single periods linked over spans, by model and linking: each worked out once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.attribution_effects import Model, SingleEffects
from lotus_assets.engine.performance.formulas.group_sides import NumberArray
from lotus_assets.engine.performance.formulas.linked_periods import LinkedPeriods
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.variants import Variant

ByLinking = Mapping[Linking, NumberArray]


@dataclass(frozen=True)
class LinkedEffects:
    """Matrices [row, span] of four effects; what depends on no model is there once a linking."""

    allocation: Mapping[Model, ByLinking]
    selection: ByLinking
    interaction: ByLinking
    total: Mapping[Model, ByLinking]

    def of(self, variant: Variant) -> dict[str, NumberArray]:
        """The four effects of a variant, by name."""
        return {
            "allocation": self.allocation[variant.model][variant.linking],
            "selection": self.selection[variant.linking],
            "interaction": self.interaction[variant.linking],
            "total": self.total[variant.model][variant.linking],
        }

    def changed(self, change: Callable[[NumberArray], NumberArray]) -> "LinkedEffects":
        """The same change to every matrix."""

        def changed(matrices: ByLinking) -> ByLinking:
            return {linking: change(matrix) for linking, matrix in matrices.items()}

        return LinkedEffects(
            {model: changed(matrices) for model, matrices in self.allocation.items()},
            changed(self.selection),
            changed(self.interaction),
            {model: changed(matrices) for model, matrices in self.total.items()},
        )


def linked_effects(
    linked: LinkedPeriods, single: SingleEffects, effect_count: int
) -> LinkedEffects:
    """Effects of single periods linked over the spans; of two, interaction is in selection."""
    selection = single.selection
    if effect_count == 2:
        selection = selection + single.interaction
    allocations = {model: linked.sums(effect) for model, effect in single.allocation.items()}
    selections = linked.sums(selection)
    if effect_count == 3:
        interactions = linked.sums(single.interaction)
    else:
        interactions = {name: np.full_like(sums, np.nan) for name, sums in selections.items()}
    totals = {}
    for model, allocation in allocations.items():
        totals[model] = {name: sums + selections[name] for name, sums in allocation.items()}
        if effect_count == 3:
            totals[model] = {
                name: sums + interactions[name] for name, sums in totals[model].items()
            }
    return LinkedEffects(allocations, selections, interactions, totals)
