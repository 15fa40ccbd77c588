"""How a report writes figures that only its columns have: basis points and amounts."""

from lotus_assets.outputs.pages.number_forms import basis_points, text_with_sign

WHOLE_FROM = 10_000
"""Amounts from here on are written without cents."""


def points(value: float | None, decimals: int = 1) -> str:
    """Basis points without their name, for columns that say so: `+12.4`."""
    return basis_points(value, decimals).removesuffix("\N{NO-BREAK SPACE}basis points")


def money(value: float | None) -> str:
    """An amount with its sign where it is negative; nothing for none."""
    if value is None:
        return ""
    decimals = 0 if abs(value) >= WHOLE_FROM else 2
    return text_with_sign(min(value, 0.0), f"{abs(value):,.{decimals}f}")
