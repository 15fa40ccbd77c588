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
WITH_GROUPS = ("contribution", "attribution")
"""Measures that are also of a position, or of a group."""


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
    if group is not None and measure not in WITH_GROUPS:
        raise NotExplained(
            f"{measure} is of the whole portfolio, not of a group. "
            f"{existing('Of groups are', WITH_GROUPS)}"
        )
