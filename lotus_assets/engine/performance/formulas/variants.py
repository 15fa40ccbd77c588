"""Variants of one attribution: they share all but how allocation counts and how days are linked."""

from dataclasses import dataclass

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking


@dataclass(frozen=True)
class Variant:
    """The model by which effects are computed, and how those of single periods are linked."""

    model: Model = Model.BF
    linking: Linking = Linking.CARINO
