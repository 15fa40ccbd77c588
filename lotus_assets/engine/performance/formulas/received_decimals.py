"""Decimals received, as exact integers: what decides where floats cancel.

A decimal of up to 15 digits is the shortest one of the float nearest to it, and so can be told from
that float. Only the few rows that are in doubt are taken this way.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.segments import Floats

SCALE = 30
"""Digits after the point that are kept: of money and returns ten, of a product of two twenty."""
UNIT = 10**SCALE
PLACES = 10
DIGITS = 15
MOST_DIGITS = 400
CANCELLED = 1e-9
"""A float sum this small beside its terms is taken again from the decimals."""

ExactNumbers = NDArray[np.object_]
"""Python integers: a number times `UNIT` (of a product: times its square)."""
POWERS = np.array([10 ** (SCALE - places) for places in range(PLACES + 1)], dtype=object)


def exact(values: Floats) -> ExactNumbers:
    """Shortest decimals of finite floats; 30 digits after the point are kept."""
    values = np.asarray(values, np.float64)
    whole, places = _digits(values)
    fits = (np.abs(whole) < 10.0**DIGITS) & (whole / 10.0**places == values)
    numbers = _shifted(np.where(fits, whole, 0.0), places)
    rest = np.flatnonzero(~fits)
    if len(rest):
        numbers[rest] = exact_decimals([Decimal(repr(one)) for one in values[rest].tolist()])
    return numbers


def nearest(values: Floats) -> ExactNumbers:
    """Decimals of 15 digits nearest to finite floats: what a sum was before floats rounded it."""
    whole, places = _digits(values)
    fits = np.abs(whole) < 10.0**DIGITS
    return np.where(fits, _shifted(np.where(fits, whole, 0.0), places), exact(values))


def _digits(values: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Values with 15 digits as whole numbers of a power of ten, and its places after the point."""
    sizes = np.abs(values)
    digits = np.ones(len(values))
    np.log10(sizes, out=digits, where=sizes > 0)
    places = np.clip(DIGITS - 1 - np.floor(digits), 0, PLACES).astype(np.int64)
    return np.rint(values * 10.0**places), places


def _shifted(whole: Floats, places: NDArray[np.int64]) -> ExactNumbers:
    numbers: ExactNumbers = whole.astype(np.int64).astype(object)
    numbers *= POWERS[places]
    return numbers


def exact_decimals(values: Sequence[Decimal]) -> ExactNumbers:
    """Decimals, with 30 digits after the point."""
    numbers = np.empty(len(values), dtype=object)
    with localcontext(prec=MOST_DIGITS):
        numbers[:] = [int(value.scaleb(SCALE).to_integral_value()) for value in values]
    return numbers


def sums_by_segment(numbers: ExactNumbers, starts: NDArray[np.int64]) -> ExactNumbers:
    """Sum of each segment that begins at `starts` (none is empty)."""
    sums: ExactNumbers = np.add.reduceat(numbers, starts)
    return sums


def _quotient(numerator: int, denominator: int) -> float:
    try:
        return numerator / denominator
    except OverflowError:
        return float("inf") if (numerator > 0) == (denominator > 0) else float("-inf")


_quotients = np.frompyfunc(_quotient, 2, 1)


def quotients(numerators: ExactNumbers, denominators: ExactNumbers | int) -> Floats:
    """The float nearest to each quotient; infinite past float64. No denominator is 0."""
    return np.asarray(_quotients(numerators, denominators), dtype=np.float64)


def signs(numbers: ExactNumbers) -> NDArray[np.int8]:
    """-1, 0 or 1."""
    return (numbers > 0).astype(np.int8) - (numbers < 0).astype(np.int8)


LOW = -0.9
"""Below it floats of 1 + r lose digits."""


def log_ratios(kept: ExactNumbers, size: ExactNumbers) -> Floats:
    """`ln(kept ÷ size)`, of their difference where they are near each other; size is positive.

    -inf where nothing is kept, NaN where less is.
    """
    ratio = quotients(kept, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(ratio < 1.0 + LOW, np.log(ratio), np.log1p(quotients(kept - size, size)))


def on_their_side(returns: Floats, kept: ExactNumbers) -> Floats:
    """Returns that are -1, above or below it as 1 + r (`kept`) is 0, above or below it."""
    returns = np.where(kept == 0, -1.0, returns)
    returns = np.where((kept > 0) & (returns <= -1.0), np.nextafter(-1.0, 0.0), returns)
    return np.where((kept < 0) & (returns >= -1.0), np.nextafter(-1.0, -2.0), returns)
