"""Figures in the unit that a reader expects: ns to s, kB to GB, thousands and millions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DASH = "\N{EN DASH}"
"""Stands where there is no figure."""
SIGNIFICANT = 4
"""Digits of a figure in a sentence or a table."""
STEPS: dict[str, tuple[tuple[float, str], ...]] = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "bytes": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")),
    "1": ((1.0, ""),),
}
"""Base unit → (size of the shown unit in it, its name), the largest first. 1 MB is 10^6 bytes."""
LARGEST, SMALLEST, MOST_DECIMALS = 1e15, 1e-9, 12
"""Figures between these are written out; beyond them as powers of ten."""
PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
NAMES = {"1/s": "ops/s", "iter/sec": "ops/s"}


@dataclass(frozen=True)
class ShownUnit:
    """A unit that is shown: its name, and its size in the base unit."""

    size: float
    name: str

    def text(self, value: float | None, digits: int = SIGNIFICANT) -> str:
        """`value`, given in the base unit, with the name; a dash for none."""
        if value is None or math.isnan(value):
            return DASH
        number = significant(value / self.size, digits)
        return f"{number}\N{NO-BREAK SPACE}{self.name}" if self.name else number


def shown_unit(base: str, magnitude: float) -> ShownUnit:
    """The unit for figures of about `magnitude`, in which they are at least 1 where there is one.

    `base` is the unit of a result: s, bytes, 1, or something a second or counted.
    """
    steps = STEPS.get(base)
    if steps is None:
        name = NAMES.get(base, base)
        steps = tuple(
            (size, f"{prefix}\N{NO-BREAK SPACE}{name}".strip()) for size, prefix in PREFIXES
        )
    fitting = [step for step in steps if abs(magnitude) >= step[0]]
    return ShownUnit(*(fitting[0] if fitting else steps[-1]))


def significant(number: float, digits: int = SIGNIFICANT) -> str:
    """`number` with that many significant digits, grouped by thousands.

    A whole number keeps all of its digits and gets none behind the point. What no reader would
    count the zeros of is a power of ten.
    """
    if number and not SMALLEST <= abs(number) < LARGEST:
        return f"{number:.{digits - 1}e}"
    if number == int(number):
        return f"{int(number):,}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    return f"{number:,.{min(decimals, MOST_DECIMALS)}f}"


def tick_text(number: float, decimals: int) -> str:
    """The label of a tick, whose neighbours differ in that many decimals."""
    if number and (decimals > MOST_DECIMALS or abs(number) >= LARGEST):
        return f"{number:.{SIGNIFICANT - 1}e}"
    return f"{number or 0.0:,.{min(decimals, MOST_DECIMALS)}f}"


def counted(number: int, noun: str) -> str:
    """So many of something: `1 run`, `1,200 runs`, `2 series`."""
    plural = noun if noun.endswith("s") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def percent_change(ratio: float | None) -> str:
    """How much worse (plus) or better (minus) an oriented ratio is; a dash for none."""
    if ratio is None or not math.isfinite(ratio):
        return DASH
    change = (ratio - 1) * 100
    if abs(change) < 0.05:
        return "±0.0\N{NO-BREAK SPACE}%"
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    return f"{sign}{significant(abs(change), 3 if abs(change) >= 100 else 2)}\N{NO-BREAK SPACE}%"


def decimals_of(steps: Sequence[float]) -> int:
    """How many decimals tell neighbouring ticks, given in the shown unit, apart."""
    gaps = [b - a for a, b in pairwise(steps) if b > a]
    return max(0, -math.floor(math.log10(min(gaps)) + 1e-9)) if gaps else 2
