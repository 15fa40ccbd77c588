"""The figures of portfolios that are explained: table, computation, rows behind it, arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from lotus_assets.analytics.portfolios import (
    attribution,
    attribution_family,
    attribution_total,
    contribution,
    contribution_family,
    contribution_total,
    mwr,
    returns_family,
    risk_statistics,
    twr,
    twr_family,
)
from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.outputs.explanations.portfolio_choices import AskedMeasure
from lotus_assets.outputs.explanations.portfolio_details import (
    Details,
    Row,
    of_attribution,
    of_contribution,
    of_mwr,
    of_risk_statistics,
    of_twr,
)
from lotus_assets.tables.table import Table

Telling = Callable[[AskedMeasure, Row, Details], str]


@dataclass(frozen=True)
class Explainer:
    """How one measure is explained. `part`: the table of its positions or groups, and the column
    that names them."""

    family: PortfolioFamily
    whole: Table
    details: Callable[[PortfolioInputs, AskedMeasure, Row], Details]
    arithmetic: Telling
    part: tuple[Table, str] | None = None

    def table(self, asked: AskedMeasure) -> Table:
        """The table that holds the figure."""
        return self.whole if asked.group is None or self.part is None else self.part[0]


def _twr(asked: AskedMeasure, row: Row, details: Details) -> str:
    count = len(details["days"])
    text = f"period_return: the product of (1 + daily_return) over {count} days, less 1"
    if row["annualised_return"] is None:
        return f"{text}; not annualised: {row['annualisation_reason']}"
    return f"{text}; annualised_return: (1 + period_return) ^ ({_a_year_of(row)}), less 1"


def _a_year_of(row: Row) -> str:
    """A year as a share of the row's period: whole years count as such, whatever days they have."""
    years = ReportingPeriod(row["period"]).years
    if years and not row["is_clamped"]:
        return f"1 ÷ {years}"
    first, last = (date.fromisoformat(row[name]) for name in ("start_date", "end_date"))
    return f"365 ÷ {(last - first).days + 1} calendar days"


def _mwr(asked: AskedMeasure, row: Row, details: Details) -> str:
    flows = details["flows"]
    if asked.method == "XIRR":
        total = flows["discounted_amount"].sum()
        return (
            f"annual_rate: the rate at which the {len(flows)} amounts, each ÷ (1 + rate) ^ "
            f"(days ÷ 365), sum to 0; with it they sum to {total:.3g}"
        )
    return (
        "period_return: (end_mv - begin_mv - net_flow) ÷ average_capital, which is begin_mv and "
        f"{row['flow_count']} flows, each by its weight"
    )


def _contribution(asked: AskedMeasure, row: Row, details: Details) -> str:
    if asked.group is None:
        return (
            "portfolio_return, fees and unexplained: each the sum over "
            f"{len(details['linking'])} days of the day's times coefficient"
        )
    return (
        f"contribution: the sum over {len(details['days'])} days of the day's contribution "
        "(gain ÷ the portfolio's capital) times coefficient; average_weight: the sum of weight ÷ "
        f"{len(details['linking'])} days of the portfolio"
    )


def _attribution(asked: AskedMeasure, row: Row, details: Details) -> str:
    count = len(details["linking"])
    if asked.group is None:
        return (
            f"portfolio_return and benchmark_return: the product of (1 + return) over {count} "
            "single periods, less 1; active_return: their difference; own_return: "
            "portfolio_return, fees and difference"
        )
    return (
        f"each effect: the sum over {count} single periods of the effect times coefficient "
        "(linked_allocation, linked_selection, linked_interaction); portfolio_weight and "
        "benchmark_weight: the sum of the days' weights ÷ their number"
    )


def _risk(asked: AskedMeasure, row: Row, details: Details) -> str:
    count = len(details.get("own", ()))
    return (
        f"linked_return, annualised_return, volatility, downside_deviation, sortino_ratio and "
        f"drawdown: of the {count} {asked.frequency.lower()} returns under own; sharpe_ratio: of "
        "those under over_risk_free; tracking_error to down_capture: of those under relative"
    )


def arithmetic(asked: AskedMeasure, row: dict[str, Any], details: Details) -> str:
    """How the values follow from the details, or why there are none."""
    text = EXPLAINERS[asked.measure].arithmetic(asked, row, details)
    status = row.get("status", "OK")
    if status == "OK":
        return text
    day = row.get("status_date")
    return f"status {status}{f', decided on {day}' if day else ''}. Where it holds, {text}"


EXPLAINERS = {
    "twr": Explainer(twr_family.FAMILY, twr.TABLE, of_twr, _twr),
    "mwr": Explainer(mwr.FAMILY, mwr.TABLE, of_mwr, _mwr),
    "contribution": Explainer(
        contribution_family.FAMILY,
        contribution_total.TABLE,
        of_contribution,
        _contribution,
        (contribution.TABLE, "position_id"),
    ),
    "attribution": Explainer(
        attribution_family.FAMILY,
        attribution_total.TABLE,
        of_attribution,
        _attribution,
        (attribution.TABLE, "group_key"),
    ),
    "risk_statistics": Explainer(
        returns_family.FAMILY, risk_statistics.TABLE, of_risk_statistics, _risk
    ),
}
