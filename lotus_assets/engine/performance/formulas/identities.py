"""What has to hold of the groups of a side: tolerances and identities, told the same everywhere.

The gate of the inputs, the API's bodies and the attribution itself each say it in their own words.
"""

import numpy as np

from lotus_assets.engine.performance.formulas.segments import Booleans, Floats

WEIGHT_TOLERANCE = 1e-6
"""Weights of a side sum to 1 within this; they are divided by their sum."""
CURRENCY_TOLERANCE = 1e-9
NO_CAPITAL = 1e-9
"""Net capital under this share of the gross capital of what it is of counts as none."""
HALF_A_DIGIT = 5e-11
"""Half the last of the ten digits that are received."""
ROUNDING = 1e-15


def is_off_balance(sums: Floats) -> Booleans:
    """Sums of weights that are not 1."""
    return np.asarray(np.abs(sums - 1.0) > WEIGHT_TOLERANCE + HALF_A_DIGIT)


def is_off_currency(base: Floats, local: Floats, fx: Floats) -> Booleans:
    """Where `(1 + local)(1 + fx) = 1 + base` does not hold; it does where one is missing."""
    product = (1.0 + local) * (1.0 + fx)
    return np.asarray(np.abs(product - (1.0 + base)) > CURRENCY_TOLERANCE + ROUNDING)
