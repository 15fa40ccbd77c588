"""Which figures of portfolios can be explained, and by which choices each is told apart."""

from dataclasses import dataclass
from datetime import date

from lotus_assets.outputs.explanations.refusals import NotExplained, existing

CHOICES: dict[str, tuple[str, ...]] = {
    "twr": ("metric_basis",),
    "mwr": ("method",),
    "contribution": ("metric_basis", "linking"),
    "attribution": ("model", "linking"),
    "risk_statistics": ("frequency",),
}
"""Measure → the columns that tell its variants apart."""
TOTALS = {
    "twr": "twr",
    "mwr": "mwr",
    "contribution": "contribution_total",
    "attribution": "attribution_total",
    "risk_statistics": "risk_statistics",
}
"""Measure → the table of its figures of whole portfolios."""
VOCABULARY = {
    "metric_basis": ("NET", "GROSS"),
    "linking": ("CARINO", "MENCHERO", "GRAP", "FRONGELLO", "NONE"),
    "model": ("BF", "BHB"),
    "method": ("XIRR", "MODIFIED_DIETZ"),
    "frequency": ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "YEARLY"),
    "period": ("MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD"),
}
"""What a choice can be at all, known without asking the warehouse."""
PARTS = {
    "contribution": ("contribution", "position_id"),
    "attribution": ("attribution", "group_key"),
}
"""Measures that are also of a position, or of a group → the table of those, and what names them."""


@dataclass(frozen=True)
class AskedMeasure:
    """The figure that is to be explained; a choice that its measure does not have is not looked at.

    `group`: the position of a contribution, or the group (JSON, as in group_key) of an attribution;
    without it, their total.
    """

    portfolio_id: str
    measure: str
    as_of: date
    period: str
    group: str | None = None
    metric_basis: str = "NET"
    linking: str = "CARINO"
    model: str = "BF"
    method: str = "XIRR"
    frequency: str = "DAILY"

    @property
    def choices(self) -> dict[str, str]:
        """The choices that the measure has."""
        return {name: str(getattr(self, name)) for name in CHOICES[self.measure]}


def check_measure(measure: str, group: str | None) -> None:
    """Refuse what no portfolio has.

    Raises:
        NotExplained: there is no such measure, or it is of no group.
    """
    if measure not in CHOICES:
        measures = existing("The measures", tuple(CHOICES), measure)
        raise NotExplained(f"There is no measure {measure}. {measures}")
    if group is not None and measure not in PARTS:
        raise NotExplained(
            f"{measure} is of the whole portfolio, not of a group. "
            f"{existing('Of groups are', tuple(PARTS))}"
        )


def check_choices(asked: AskedMeasure) -> None:
    """Refuse a period or variant that no figure has; one that this warehouse lacks is told later.

    Raises:
        NotExplained: there is no such period or variant.
    """
    for name, value in {**asked.choices, "period": asked.period}.items():
        if value not in VOCABULARY[name]:
            there = existing(f"Each {name}", VOCABULARY[name], value)
            raise NotExplained(f"{asked.measure} has no {name} {value}. {there}")
