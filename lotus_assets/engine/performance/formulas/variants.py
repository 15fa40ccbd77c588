"""Variants of attribution and contribution that are worked out together: they share most."""

from dataclasses import dataclass, field

import numpy as np

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.segments import Integers


@dataclass(frozen=True)
class Variant:
    """The model by which effects are computed, and how those of single periods are linked."""

    model: Model = Model.BF
    linking: Linking = Linking.CARINO


@dataclass(frozen=True)
class AttributionMethod:
    """Variants that are worked out together, and what is alike in all of them.

    `levels` [level, group] is the code of each group's parent on every level, from the top.
    `with_linking`: what each single period counts for is told too.
    """

    variants: tuple[Variant, ...] = (Variant(),)
    effect_count: int = 3
    frequency: Frequency = Frequency.DAILY
    levels: Integers = field(default_factory=lambda: np.empty((0, 0), np.int64), compare=False)
    with_linking: bool = False

    def __post_init__(self) -> None:
        """One variant at least; two effects or three."""
        if not self.variants:
            raise ValueError("an attribution needs one variant at least")
        if self.effect_count not in (2, 3):
            raise ValueError(f"effects are 2 or 3, not {self.effect_count}")

    @property
    def models(self) -> tuple[Model, ...]:
        """The variants' models, each once."""
        return tuple(dict.fromkeys(variant.model for variant in self.variants))

    @property
    def linkings(self) -> tuple[Linking, ...]:
        """The variants' linkings, each once."""
        return tuple(dict.fromkeys(variant.linking for variant in self.variants))


@dataclass(frozen=True)
class ContributionVariant:
    """Net or gross of fees, and how days are linked: by CARINO, FRONGELLO or NONE.

    Raises ValueError for another linking.
    """

    basis: Basis = Basis.NET
    linking: Linking = Linking.CARINO

    def __post_init__(self) -> None:
        """Refuse linkings that need a benchmark."""
        if self.linking not in (Linking.CARINO, Linking.FRONGELLO, Linking.NONE):
            raise ValueError(
                f"contribution is linked by CARINO, FRONGELLO or NONE, not {self.linking}"
            )
