"""The pictures of a report: curves with their flows, drawdown, waterfalls, bars, months."""

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import numpy as np
import pandas as pd

from lotus_assets.outputs.pages.bar_rows import (
    BarRows,
    HeatMap,
    NamedFigure,
    bar_rows,
    heat_map,
    waterfall,
)
from lotus_assets.outputs.pages.charts import (
    Chart,
    ChartTable,
    Mark,
    Series,
    line_chart,
)
from lotus_assets.outputs.pages.number_forms import (
    ShownUnit,
    percent,
    signed_percent,
)
from lotus_assets.outputs.portfolio_report.figure_texts import points
from lotus_assets.outputs.portfolio_report.report_model import (
    ContributionPeriod,
    ContributionRow,
    PortfolioReport,
)
from lotus_assets.outputs.portfolio_report.return_curves import BENCHMARK, GROSS, NET
from lotus_assets.outputs.portfolio_report.words import day_text

PERCENT = ShownUnit(0.01, "%")
TONES = {NET: 0, GROSS: 3, BENCHMARK: 1}
MONTH_NAMES = tuple(calendar.month_abbr)[1:]
DRAWN_LIMIT = 1e9
"""Levels beyond it are not drawn: nothing else could be seen beside them."""
EXTREMES = 5
"""Positions at either end."""


def curve_chart(report: PortfolioReport) -> Chart | None:
    """Cumulative returns with external flows and late valuations; None without any day."""
    lines = _lines(report, "cumulative_return", (BENCHMARK, GROSS, NET))
    if not lines:
        return None
    return line_chart(
        lines,
        unit=PERCENT,
        label=f"Cumulative return of {report.portfolio_id} over {report.curve_period}",
        marks=[*_flow_marks(report), *_correction_marks(report)],
        has_zero=True,
        table=_months_behind(report.curve, "cumulative_return"),
    )


def drawdown_chart(report: PortfolioReport) -> Chart | None:
    """How far below their highest value portfolio and benchmark were; None without any day."""
    lines = _lines(report, "drawdown", (BENCHMARK, NET))
    if not lines:
        return None
    return line_chart(
        lines,
        unit=PERCENT,
        label=f"Drawdown of {report.portfolio_id} over {report.curve_period}",
        has_zero=True,
        table=_months_behind(report.curve, "drawdown"),
    )


def _lines(report: PortfolioReport, column: str, names: Sequence[str]) -> list[Series]:
    titles = {NET: "Net of fees", GROSS: "Gross of fees", BENCHMARK: report.benchmark_id or ""}
    by_name = {str(name): rows for name, rows in report.curve.groupby("series", sort=False)}
    return [
        Series(
            titles[name],
            _instants(rows["date"]),
            _drawable(rows[column]),
            tone=TONES[name],
            form=percent,
            decimals=2,
        )
        for name, rows in ((name, by_name.get(name)) for name in names)
        if rows is not None
    ]


def _instants(dates: "pd.Series[pd.Timestamp]") -> list[datetime]:
    instants: list[datetime] = dates.dt.tz_localize("UTC").dt.to_pydatetime().tolist()
    return instants


def _drawable(levels: "pd.Series[float]") -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    figures = levels.to_numpy(np.float64)
    return np.where(np.abs(figures) <= DRAWN_LIMIT, figures, np.nan)


def _flow_marks(report: PortfolioReport) -> list[Mark]:
    return [
        _mark(
            flow.day,
            f"{'in' if flow.amount > 0 else 'out'} {abs(flow.amount):,.2f} {report.currency}",
            "flow",
            flow.level,
        )
        for flow in report.flows
        if _is_drawn(flow.level)
    ]


def _correction_marks(report: PortfolioReport) -> list[Mark]:
    return [
        _mark(one.day, f"known as it is since {day_text(one.known_since)}", "warning", one.level)
        for one in report.corrections
        if _is_drawn(one.level)
    ]


def _mark(day: date, text: str, kind: str, level: float | None) -> Mark:
    instant = datetime.combine(day, time(), UTC)
    return Mark(instant, f"{day_text(day)}: {text}", kind, level)


def _is_drawn(level: float | None) -> bool:
    return level is not None and abs(level) <= DRAWN_LIMIT


def _months_behind(curve: pd.DataFrame, column: str) -> ChartTable:
    """The figures at the end of every month, a column a series."""
    months = curve.assign(month=curve["date"].dt.strftime("%Y-%m"))
    ends = months.drop_duplicates(["series", "month"], keep="last")
    table = ends.pivot(index="month", columns="series", values=column)
    names = [name for name in (NET, GROSS, BENCHMARK) if name in table]
    return ChartTable(
        ("End of", *(name.capitalize() for name in names)),
        tuple(
            (str(month), *map(percent, figures))
            for month, figures in zip(table.index, table[names].to_numpy().tolist(), strict=True)
        ),
    )


def contribution_waterfall(period: ContributionPeriod) -> BarRows:
    """From the outermost groups, fees and the unexplained rest to the portfolio's return."""
    groups = [node for node in period.nodes if len(node.path) == 1]
    steps = [(node.name, node.contribution) for node in groups]
    steps += [("Management fees", period.fees), ("Unexplained", period.unexplained)]
    return waterfall(
        [NamedFigure(name, value, points(value)) for name, value in steps],
        NamedFigure("Return", period.portfolio_return, points(period.portfolio_return), "total"),
        label=f"From groups to the return, {period.period}",
        columns=("Group", "Basis points"),
    )


def contribution_extremes(period: ContributionPeriod) -> BarRows:
    """The positions that contributed most, and least: at most ten, the largest first."""
    known = [row for row in period.positions if row.contribution is not None]
    chosen = known if len(known) <= 2 * EXTREMES else [*known[:EXTREMES], *known[-EXTREMES:]]
    return bar_rows(
        [_position_figure(row) for row in chosen],
        label=f"Largest and smallest contributions, {period.period}",
        columns=("Position", "Basis points"),
    )


def _position_figure(row: ContributionRow) -> NamedFigure:
    note = f"weight {percent(row.average_weight, 1)}" if row.average_weight is not None else ""
    return NamedFigure(row.name, row.contribution, points(row.contribution), note=note)


def months_map(report: PortfolioReport) -> HeatMap | None:
    """Returns of months and years, net of fees; None without any."""
    rows = [(*year.months, year.whole) for year in report.years]
    return _by_month(report, rows, "Returns by month, net of fees")


def active_months_map(report: PortfolioReport) -> HeatMap | None:
    """The same less the benchmark's; None without a benchmark."""
    if report.benchmark_id is None:
        return None
    rows = [year.active for year in report.years]
    return _by_month(report, rows, f"Returns by month less those of {report.benchmark_id}")


def _by_month(
    report: PortfolioReport, rows: Sequence[tuple[float | None, ...]], label: str
) -> HeatMap | None:
    if not rows:
        return None
    return heat_map(
        np.array([[np.nan if value is None else value for value in row] for row in rows]),
        [[signed_percent(value) if value is not None else "" for value in row] for row in rows],
        rows=[year.year for year in report.years],
        columns=(*MONTH_NAMES, "Year"),
        label=label,
        corner="Year",
    )
