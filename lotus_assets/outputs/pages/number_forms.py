"""Figures as people read them, on every page: in the unit that suits their size, well rounded.

A program's figures go from ns to s and from kB to GB; a person's durations from seconds to days;
shares are per cent, differences of shares are points, returns have two decimals.
"""

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
PERSONAL_DIGITS = 2
"""Significant digits of a duration or a share; whole numbers keep all of theirs."""
_HOUR_STEPS = ((24.0, "days"), (1.0, "h"), (1 / 60, "min"), (1 / 3600, "s"))
PERSONAL_STEPS: dict[str, tuple[tuple[float, str], ...]] = {
    "h": _HOUR_STEPS,
    "s": tuple((hours * 3600, name) for hours, name in _HOUR_STEPS),
    "ratio": ((0.01, "%"),),
    "count": ((1.0, ""),),
}
"""Unit of a metric → (size of the shown unit in it, its name), the largest first."""
FEWEST_DAYS = 2
"""Up to so many days, people count hours."""
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


def personal_unit(unit: str, magnitude: float) -> ShownUnit:
    """The unit in which people read figures of about `magnitude`, given in `unit`.

    `unit` is one of `PERSONAL_STEPS` (h, s, ratio, count); 26 hours are hours, 49 are days.

    Raises:
        KeyError: the unit is none of them.
    """
    steps = PERSONAL_STEPS[unit]
    fitting = [
        (size, name)
        for size, name in steps
        if abs(magnitude) >= size * (FEWEST_DAYS if name == "days" else 1)
    ]
    return ShownUnit(*(fitting[0] if fitting else steps[-1]))


def personal(value: float | None, unit: str) -> str:
    """`value` in the unit that suits it: `26 h`, `74 days`, `8.6 min`, `33 %`, `1,234`."""
    if value is None or math.isnan(value):
        return DASH
    return _with_unit(value, personal_unit(unit, value))


def personal_change(value: float | None, before: float | None, unit: str) -> str:
    """What `value` differs from `before` by, with its sign: `+3.1 h`, `+4 points`, `±0`.

    Shares differ by points, of which 100 are the whole.
    """
    if value is None or before is None or math.isnan(value) or math.isnan(before):
        return DASH
    change = value - before
    shown = personal_unit(unit, change)
    if unit == "ratio":
        shown = ShownUnit(shown.size, "points")
    text = _with_unit(abs(change), shown)
    return text_with_sign(change, text) if _first_number(text) else "±0"


def percent(value: float | None, decimals: int = 2) -> str:
    """A share or return, 0.0124 as `1.24 %`; a dash for none."""
    if value is None or not math.isfinite(value):
        return DASH
    return text_with_sign(min(value, 0.0), f"{abs(value) * 100:,.{decimals}f}", "%")


def signed_percent(value: float | None, decimals: int = 2) -> str:
    """As `percent`, gains with a plus: `+1.24 %`."""
    if value is None or not math.isfinite(value):
        return DASH
    return text_with_sign(value, f"{abs(value) * 100:,.{decimals}f}", "%")


def basis_points(value: float | None, decimals: int = 1) -> str:
    """A difference of returns, 0.00124 as `+12.4 basis points`; a dash for none."""
    if value is None or not math.isfinite(value):
        return DASH
    return text_with_sign(value, f"{abs(value) * 1e4:,.{decimals}f}", "basis points")


def text_with_sign(number: float, text: str, unit: str = "") -> str:
    """`text`, which is of the size of `number`, with its sign and unit; what reads 0 has none."""
    has_sign = bool(number) and bool(_first_number(text))
    sign = ("+" if number > 0 else "\N{MINUS SIGN}") if has_sign else ""
    return f"{sign}{text}\N{NO-BREAK SPACE}{unit}" if unit else f"{sign}{text}"


def _with_unit(value: float, unit: ShownUnit) -> str:
    number = value / unit.size
    # 9.96 has two digits as 10, not three as 10.0.
    rounded = float(f"{number:.{PERSONAL_DIGITS - 1}e}") if abs(number) < 10 else round(number)
    return ShownUnit(1.0, unit.name).text(rounded, PERSONAL_DIGITS)


def _first_number(text: str) -> float:
    return float(text.split("\N{NO-BREAK SPACE}")[0].replace(",", "").replace("e", "E"))
