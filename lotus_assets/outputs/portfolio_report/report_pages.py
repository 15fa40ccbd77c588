"""Reports as pages: one a portfolio, and the index of all."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.outputs.pages.number_forms import (
    basis_points,
    percent,
    signed_percent,
)
from lotus_assets.outputs.pages.rendering import (
    EXPLAINING,
    SORTING,
    PageFrame,
    page_html,
    templates_of,
)
from lotus_assets.outputs.portfolio_report import cells, drawings
from lotus_assets.outputs.portfolio_report.figure_texts import money
from lotus_assets.outputs.portfolio_report.report_model import (
    AttributionPeriod,
    ContributionPeriod,
    IndexRow,
    MarkedDays,
    PeriodRow,
    PortfolioReport,
    RiskColumn,
)
from lotus_assets.outputs.portfolio_report.report_paths import INDEX, page_path
from lotus_assets.outputs.portfolio_report.words import day_meaning, day_text

TEMPLATES = Path(__file__).parent / "templates"
STYLE = TEMPLATES / "report.css"
PERFORMANCE = PERFORMANCE_INPUT.contract.name
RISK_NAMES = {
    "observations": ("Observations", "count"),
    "linked_return": ("Return", "percent"),
    "annualised_return": ("Return a year", "percent"),
    "volatility": ("Volatility", "percent"),
    "downside_deviation": ("Downside deviation", "percent"),
    "maximum_drawdown": ("Maximum drawdown", "percent"),
    "sharpe_ratio": ("Sharpe ratio", "ratio"),
    "sortino_ratio": ("Sortino ratio", "ratio"),
    "tracking_error": ("Tracking error", "percent"),
    "information_ratio": ("Information ratio", "ratio"),
    "beta": ("Beta", "ratio"),
    "alpha": ("Alpha a year", "percent"),
    "correlation": ("Correlation", "ratio"),
    "r_squared": ("R squared", "ratio"),
    "up_capture": ("Up capture", "percent"),
    "down_capture": ("Down capture", "percent"),
}
"""Column of `risk_statistics` → its name for people, and how it is written."""
QUIET = ("OFF_CALENDAR_LINKED",)
"""Codes of days that every holiday has: they come last."""


def portfolio_page(report: PortfolioReport, generated_at: datetime) -> bytes:
    """The page of a portfolio as UTF-8: the same report gives the same bytes."""
    frame = PageFrame(
        page_path(report.portfolio_id),
        f"Portfolio {report.portfolio_id}",
        generated_at,
        report.as_of,
        _subtitle(report),
        crumbs=[("Portfolios", "index.html")],
    )
    return _page(
        "portfolio.html.jinja",
        frame,
        report=report,
        tiles=_tiles(report),
        is_moving=True,
        scripts=[EXPLAINING, TEMPLATES / "explained_figures.js"],
        curve=drawings.curve_chart(report),
        drawdown=drawings.drawdown_chart(report),
        months=drawings.months_map(report),
        active_months=drawings.active_months_map(report),
        contributions=[
            (
                period,
                drawings.contribution_waterfall(period),
                drawings.contribution_extremes(period),
            )
            for period in report.contributions
            if period.portfolio_return is not None
        ],
        without_contribution=_told_together(report.contributions),
        without_attribution=_told_together(report.attributions),
        opened_contribution=_opened(report.contributions),
        opened_attribution=_opened(report.attributions),
        risk=[
            (frequency, list(columns)) for frequency, columns in groupby(report.risk, _frequency)
        ],
        risk_names=RISK_NAMES,
        marked=_by_code(report.marked_days),
        meaning=day_meaning,
        versions=sorted({one.data_version for one in report.sources if one.data_version}),
        performance_hash=_performance_hash(report),
        groups=_groups(report.attributions),
    )


def index_page(rows: Sequence[IndexRow], as_of: date | None, generated_at: datetime) -> bytes:
    """The page that leads to all of them."""
    frame = PageFrame(INDEX, "Portfolios", generated_at, as_of, _counted(rows))
    return _page("index.html.jinja", frame, rows=rows, page_path=page_path)


def _page(
    template: str, frame: PageFrame, *, scripts: Sequence[Path] = (), **context: Any
) -> bytes:
    templates_of(TEMPLATES).filters.update(
        signed_percent=signed_percent, basis_points=basis_points, day=day_text
    )
    return page_html(
        TEMPLATES,
        template,
        frame,
        styles=[STYLE],
        scripts=[SORTING, *scripts],
        cells=cells,
        **context,
    )


def _subtitle(report: PortfolioReport) -> str:
    benchmark = f"benchmark {report.benchmark_id}" if report.benchmark_id else "no benchmark"
    return ", ".join(
        filter(
            None,
            (
                report.currency,
                f"opened {day_text(report.opened)}" if report.opened else "",
                f"closed {day_text(report.closed)}" if report.closed else "",
                benchmark if not report.refusal else "",
                _last_valued(report),
                f"shard {report.shard}",
            ),
        )
    )


def _last_valued(report: PortfolioReport) -> str:
    day = report.last_valuation
    return f"last valued {day_text(day)}" if day else ""


def _tiles(report: PortfolioReport) -> list[tuple[str, str, str, str]]:
    """Name, figure, what to compare it with, and where it leads."""
    by_period = {row.period: row for row in report.periods}
    shown = dict.fromkeys(("YTD", "1Y", report.curve_period))
    tiles = [
        (f"{name}, net", signed_percent(row.net), _beside(row), "#periods")
        for name, row in ((name, by_period.get(name)) for name in shown)
        if row is not None
    ]
    longest = [
        one for one in report.risk if (one.frequency, one.period) == ("DAILY", report.curve_period)
    ]
    return [*tiles, *(tile for one in longest for tile in _risk_tiles(one)), *_value_tile(report)]


def _beside(row: PeriodRow) -> str:
    if row.net is None:
        return row.notes[0] if row.notes else ""
    year = f"; {signed_percent(row.annualised_net)} a year" if row.annualised_net else ""
    if row.benchmark is None:
        return f"no benchmark{year}"
    return f"benchmark {signed_percent(row.benchmark)}{year}"


def _risk_tiles(column: RiskColumn) -> list[tuple[str, str, str, str]]:
    fall, trough = column.figures["maximum_drawdown"], column.drawdown_trough_date
    return [
        (
            f"Maximum drawdown, {column.period}",
            percent(fall),
            f"lowest on {day_text(trough)}" if trough else "",
            "#drawdown",
        ),
        (
            f"Volatility, {column.period}",
            percent(column.figures["volatility"]),
            "of daily returns, a year",
            "#risk",
        ),
    ]


def _value_tile(report: PortfolioReport) -> list[tuple[str, str, str, str]]:
    if report.last_value is None or report.last_valuation is None:
        return []
    return [
        (
            "Last value",
            money(report.last_value),
            f"{report.currency}, {day_text(report.last_valuation)}",
            "#held",
        )
    ]


def _opened(periods: Sequence[ContributionPeriod | AttributionPeriod]) -> str:
    """The period that is unfolded at first: the year to date, else the first with figures."""
    names = [one.period for one in periods if one.portfolio_return is not None]
    return "YTD" if "YTD" in names else next(iter(names), "")


def _told_together(
    periods: Sequence[ContributionPeriod | AttributionPeriod],
) -> list[tuple[str, str]]:
    """Periods without figures and why; those with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for one in periods:
        if one.portfolio_return is None:
            reasons.setdefault(next(iter(one.notes), ""), []).append(one.period)
    return [(", ".join(names), reason) for reason, names in reasons.items()]


def _groups(periods: Sequence[AttributionPeriod]) -> dict[str, int]:
    """The groups that effects are explained by, numbered: their keys are long."""
    keys = sorted({node.group for period in periods for node in period.nodes if node.group})
    return {key: number for number, key in enumerate(keys)}


def _performance_hash(report: PortfolioReport) -> str:
    hashes = [one.content_hash for one in report.sources if one.contract == PERFORMANCE]
    return next(iter(hashes), "")


def _frequency(column: RiskColumn) -> str:
    return column.frequency


def _by_code(marked: Sequence[MarkedDays]) -> list[tuple[str, int, list[MarkedDays]]]:
    """Marked days by code with their number; those that every holiday has last."""
    codes = sorted({one.code for one in marked}, key=lambda code: (code in QUIET, code))
    groups = [(code, [one for one in marked if one.code == code]) for code in codes]
    return [(code, sum(one.count for one in days), days) for code, days in groups]


def _counted(rows: Sequence[IndexRow]) -> str:
    refused = sum(1 for row in rows if row.refusal)
    told = f", {refused} without figures" if refused else ""
    return f"{len(rows):,} portfolio{'' if len(rows) == 1 else 's'}{told}"
