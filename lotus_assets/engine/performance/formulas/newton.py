"""Safeguarded Newton iteration for the internal rates of many flow series at once."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.all_roots import HIGHEST, LOWEST
from lotus_assets.engine.performance.formulas.cash_flows import FlowTable, NettedFlows
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    column_products,
    running_column_sums,
)

SETTLED_STEP = 1e-5
"""Inverse cubic interpolation errs by its step's square times the previous one's: below 1e-15."""
MOST_ITERATIONS = 200
PATIENCE = 12
"""Steps after which every other one halves the bracket."""
CLEAR = 1e-12
"""A discounted balance this small beside its terms has no certain sign."""
LARGE_EXPONENT = 300.0
"""e^300 times any amount of money, summed, is still a float."""
WORTH_COPYING = 0.6
TABLE_CELLS = 131_072
"""Flows (with padding) that are iterated together: few enough for the third-level cache."""


@dataclass(frozen=True)
class Solved:
    """One value a series: x = ln(1 + i), its residual, whether it is the only root, evaluations.

    `is_sought`: it has flows of both signs. x is NaN where no root is certain to exist.
    """

    x: Floats
    residual: Floats
    is_unique: Booleans
    iterations: Integers
    is_sought: Booleans


@dataclass(frozen=True)
class _Height:
    """h = ln(received ÷ paid), nearly linear in x, and its slope."""

    x: Floats
    value: Floats
    slope: Floats

    def kept(self, chosen: Booleans) -> "_Height":
        return _Height(self.x[chosen], self.value[chosen], self.slope[chosen])


class _Batch:
    """Series still iterated: a column each, a row a flow, received and paid apart."""

    def __init__(self, table: FlowTable) -> None:
        """Begin every series at x = 0, in the whole interval."""
        count = table.amounts.shape[1]
        self.number = table.number
        self.years = table.years
        self.received = np.maximum(table.amounts, 0.0)
        self.paid = self.received - table.amounts
        self.last_year = table.years[-1]
        self.scratch = np.empty_like(table.years)
        self.x = np.zeros(count)
        self.low = np.full(count, LOWEST)
        self.high = np.full(count, HIGHEST)
        # For x → ∞ the first flow outweighs all others.
        self.sign_at_high = np.sign(table.amounts[0])
        self.is_settled = np.zeros(count, bool)
        self.previous: _Height | None = None

    def evaluate(self) -> tuple[_Height, Floats]:
        """Height at x, its slope (left out where all series have settled), and the residual."""
        discount: list[Floats] = []
        if self.previous:
            discount = [discounts(self.x, self.years, self.last_year, self.scratch)]

        def discounted(*factors: Floats) -> Floats:
            # At x = 0, where all begin, nothing is discounted.
            return column_products(*factors, *discount)

        got, gave = discounted(self.received), discounted(self.paid)
        residual = np.abs(got - gave) / (got + gave)
        slope = np.full(len(got), np.nan)
        if not self.is_settled.all():
            dated_paid, dated_received = (
                discounted(amounts, self.years) for amounts in (self.paid, self.received)
            )
            slope = dated_paid / gave - dated_received / got
        return _Height(self.x, np.log(got / gave), slope), residual

    def step(self, height: _Height, is_patient: bool) -> None:
        """Narrow the bracket by the height at x, and go on by interpolation or to its middle."""
        beyond = height.value * self.sign_at_high > 0
        np.copyto(self.high, self.x, where=beyond)
        np.copyto(self.low, self.x, where=~beyond)
        following, is_close = _next(height, self.previous)
        width = self.high - self.low
        # A final step may round to an end of its bracket, or just past it.
        slack = 1e-14 * np.maximum(1.0, np.abs(self.x))
        is_final = is_close & (following > self.low - slack) & (following < self.high + slack)
        inside = (following > self.low) & (following < self.high) & is_patient
        middle = self.low + width / 2
        clipped = np.minimum(np.maximum(following, self.low), self.high)
        self.x = np.where(is_final, clipped, middle)
        self.x = np.where(inside, following, self.x)
        # A bracket without room is settled too: its residual judges what it holds.
        self.is_settled = is_final | (width <= slack)
        self.previous = height

    def keep(self, chosen: Booleans) -> None:
        """Go on with the chosen series only."""
        columns = np.flatnonzero(chosen)
        for name in ("received", "paid", "years"):
            setattr(self, name, getattr(self, name).take(columns, axis=1))
        for name in ("number", "last_year", "x", "low", "high", "sign_at_high", "is_settled"):
            setattr(self, name, getattr(self, name)[chosen])
        self.scratch = np.empty_like(self.years)
        if self.previous is not None:
            self.previous = self.previous.kept(chosen)


def discounts(x: Floats, years: Floats, last_year: Floats, out: Floats | None = None) -> Floats:
    """e^(-xt) of every flow; scaled so that none is above 1 where one could overflow.

    A series' scale is decided by its own x alone, and cancels in every quotient.
    """
    exponents = np.multiply(-x, years, out=out)
    growing = x * last_year < -LARGE_EXPONENT
    if growing.any():
        exponents += np.where(growing, x * last_year, 0.0)
    discount: Floats = np.exp(exponents, out=exponents)
    return discount


def _next(height: _Height, previous: _Height | None) -> tuple[Floats, Booleans]:
    """Next x and whether it is final: Newton at first, then inverse cubic interpolation.

    The cubic takes x as a function of the height, with value and slope at the last two points
    (Hermite); where heights coincide or it is no number, Newton's step stands.
    """
    newton = height.x - height.value / height.slope
    if previous is None:
        return newton, np.abs(newton - height.x) <= 0.0
    gap = height.value - previous.value
    chord = (height.x - previous.x) / gap
    share = -height.value / gap
    now, then = 1.0 / height.slope, 1.0 / previous.slope
    bend = (now - chord) * (1.0 + share) + (then - chord) * share
    cubic = height.x + share * gap * (chord + (1.0 + share) * bend)
    good = np.isfinite(cubic) & (np.abs(share) < 0.5)
    following = np.where(good, cubic, newton)
    step = np.abs(following - height.x)
    limit = np.where(good, SETTLED_STEP, SETTLED_STEP**2) * np.maximum(1.0, np.abs(height.x))
    return following, step <= limit


def solve(series: NettedFlows) -> Solved:
    """One root of every series whose first and last flow differ in sign, and whether it is alone.

    Such a series has a root for sure, perhaps outside [-80, 700]: then its residual at the end of
    the interval shows it. It is the only one after one change of sign (Descartes), or under
    Soper's condition. Other series are left to `all_roots`: NaN and not unique.
    """
    count = len(series.offsets) - 1
    solved = Solved(
        x=np.full(count, np.nan),
        residual=np.full(count, np.nan),
        is_unique=np.zeros(count, bool),
        iterations=np.zeros(count, int),
        is_sought=np.zeros(count, bool),
    )
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for table in series.tables(TABLE_CELLS):
            solved.is_sought[table.number] = table.changes > 0
            is_solvable = table.changes % 2 == 1
            if is_solvable.any():
                _iterate(_Batch(table), is_solvable, solved)
            several = table.changes > 1
            solved.is_unique[table.number] = is_solvable & ~several
            if (several & is_solvable).any():
                solved.is_unique[table.number] |= _soper(table, solved.x[table.number])
    return solved


def _iterate(batch: _Batch, pending: Booleans, solved: Solved) -> None:
    """Go on until every series that is pending at first has been solved."""
    for iteration in range(1, MOST_ITERATIONS + 1):
        height, residual = batch.evaluate()
        finished = (batch.is_settled | (height.value == 0)) & pending
        if finished.any():
            done = batch.number[finished]
            solved.x[done] = batch.x[finished]
            solved.residual[done] = residual[finished]
            solved.iterations[done] = iteration
            pending = pending & ~finished
            if not pending.any():
                return
        batch.step(height, iteration < PATIENCE or iteration % 2 == 0)
        # Copying is worth it only where much is left out; the finished few go on unread.
        if pending.mean() < WORTH_COPYING:
            batch.keep(pending)
            pending = np.ones(len(batch.number), bool)


def _soper(table: FlowTable, x: Floats) -> Booleans:
    """Whether the discounted balance keeps the first flow's sign until the last flow.

    By Abel's summation f is then of one sign on either side of x, so x is the only root; balances
    too near to 0 for a certain sign certify nothing. NaN certifies nothing.
    """
    discount = discounts(x, table.years, table.years[-1])
    # Turned so that the first flow of each is positive.
    terms = np.multiply(table.amounts, np.copysign(discount, table.amounts[0]), out=discount)
    balances = running_column_sums(terms)[:-1]
    lowest = highest = balances
    if (table.counts <= len(balances)).any():
        counted = np.arange(len(balances))[:, None] < table.counts - 1
        lowest, highest = np.where(counted, balances, np.inf), np.where(counted, balances, 0.0)
    # No flow is larger than twice the largest balance before or after it.
    sizes = 2.0 * table.counts * highest.max(axis=0)
    return np.asarray((lowest.min(axis=0) > CLEAR * sizes) & np.isfinite(x))
